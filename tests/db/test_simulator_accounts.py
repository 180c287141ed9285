"""Devices of the simulator: accounts, posts and tokens made once, kept privately, as narrow as their work."""

from __future__ import annotations

import json
import stat

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gis.simulator.accounts import devices, ensure_devices, stored_keys
from gis.simulator.facts import open_cases, read_facts
from layers.patrols.permits import may_report, may_set_status
from layers.people.models import Assignment, Token, User
from layers.people.rights import may
from layers.people.selectors import actor_of, token_digest, valid_token
from layers.people.services import revoke_token
from layers.roles import Capability, TokenScope
from tests.cases import act, report


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demo" / "devices.json"


@pytest.fixture
def wanted(district):
    return devices(district.first("district"), district.codes["grid"], ["CG", "HW"])


@pytest.fixture
def keys(db, path, wanted):
    return ensure_devices(path, wanted)


def actor_behind(token):
    row = valid_token(token, timezone.now())
    return actor_of(row.person, token_scope=TokenScope(row.scope))


def test_the_file_is_for_its_owner_alone(keys, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(path.read_text())) == 78 + 2 + 7


def test_a_second_start_makes_nothing_new(keys, path, wanted):
    before = User.objects.count(), Assignment.objects.count(), Token.objects.count()
    assert ensure_devices(path, wanted) == keys == stored_keys(path, wanted)
    assert (User.objects.count(), Assignment.objects.count(), Token.objects.count()) == before


def test_a_token_that_was_revoked_is_replaced_and_only_that(keys, path, wanted):
    revoke_token(actor=None, token=Token.objects.get(digest=token_digest(keys.full["seat"])))
    assert stored_keys(path, wanted) is None
    again = ensure_devices(path, wanted)
    assert [who for who in keys.full if keys.full[who] != again.full[who]] == ["seat"]
    assert again.positions == keys.positions


def test_a_lost_file_gets_new_tokens_for_the_same_accounts(keys, path, wanted):
    people = User.objects.count()
    path.unlink()
    assert ensure_devices(path, wanted).full["seat"] != keys.full["seat"]
    assert User.objects.count() == people


def test_a_phone_tells_of_its_own_team_alone(keys, district):
    first, second = district.codes["grid"][:2]
    phone = actor_behind(keys.positions[f"team:{first}"])
    assert may_report(phone, first) and not may_report(phone, second)
    team = actor_behind(keys.full[f"team:{first}"])
    assert may_set_status(team, first) and not may_set_status(team, second)
    assert may(team, Capability.REPORT, area=first) and not may(team, Capability.REPORT, area=second)


def test_the_gateway_tells_of_every_vehicle_and_may_do_nothing_else(keys, district):
    gateway = actor_behind(keys.positions["gateway"])
    assert gateway.token_scope is TokenScope.POSITIONS_ANY
    assert may_report(gateway, district.last("community")) and may_set_status(gateway, district.last("community"))
    assert not may(gateway, Capability.SEE_CASES)


def test_a_device_has_no_password_to_sign_in_with(keys):
    assert not any(user.has_usable_password() for user in User.objects.filter(username__startswith="device-"))


def test_the_steps_of_a_case_are_open_to_those_who_are_to_do_them(keys):
    wanted = {
        "seat": Capability.ACCEPT, "dispatcher": Capability.DISPATCH, "worker:CG": Capability.HANDLE,
        "checker": Capability.CHECK, "closer": Capability.CHECK, "video": Capability.VIDEO,
        "public": Capability.REPORT,
    }  # fmt: skip
    assert all(may(actor_behind(keys.full[who]), capability) for who, capability in wanted.items())
    assert keys.full["checker"] != keys.full["closer"]


def test_the_facts_are_those_of_the_district(db, district):
    facts = read_facts()
    assert facts.grids == district.codes["grid"]
    assert len(facts.units) == district.counts["units"] == 104
    assert len(facts.camera_states) == district.counts["cameras"]
    assert sum(unit.is_team for unit in facts.units) == 78
    for unit in facts.units:
        if unit.is_team:
            assert facts.city.grid_of(unit.base) == unit.area
    assert facts.rivers is not None and all(facts.city.spots[kind] for kind in ("market", "riverside", "low", "home"))


def test_cases_that_are_open_are_carried_on_and_closed_ones_are_not(cast, district):
    grid = district.first("grid")
    kept, closed = report(cast, grid=grid), report(cast, grid=grid)
    act(closed, actor_of(cast.person("seat")), "refuse", reason="重复")
    adopted = {case.id: case for case in open_cases()}
    assert str(closed.pk) not in adopted
    case = adopted[str(kept.pk)]
    assert (case.state, case.version, case.grid) == ("reported", 1, grid)
    assert read_facts().city.grid_of(case.place) == grid


def test_outside_demo_mode_no_account_is_made_unasked(db, settings, tmp_path):
    settings.DEMO, settings.VAR_DIR = False, tmp_path
    before = User.objects.count()
    with pytest.raises(CommandError) as caught:
        call_command("simulate")
    assert caught.value.returncode == 3 and "--make-accounts" in str(caught.value)
    assert User.objects.count() == before


@pytest.mark.parametrize("speed", ["0", "61", "-1"])
def test_a_speed_out_of_range_is_refused(speed):
    with pytest.raises(CommandError) as caught:
        call_command("simulate", f"--speed={speed}")
    assert caught.value.returncode == 64
