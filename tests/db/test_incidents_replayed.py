"""Cases on screens: replaying their events equals a fresh read, for every role, at home, elsewhere and by department."""

from __future__ import annotations

import pytest

from layers.incidents.live import live_object
from layers.incidents.selectors import sees
from layers.people.models import Department
from layers.people.rights import LiveView
from layers.people.selectors import actor_of
from layers.roles import Role
from tests.cases import GUARDED, act, home_of, relocate, report
from tests.replaying import Proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(district) -> str:
    return district.last("grid")


@pytest.fixture
def people(cast, district, grid):
    """An actor a role at home and one elsewhere, and the workers of two departments."""
    actors = {}
    for role in Role:
        for where, code in (("home", grid), ("elsewhere", district.first("grid"))):
            actors[f"{role} {where}"] = actor_of(cast.person(role, home_of(role, code)))
    for department in Department.objects.filter(code__in=("PS", "GA")):  # PS answers for the item of these cases
        actors[f"worker of {department.code}"] = actor_of(cast.person("department_worker", department=department))
    return actors


def test_every_kind_of_event_of_a_case_replays_to_a_fresh_read(cast, people, district, grid):
    proof = Proof({name: LiveView.of(actor) for name, actor in people.items()})
    seat, handler, checker = people["seat home"], people["community_staff home"], people["supervisor home"]
    whole, moved, refused, void, self_handled = (report(cast, grid=grid) for _ in range(5))
    guarded = report(cast, grid=grid, item=GUARDED)
    proof.replay()
    proof.hold()
    relocate(moved, seat, district.first("grid"))
    relocate(guarded, seat, district.first("grid"))
    act(refused, seat, "refuse", reason="x")
    act(void, seat, "accept")
    act(void, seat, "void", reason="x")
    act(self_handled, handler, "self_handle")
    act(whole, seat, "accept")
    act(whole, seat, "register")
    act(whole, people["dispatcher home"], "dispatch", to="GA")
    proof.replay()
    proof.hold()
    act(whole, people["worker of GA"], "handle")
    act(whole, people["worker of GA"], "reply")
    act(whole, checker, "check")
    proof.replay()
    proof.hold()
    act(whole, checker, "close")
    proof.replay()
    proof.hold()
    states = "reported accepted registered dispatched handling replied checking closed refused void moved"
    assert proof.kinds >= {f"incident.{state}" for state in states.split()}


def test_a_case_dispatched_elsewhere_leaves_one_departments_screen_and_enters_the_others(cast, people, grid):
    seat = people["seat home"]
    incident = report(cast, grid=grid)
    act(incident, seat, "accept")
    act(incident, seat, "register")
    proof = Proof({name: LiveView.of(people[name]) for name in ("worker of PS", "worker of GA")})
    act(incident, people["dispatcher home"], "dispatch", to="GA")
    proof.replay()
    proof.hold()
    assert [message.event for message in proof.told["worker of PS"]] == ["remove"]
    assert [message.event for message in proof.told["worker of GA"]] == ["incident.dispatched"]


def test_a_person_reads_by_id_what_his_stream_shows(cast, people, grid):
    for incident in (report(cast, grid=grid), report(cast, grid=grid, item=GUARDED)):
        shown = live_object(incident)
        for name, actor in people.items():
            by_stream = LiveView.of(actor).sees(shown.visibility, shown.areas, shown.departments)
            assert sees(actor, incident) is by_stream, name
