"""Many writers at once: one case an id, no number twice, nobody waits for another's commit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction

from layers.errors import Conflict, StaleVersion
from layers.incidents import services
from layers.incidents.bodies import read_order, read_report
from layers.incidents.errors import NumbersUsedUp
from layers.incidents.models import Incident, SerialDay
from layers.incidents.numbers import LAST_SERIAL, is_valid
from layers.incidents.serials import take_serial
from layers.incidents.services import act_on_incident, report_incident
from layers.live.models import Event
from layers.people.selectors import actor_of
from tests.cases import body_of
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def committed(district, django_db_blocker):
    """People whose rows are committed, and a database open to every thread."""
    with django_db_blocker.unblock():
        yield Cast(district)


@pytest.fixture
def seat(committed):
    return actor_of(committed.person("seat"))


def at_once(number: int, job: Callable[[int], Any]) -> list[Any]:
    """What `job(n)` gave or raised in as many threads, all let go together."""
    gate = Barrier(number)

    def run(n: int) -> Any:
        try:
            gate.wait(timeout=60)
            return job(n)
        except (Conflict, NumbersUsedUp) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def a_new_day(seed: list[int] = [0]) -> date:  # noqa: B006
    """A day that no number was ever taken for."""
    seed[0] += 1
    return date(1990, 1, 1) + timedelta(days=seed[0])


def test_one_id_sent_by_many_threads_is_one_case(seat, district):
    sent = read_report(body_of(district.last("grid")))
    outcomes = at_once(16, lambda n: report_incident(actor=seat, report=sent))
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 15
    assert all(outcome.result == outcomes[0].result for outcome in outcomes)
    assert Incident.objects.filter(client_id=sent.client_id).count() == 1
    assert Event.objects.filter(client_id=sent.client_id).count() == 1


def test_sixty_four_writers_at_once_get_sixty_four_numbers(seat, district):
    grids = district.codes["grid"]
    sent = [read_report(body_of(grids[n % len(grids)])) for n in range(64)]
    outcomes = at_once(64, lambda n: report_incident(actor=seat, report=sent[n]))
    numbers = [outcome.result["number"] for outcome in outcomes]
    assert len(set(numbers)) == 64
    assert all(map(is_valid, numbers))


def test_the_first_writers_of_a_day_get_different_serials():
    day = a_new_day()

    def take(n: int) -> int:
        with transaction.atomic():
            return take_serial(day)

    serials = at_once(32, take)
    assert len(set(serials)) == 32
    assert min(serials) >= 1


def test_a_writer_that_has_a_number_does_not_keep_the_next_one_waiting():
    day = a_new_day()
    take_serial(day)
    with transaction.atomic():
        first = take_serial(day)
        (second,) = at_once(1, lambda n: take_serial(day))  # ends though this transaction is open
    assert second > first


def test_a_writer_that_fails_leaves_a_gap_and_no_duplicate():
    day = a_new_day()
    taken = [take_serial(day)]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        taken.append(take_serial(day))
        1 / 0  # noqa: B018
    taken.append(take_serial(day))
    assert taken == sorted(set(taken))


def test_a_day_that_its_first_writer_gave_up_begins_with_the_next():
    day = a_new_day()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take_serial(day)
        1 / 0  # noqa: B018
    assert not SerialDay.objects.filter(day=day).exists()
    assert take_serial(day) == 1


def test_a_full_day_is_a_clear_refusal_and_never_a_wrap(seat, district, monkeypatch):
    day = a_new_day()
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM incidents_serial_seq")
        (last,) = cursor.fetchone()
    SerialDay.objects.create(day=day, base=last - LAST_SERIAL + 1)
    monkeypatch.setattr(services, "day_of", lambda moment: day)
    sent = [read_report(body_of(district.last("grid"))) for _ in range(3)]
    assert report_incident(actor=seat, report=sent[0]).result["number"][14:19] == str(LAST_SERIAL)
    for report in sent[1:]:
        with pytest.raises(NumbersUsedUp) as refused:
            report_incident(actor=seat, report=report)
        assert refused.value.status == 503
        assert not Incident.objects.filter(client_id=report.client_id).exists()


def test_of_two_hands_on_one_version_one_wins(seat, district):
    made = report_incident(actor=seat, report=read_report(body_of(district.last("grid")))).result
    orders = [
        read_order(action, {"client_id": str(uuid.uuid4()), "version": 1, "reason": "x"})
        for action in ("accept", "refuse") * 4
    ]
    outcomes = at_once(8, lambda n: act_on_incident(actor=seat, incident_id=made["id"], order=orders[n]))
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 7
    incident = Incident.objects.get(pk=made["id"])
    assert incident.version == 2
    assert Event.objects.filter(object_type="incidents", object_id=made["id"]).count() == 2
