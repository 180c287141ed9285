"""Receivers: who is followed, what is kept in the dark, what is sent again."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest

from gis.simulator.fleet import BATCH, Fleet
from gis.simulator.link import Answer
from gis.simulator.script import Unit
from tests.town import grid_of, streets

HOME = grid_of((200.0, 200.0))
TEAM = Unit("team", "team", HOME, (200.0, 200.0), "on_duty")
CARS = [Unit(f"car-{n}", "car", HOME[:12], (300.0, 300.0), "on_duty") for n in range(5)]


class Sent:
    """Takes letters and answers them at once, unless told to keep them."""

    def __init__(self, refused=()):
        self.letters, self.refused, self.answers = [], list(refused), True

    def __call__(self, lane, letter):
        self.letters.append((lane, letter))
        if self.answers:
            letter.ended("done", Answer(200, {"refused": self.refused}))

    def fixes(self, lane):
        return [fix for name, letter in self.letters if name == lane for fix in letter.body["fixes"]]


def fleet(units, sent, run=1):
    made = Fleet(
        units=units, roads=streets(), rivers=None, tokens={"gateway": "g", f"team:{HOME}": "t"}, send=sent,
        degrees=lambda place: (place[0] / 1e5, place[1] / 1e5), seed=3, run_id=uuid.UUID(int=run), speed=1.0,
    )  # fmt: skip
    made.begin(0.0)
    return made


def run(made, seconds, begin=0):
    for tenth in range(begin * 10, (begin + seconds) * 10):
        made.tick(tenth / 10)


def way_of(walker):
    return [(walker.advance(8.0), walker.fix()) for _ in range(30)]


def test_each_unit_is_heard_of_every_five_to_ten_seconds():
    sent = Sent()
    run(fleet([TEAM], sent), 600)
    count = len({fix["client_id"] for fix in sent.fixes("phone:team")})
    assert 600 / 10 <= count <= 600 / 5


def test_who_is_off_duty_is_not_followed():
    sent = Sent()
    made = fleet([Unit("team", "team", HOME, (200.0, 200.0), "off_duty")], sent)
    run(made, 60)
    assert not sent.letters
    made.told("team", "on_duty")
    run(made, 60, begin=60)
    assert sent.letters
    made.told("team", "off_duty")
    heard = len(sent.letters)
    run(made, 60, begin=120)
    assert len(sent.letters) == heard


def test_a_unit_that_somebody_sent_home_is_no_longer_followed():
    sent = Sent([{"index": 0, "code": "off_duty", "message": "…"}])
    made = fleet([TEAM], sent)
    run(made, 100)
    assert 1 <= len(sent.letters) <= 2 and made.refused() == len(sent.letters)


def test_a_phone_in_the_dark_keeps_its_fixes_and_sends_them_in_small_batches():
    sent = Sent()
    made = fleet([TEAM], sent)
    phone = made._devices["team"]
    phone.dark_until = phone.next_dark = 900.0
    run(made, 900)
    assert not sent.letters and len(phone.fixes) > BATCH and made.dark(899.0) == 1
    phone.next_dark = 1e9
    run(made, 120, begin=900)
    sizes = [len(letter.body["fixes"]) for _, letter in sent.letters]
    assert sizes[0] == BATCH and max(sizes) == BATCH and sizes[-1] < 5
    assert len(set(map(str, sent.fixes("phone:team")))) == len({fix["client_id"] for fix in sent.fixes("phone:team")})


def test_nothing_new_is_sent_before_the_last_batch_is_answered():
    sent = Sent()
    sent.answers = False
    made = fleet([TEAM], sent)
    run(made, 120)
    first = sent.letters[0][1]
    assert {letter.body["fixes"][0]["client_id"] for _, letter in sent.letters} == {first.body["fixes"][0]["client_id"]}
    first.ended("done", Answer(200, {}))
    run(made, 20, begin=120)
    assert len(sent.letters[-1][1].body["fixes"]) > 10


def test_some_batches_are_sent_twice_and_then_they_are_the_same():
    sent = Sent()
    run(fleet([TEAM], sent), 8000)
    by_id = {}
    for fix in sent.fixes("phone:team"):
        assert by_id.setdefault(fix["client_id"], fix) == fix
    assert max(Counter(fix["client_id"] for fix in sent.fixes("phone:team")).values()) == 2


def test_the_gateway_tells_of_its_vehicles_together():
    sent = Sent()
    run(fleet(CARS, sent), 200)
    assert {lane for lane, _ in sent.letters} == {"gateway"} and len(sent.letters) <= 101
    assert {fix["unit"] for fix in sent.fixes("gateway")} == {car.id for car in CARS}


def test_another_run_of_the_same_seed_has_ids_of_its_own_but_the_same_ways():
    first, second = Sent(), Sent()
    here, there = fleet(CARS, first), fleet(CARS, second, run=2)
    run(here, 60)
    run(there, 60)
    ids = [{fix["client_id"] for fix in sent.fixes("gateway")} for sent in (first, second)]
    assert not ids[0] & ids[1]
    walked = [way_of(f.walkers["car-0"]) for f in (fleet(CARS, Sent()), fleet(CARS, Sent(), run=2))]
    assert walked[0] == walked[1]


def test_a_unit_that_is_called_goes_and_comes_back():
    made = fleet([TEAM], Sent())
    made.obey("team", "en_route", (1500.0, 1500.0))
    run(made, 4000)
    assert made.walkers["team"].true_position()[0] == pytest.approx((1500.0, 1500.0))
    made.obey("team", "on_duty", None)
    run(made, 600, begin=4000)
    assert made.walkers["team"].true_position()[0] != pytest.approx((1500.0, 1500.0))
