"""What units do: set once, told to the log, and the same whether replayed or read afresh."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_rows
from layers.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion
from layers.live.models import Event
from layers.live.objects import object_of
from layers.patrols import live
from layers.patrols.duty import mark_stale, set_unit_status
from layers.patrols.models import UnitState
from layers.patrols.selectors import units_in_force
from layers.people.rights import Actor, Post
from layers.roles import Role, TokenScope

DISPATCHER = Actor("d", (Post(Role.DISPATCHER, "411102"),))


@pytest.fixture
def team(db):
    return units_in_force().filter(kind="team").order_by("feature_id").first()


def change(unit, status, version, *, actor=DISPATCHER, client_id=None):
    return set_unit_status(
        actor=actor, unit=unit.feature_id, client_id=client_id or uuid.uuid4(), version=version, status=status
    )


def read(unit):
    return next(found for found in live.read_live() if found.id == unit.feature_id)


def test_the_units_there_are_today_are_those_of_the_layer(db, district):
    ids = set(current_rows(spec_of("units")).values_list("feature_id", flat=True))
    assert len(ids) == district.counts["units"]
    assert {found.id for found in live.read_live()} == ids


def test_a_unit_nobody_spoke_of_is_off_duty_at_the_version_of_its_row(team):
    found = read(team)
    assert (found.version, found.properties["status"], found.properties["stale"]) == (1, "off_duty", False)
    assert (found.areas, found.visibility, found.geometry) == ((team.grid,), "see_cases", None)


def test_a_vehicle_lies_in_its_community(db):
    vehicle = units_in_force().exclude(kind="team").first()
    assert read(vehicle).areas == (vehicle.community,)


def test_each_change_is_one_event_that_carries_the_unit_as_it_is(team):
    version = team.feature_version
    for status in ("on_duty", "en_route", "on_scene", "off_duty", "on_duty"):
        outcome = change(team, status, version)
        version += 1
        assert outcome.result == {"id": team.feature_id, "version": version, "status": status}
        event = Event.objects.latest("id")
        assert (event.kind, event.actor, event.object_version) == ("unit.status", "d", version)
        assert object_of(event) == read(team)


def test_stale_and_fresh_are_events_that_carry_the_unit_as_it_is(team):
    change(team, "on_duty", 1)
    assert mark_stale(now=timezone.now() + timedelta(minutes=3)) == 1
    event = Event.objects.latest("id")
    assert (event.kind, event.payload["feature"]["properties"]["stale"]) == ("unit.stale", True)
    assert object_of(event) == read(team)
    change(team, "off_duty", 3)
    assert read(team).properties["stale"] is False


def test_the_status_it_has_already_changes_nothing(team):
    change(team, "on_duty", 1)
    events = Event.objects.count()
    assert change(team, "on_duty", 2).result["version"] == 2
    assert Event.objects.count() == events


def test_an_old_version_is_refused_with_both(team):
    change(team, "on_duty", 1)
    with pytest.raises(StaleVersion) as refused:
        change(team, "off_duty", 1)
    assert (refused.value.extra["sent"], refused.value.extra["current"]) == (1, 2)
    assert read(team).properties["status"] == "on_duty"


def test_the_same_request_again_gets_the_first_result(team):
    client_id = uuid.uuid4()
    first = change(team, "on_duty", 1, client_id=client_id)
    change(team, "en_route", 2)
    again = change(team, "on_duty", 1, client_id=client_id)
    assert (again.result, again.repeated) == (first.result, True)
    assert read(team).properties["status"] == "en_route"
    with pytest.raises(Conflict):
        change(team, "off_duty", 1, client_id=client_id)


def test_a_status_there_is_not_is_refused(team):
    with pytest.raises(InvalidInput) as refused:
        change(team, "asleep", 1)
    assert refused.value.field == "status"
    assert not UnitState.objects.filter(unit=team.feature_id).exists()


@pytest.mark.parametrize("unit", ["nobody", "", "x" * 5000, "a\x00b"])
def test_an_unknown_unit_is_not_found(db, unit):
    with pytest.raises(NotFound):
        set_unit_status(actor=DISPATCHER, unit=unit, client_id=uuid.uuid4(), version=1, status="on_duty")


def test_who_may_not_see_it_does_not_learn_of_it_and_who_may_only_see_it_is_told(team):
    far = "411102" + ("999" if team.grid[6:9] != "999" else "998")
    with pytest.raises(NotFound):
        change(team, "on_duty", 1, actor=Actor("h", (Post(Role.SUBDISTRICT_HEAD, far),)))
    with pytest.raises(Forbidden):
        change(team, "on_duty", 1, actor=Actor("l", (Post(Role.LEADER, "411102"),)))
    phone = Actor("m", (Post(Role.GRID_MEMBER, team.grid),), TokenScope.POSITIONS_OWN)
    with pytest.raises(Forbidden):
        change(team, "on_duty", 1, actor=phone)
    assert change(team, "on_duty", 1, actor=Actor("m", (Post(Role.GRID_MEMBER, team.grid),))).result["version"] == 2


def test_names_are_added_when_it_is_sent(team):
    features = [read(team).feature(), {"id": "gone", "properties": {}}]
    live.dress(features)
    assert (features[0]["properties"]["name"], features[0]["properties"]["team"]) == (team.name, team.grid)
    assert features[1]["properties"] == {"name": "", "name_en": "", "team": ""}


def test_of_many_that_change_one_version_at_once_one_wins(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        unit = units_in_force().filter(kind="team").order_by("-feature_id").first()
        version = read(unit).version
        start, won, lost = threading.Barrier(5), [], []

        def work() -> None:
            try:
                start.wait(20)
                won.append(change(unit, "on_duty", version).result["version"])
            except StaleVersion:
                lost.append(1)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert (won, len(lost)) == ([version + 1], 4)
        change(unit, "off_duty", version + 1)
