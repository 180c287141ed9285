"""The two permission functions over the role table, cell by cell and as properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.registry import BUILT_IN, spec_of
from layers.people.access import PUBLIC, SIGNED_IN, Access
from layers.people.rights import ANONYMOUS, Actor, LiveView, Post, may, visible, visible_fields
from layers.roles import GRANTS, ROLE_LEVEL, Capability, Mode, Role, TokenScope
from layers.spec import FieldSpec

AREA = {"district": "411102", "subdistrict": "411102004", "community": "411102004003", "grid": "411102004003007"}
ELSEWHERE = "411102001001001"


def actor(role, area=None, **post):
    return Actor("x", (Post(Role(role), area or AREA[ROLE_LEVEL[Role(role)]], **post),))


# Rows of the table of duties, restated by hand: role, capability, may it at home, may it elsewhere in the district?
CELLS = [
    ("grid_member", "see_map", True, False),
    ("grid_member", "see_cases", True, False),
    ("grid_member", "dispatch", False, False),
    ("grid_member", "video", False, False),
    ("grid_leader", "dispatch", True, False),
    ("grid_leader", "accept", True, False),
    ("community_staff", "accept", True, False),
    ("community_staff", "approve_delay", False, False),
    ("community_head", "approve_delay", True, False),
    ("community_head", "users", True, False),
    ("subdistrict_operator", "video", True, False),
    ("subdistrict_operator", "users", False, False),
    ("subdistrict_head", "supervise", True, False),
    ("seat", "accept", True, True),
    ("seat", "dispatch", False, False),
    ("dispatcher", "dispatch", True, True),
    ("dispatcher", "check", False, False),
    ("department_worker", "handle", True, True),
    ("department_worker", "supervise", False, False),
    ("department_head", "supervise", True, True),
    ("supervisor", "check", True, True),
    ("supervisor", "dispatch", False, False),
    ("leader", "supervise", True, True),
    ("leader", "analysis", True, True),
    ("leader", "personal_data", False, False),
    ("duty_officer", "dispatch", True, True),
    ("planner", "analysis", True, True),
    ("planner", "report", False, False),
    ("gis_staff", "edit_boundaries", True, True),
    ("gis_staff", "edit_layers", True, True),
    ("gis_staff", "personal_data", False, False),
    ("video_operator", "video", True, True),
    ("video_operator", "analysis", False, False),
    ("dpo", "see_cases", False, False),
    ("dpo", "personal_data", False, False),
    ("admin", "users", True, True),
    ("admin", "see_cases", False, False),
    ("admin", "edit_layers", False, False),
    ("admin", "personal_data", False, False),
    ("display", "see_map", True, True),
    ("display", "report", False, False),
    ("public", "see_map", False, False),
]


@pytest.mark.parametrize(("role", "capability", "home", "elsewhere"), CELLS)
def test_the_table_of_duties(role, capability, home, elsewhere):
    who = actor(role)
    assert may(who, Capability(capability), area=AREA["grid"]) is home
    assert may(who, Capability(capability), area=ELSEWHERE) is elsewhere


def test_every_role_has_a_row_and_a_level():
    assert set(GRANTS) == set(Role) == set(ROLE_LEVEL)


def test_an_account_without_assignment_may_nothing():
    assert not any(may(Actor("x"), capability) for capability in Capability)


def test_proposing_is_not_doing():
    leader = actor("grid_leader")
    assert not may(leader, Capability.EDIT_BOUNDARIES)
    assert may(leader, Capability.EDIT_BOUNDARIES, modes=[Mode.PROPOSE])


def test_a_department_reaches_its_own_cases_only():
    worker = actor("department_worker", department="CG")
    assert may(worker, Capability.HANDLE, area=ELSEWHERE, department="CG")
    assert not may(worker, Capability.HANDLE, area=ELSEWHERE, department="MZ")


def test_base_layers_are_one_scope_for_everybody():
    for layer in (
        "district",
        "subdistricts",
        "communities",
        "grids",
        "unit_grids",
        "buildings",
        "roads",
        "waters",
        "greens",
    ):
        assert visible(ANONYMOUS, spec_of(layer)).key == "public"


def test_other_layers_show_nobody_nothing():
    for spec in BUILT_IN:
        if not spec.public:
            assert visible(ANONYMOUS, spec).nothing
            assert visible(Actor("x"), spec).nothing


def test_a_grid_member_sees_the_map_of_his_community_and_units_of_his_grid():
    who = actor("grid_member")
    assert visible(who, spec_of("places")).prefixes == (AREA["community"],)
    assert visible(who, spec_of("units")).prefixes == (AREA["grid"],)


POSTS = st.lists(
    st.tuples(st.sampled_from(list(Role)), st.sampled_from([*AREA.values(), ELSEWHERE])).map(lambda t: Post(*t)),
    max_size=4,
)


@given(POSTS, st.sampled_from(list(Role)), st.sampled_from([*AREA.values(), ELSEWHERE]))
def test_another_assignment_never_takes_away(posts, role, area):
    before = Actor("x", tuple(posts))
    after = replace(before, posts=(*before.posts, Post(role, area)))
    for spec in BUILT_IN:
        for code in (*AREA.values(), ELSEWHERE):
            assert visible(after, spec).allows(code) >= visible(before, spec).allows(code)
    for capability in Capability:
        assert may(after, capability, area=area) >= may(before, capability, area=area)


@given(POSTS)
def test_a_scope_names_no_area_inside_another(posts):
    for spec in BUILT_IN:
        prefixes = visible(Actor("x", tuple(posts)), spec).prefixes
        assert not any(a != b and b.startswith(a) for a in prefixes for b in prefixes)


def test_fields_can_be_kept_from_roles():
    secret = FieldSpec("note", "text", "备注", "Note", visible_to=frozenset({Role.GIS_STAFF}))
    spec = replace(spec_of("roads"), fields=(*spec_of("roads").fields, secret))
    assert secret in visible_fields(actor("gis_staff"), spec)
    assert secret not in visible_fields(actor("dispatcher"), spec)
    assert secret not in visible_fields(ANONYMOUS, spec)


@pytest.mark.parametrize(
    ("door", "scope", "method", "opens"),
    [
        (SIGNED_IN, None, "GET", True),
        (SIGNED_IN, "full", "POST", True),
        (SIGNED_IN, "read", "GET", True),
        (SIGNED_IN, "read", "POST", False),
        (SIGNED_IN, "display", "GET", False),
        (SIGNED_IN, "positions:own", "GET", False),
        (Access(scopes=frozenset({TokenScope.DISPLAY})), "display", "GET", True),
        (Access(scopes=frozenset({TokenScope.DISPLAY})), "open311", "GET", False),
        (PUBLIC, "display", "POST", True),
    ],
)
def test_a_token_opens_what_it_was_issued_for(door, scope, method, opens):
    who = replace(actor("dispatcher"), token_scope=TokenScope(scope) if scope else None)
    assert (door.refusal(who, method) is None) is opens


def test_doors_ask_account_then_role_then_capability():
    assert SIGNED_IN.refusal(ANONYMOUS, "GET").status == 401
    assert Access(roles=frozenset({Role.ADMIN})).refusal(actor("seat"), "GET").status == 403
    assert Access(capability=Capability.USERS).refusal(actor("seat"), "GET").status == 403
    assert Access(capability=Capability.USERS).refusal(actor("admin"), "GET") is None


@pytest.mark.parametrize("role", [role for role in Role if Capability.PERSONAL_DATA in GRANTS[role]])
def test_no_display_shows_guarded_cases_whoever_its_token_was_issued_to(role):
    person = actor(role)
    department, area = person.posts[0].department, person.posts[0].area
    screen = replace(person, token_scope=TokenScope.DISPLAY)
    for who, sees in ((person, GRANTS[role][Capability.PERSONAL_DATA].mode is not Mode.PROPOSE), (screen, False)):
        assert LiveView.of(who).sees("personal_data", (area,), (department,)) is sees
        assert may(who, Capability.PERSONAL_DATA, area=area, department=department) is sees
    assert may(screen, Capability.SEE_CASES, area=area) is may(person, Capability.SEE_CASES, area=area)
