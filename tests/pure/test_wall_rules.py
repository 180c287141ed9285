"""What steers a wall, who may, and what is left of a scene for a narrower post: rules as tables."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import InvalidInput
from layers.live.broadcasts import broadcast_of
from layers.people.rights import Actor, Post
from layers.roles import GRANTS, Capability, Role, TokenScope
from layers.walls.commands import COMMANDS, read_command
from layers.walls.live import register_wall_broadcasts
from layers.walls.rules import check_scene, check_slug, check_wall, may_edit, narrowed, reach_seen, steering_post

LAYERS = frozenset({"incidents", "units"})
CASE = str(uuid.uuid4())
DISTRICT, SUBDISTRICT, COMMUNITY, OTHER = "411102", "411102001", "411102001002", "411102002"
SCENE = {
    "id": "a-1", "title_zh": "甲", "title_en": "A", "kind": "area", "choropleth": "none", "heat": "none",
    "layers": ["incidents"], "duration_s": 30, "lon": None, "lat": None, "zoom": None, "bearing": None, "pitch": None,
}  # fmt: skip
CAMERA = {"lon": 114.0, "lat": 33.5, "zoom": 14.0, "bearing": 20.0, "pitch": 50.0}
WALL = {"name": "main", "title_zh": "甲", "title_en": "A", "theme": "dark", "language": "zh", "scenes": []}


def actor(role, area=DISTRICT, scope=None):
    return Actor("x", (Post(Role(role), area, department="CG"),), scope)


@pytest.mark.parametrize(
    ("command", "args"),
    [
        *((name, {}) for name in ("next", "previous", "pause", "resume")),
        ("scene", {"id": "area-411102001"}), ("fly", {"lon": 114.0, "lat": 33.5}),
        ("fly", {"lon": 114.0, "lat": 33.5, "zoom": 15}), ("incident", {"id": CASE}), ("area", {"code": COMMUNITY}),
        ("theme", {"theme": "light"}), ("language", {"language": "both"}), ("three_d", {"on": True}),
        ("layers", {"id": "units", "on": False}), ("choropleth", {"choropleth": "oldest"}), ("heat", {"heat": "7d"}),
        ("split", {"on": False}),
    ],
)  # fmt: skip
def test_every_command_takes_its_arguments(command, args):
    assert read_command(command, args, LAYERS) == args


@pytest.mark.parametrize(
    ("command", "args", "field"),
    [
        ("explode", {}, "command"), (None, {}, "command"), (["next"], {}, "command"), ("next", [], "args"),
        ("next", {"text": "hello"}, "args.text"), ("scene", {}, "args.id"), ("scene", {"id": "Ä"}, "args.id"),
        ("scene", {"id": "x" * 41}, "args.id"), ("fly", {"lon": 114.0}, "args.lat"),
        ("fly", {"lon": "114", "lat": 33}, "args.lon"), ("fly", {"lon": float("nan"), "lat": 33}, "args.lon"),
        ("fly", {"lon": 1e400, "lat": 33}, "args.lon"), ("fly", {"lon": True, "lat": 33}, "args.lon"),
        ("fly", {"lon": 114, "lat": 33, "zoom": 30}, "args.zoom"), ("incident", {"id": "x" * 36}, "args.id"),
        ("incident", {"id": 7}, "args.id"), ("area", {"code": "41110"}, "args.code"),
        ("area", {"code": "４１１１０２"}, "args.code"), ("theme", {"theme": "by-sun"}, "args.theme"),
        ("language", {"language": "de"}, "args.language"), ("three_d", {"on": 1}, "args.on"),
        ("layers", {"id": "nothing", "on": True}, "args.id"), ("layers", {"id": "units"}, "args.on"),
        ("heat", {"heat": "1h"}, "args.heat"), ("split", {"on": None}, "args.on"),
    ],
)  # fmt: skip
def test_what_is_no_command_is_refused_by_name(command, args, field):
    with pytest.raises(InvalidInput) as refused:
        read_command(command, args, LAYERS)
    assert refused.value.field == field


@given(st.sampled_from(sorted(COMMANDS)), st.dictionaries(st.text(max_size=8), st.text() | st.integers(), max_size=3))
def test_whatever_is_sent_is_read_or_refused_and_carries_no_free_text(command, args):
    try:
        read = read_command(command, args, LAYERS)
    except InvalidInput:
        return
    assert set(read) <= {arg.name for arg in COMMANDS[command]}


STEERING = {"seat", "dispatcher", "duty_officer", "leader", "supervisor", "video_operator", "subdistrict_operator",
            "subdistrict_head", "community_staff", "community_head", "grid_member", "grid_leader"}  # fmt: skip


@pytest.mark.parametrize("role", sorted(Role))
def test_who_sees_cases_in_full_and_reports_steers_the_walls_of_his_area(role):
    allowed = role.value in STEERING
    assert (steering_post(actor(role, SUBDISTRICT), SUBDISTRICT) is not None) is allowed
    assert (steering_post(actor(role, SUBDISTRICT), COMMUNITY) is not None) is allowed
    assert steering_post(actor(role, SUBDISTRICT), DISTRICT) is None
    assert steering_post(actor(role, SUBDISTRICT), OTHER) is None


@pytest.mark.parametrize("scope", sorted(TokenScope))
def test_of_tokens_only_a_full_one_steers(scope):
    assert (steering_post(actor("dispatcher", scope=scope), DISTRICT) is not None) is (scope is TokenScope.FULL)


@pytest.mark.parametrize("role", sorted(Role))
def test_who_edits_layers_or_operates_edits_walls(role):
    grants = GRANTS[role]
    full = [c for c in (Capability.EDIT_LAYERS, Capability.OPERATE) if c in grants and grants[c].mode == "full"]
    assert may_edit(actor(role), SUBDISTRICT) is bool(full)
    assert not may_edit(actor(role, OTHER), SUBDISTRICT)


@pytest.mark.parametrize(
    ("area", "reach", "left"),
    [
        (SUBDISTRICT, (DISTRICT,), SUBDISTRICT), (SUBDISTRICT, (SUBDISTRICT,), SUBDISTRICT),
        (DISTRICT, (COMMUNITY,), COMMUNITY), (OTHER, (SUBDISTRICT,), ""), (DISTRICT, (), ""),
        (OTHER, (SUBDISTRICT, OTHER), OTHER),
    ],
)  # fmt: skip
def test_a_picture_shows_no_more_than_one_may_see(area, reach, left):
    assert narrowed(area, reach) == left


def test_reach_is_of_posts_that_see_anything_outermost_first():
    several = Actor("x", (Post(Role.SEAT, COMMUNITY), Post(Role.SEAT, SUBDISTRICT), Post(Role.PUBLIC, DISTRICT)))
    assert reach_seen(several) == (SUBDISTRICT,)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": "Not a slug"}, "id"), ({"title_en": " "}, "title_en"), ({"kind": "party"}, "kind"),
        ({"layers": ["incidents", "nothing"]}, "layers"), ({"layers": ["units", "units"]}, "layers"),
        ({"lon": 114.0}, "lat"), ({**CAMERA, "pitch": 86.0}, "pitch"), ({**CAMERA, "lon": float("inf")}, "lon"),
        ({"duration_s": 4}, "duration_s"), ({"heat": "1y"}, "heat"), ({"choropleth": "love"}, "choropleth"),
    ],
)  # fmt: skip
def test_a_scene_that_cannot_be_names_the_value(changed, field):
    with pytest.raises(InvalidInput) as refused:
        check_scene({**SCENE, **changed}, LAYERS)
    assert refused.value.field == field


def test_a_scene_with_and_without_a_camera_can_be():
    check_scene(SCENE, LAYERS)
    check_scene({**SCENE, **CAMERA}, LAYERS)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"theme": "pink"}, "theme"), ({"language": "de"}, "language"), ({"scenes": ["b"]}, "scenes"),
     ({"scenes": ["a", "a"]}, "scenes"), ({"name": "-a"}, "name"), ({"title_zh": ""}, "title_zh")],
)  # fmt: skip
def test_a_wall_that_cannot_be_names_the_value(changed, field):
    with pytest.raises(InvalidInput) as refused:
        check_wall({**WALL, **changed}, {"a"})
    assert refused.value.field == field


@pytest.mark.parametrize("text", ["a", "main-2", "a1-b2-c3"])
def test_names_of_walls_are_plain(text):
    assert check_slug("name", text) == text


def test_a_command_is_told_to_every_stream_and_an_unknown_kind_to_none():
    register_wall_broadcasts()
    told = broadcast_of(7, "t", "wall.command", "main", {"command": "next", "args": {}})
    assert told is not None
    assert (told.event, told.id) == ("wall.command", 7)
    assert told.data == {"seq": 7, "at": "t", "kind": "wall.command", "wall": "main", "command": "next", "args": {}}
    published = broadcast_of(8, "t", "layer.published", "roads", {"version": 3})
    assert published is not None
    assert published.data == {"seq": 8, "at": "t", "kind": "layer.published", "layer": "roads", "version": 3}
    assert broadcast_of(9, "t", "account.created", "x", {}) is None
