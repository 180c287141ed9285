"""Who may report positions of a unit, and who may set its status: token scope x role x area."""

from __future__ import annotations

import pytest

from layers.patrols.permits import may_report, may_set_status
from layers.people.rights import ANONYMOUS, Actor, Post
from layers.roles import Role, TokenScope

GRID, NEXT, COMMUNITY = "411102001001001", "411102001001002", "411102001001"
AREAS = (GRID, NEXT, COMMUNITY, "411102001002")


def actor(role: str, area: str, scope: str | None) -> Actor:
    return Actor("p", (Post(Role(role), area, "CG"),), TokenScope(scope) if scope else None)


@pytest.mark.parametrize(
    ("scope", "role", "area", "reported", "commanded"),
    [
        # positions:own is a team's phone: its own grid, positions alone
        ("positions:own", "grid_member", GRID, {GRID}, set()),
        ("positions:own", "grid_leader", GRID, {GRID}, set()),
        ("positions:own", "community_head", COMMUNITY, set(), set()),
        ("positions:own", "admin", "411102", set(), set()),
        # positions:any is a gateway: the areas of its person, whatever the role
        ("positions:any", "grid_member", GRID, {GRID}, {GRID}),
        ("positions:any", "display", "411102", set(AREAS), set(AREAS)),
        ("positions:any", "community_head", COMMUNITY, {GRID, NEXT, COMMUNITY}, {GRID, NEXT, COMMUNITY}),
        # full tokens and sessions: handle for positions, own team or dispatch for the status
        ("full", "grid_member", GRID, {GRID}, {GRID}),
        (None, "grid_leader", GRID, {GRID}, {GRID}),
        (None, "community_staff", COMMUNITY, {GRID, NEXT, COMMUNITY}, {GRID, NEXT, COMMUNITY}),
        (None, "dispatcher", "411102", set(), set(AREAS)),
        (None, "seat", "411102", set(), set()),
        (None, "leader", "411102", set(), set()),
        (None, "gis_staff", "411102", set(), set()),
        (None, "admin", "411102", set(), set()),
        # a department's people work on its cases, they do not drive other people's units
        (None, "department_worker", "411102", set(), set()),
        (None, "department_head", "411102", set(), set()),
        # tokens for something else
        ("read", "grid_member", GRID, set(), set()),
        ("display", "dispatcher", "411102", set(), set()),
        ("open311", "community_head", COMMUNITY, set(), set()),
    ],
)
def test_scope_role_and_area_decide(scope, role, area, reported, commanded):
    who = actor(role, area, scope)
    assert {code for code in AREAS if may_report(who, code)} == reported
    assert {code for code in AREAS if may_set_status(who, code)} == commanded


@pytest.mark.parametrize("scope", [None, *TokenScope])
@pytest.mark.parametrize("area", [*AREAS, ""])
def test_nobody_in_particular_may_nothing(scope, area):
    nobody = Actor("p", (), scope)
    for who in (nobody, ANONYMOUS):
        assert not may_report(who, area)
        assert not may_set_status(who, area)


def test_a_unit_without_an_area_belongs_to_nobody():
    for scope in (None, *TokenScope):
        for role in Role:
            who = Actor("p", (Post(role, "411102"),), scope)
            assert not may_report(who, "")
            assert not may_set_status(who, "")
