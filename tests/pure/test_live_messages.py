"""What a viewer is told, how it stands on the wire, and that replaying it leads where it should."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.live.cursors import parse_cursor
from layers.live.hashes import layer_hash, state_hash
from layers.live.messages import Change, Message, Sight, group, message_for, reset
from layers.live.mirror import Mirror
from layers.live.replay import ClientState
from layers.people.rights import Actor, LiveView, Post, may
from layers.roles import Capability, Role

HERE, THERE = "411102001001001", "411102002001001"


def viewer(role: Role, area: str, department: str = "") -> LiveView:
    return LiveView.of(Actor("x", (Post(role, area, department),)))


def change(seq=1, before=(), after=(HERE,), departments=("CG",), visibility="see_cases", id="a", version=1) -> Change:
    feature = None
    if after:
        feature = {"type": "Feature", "id": id, "geometry": None, "properties": {"id": id, "version": version}}
    return Change(
        seq, "2026-01-01T00:00:00.000Z", "incident.x", "incidents", id, version,
        Sight(visibility, tuple(before), departments if before else ()), Sight(visibility, tuple(after), departments), feature,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "who", "told"),
    [
        ((), (HERE,), viewer(Role.DISPATCHER, "411102"), "incident.x"),
        ((), (HERE,), viewer(Role.GRID_LEADER, HERE), "incident.x"),
        ((), (HERE,), viewer(Role.GRID_LEADER, THERE), None),
        ((HERE,), (THERE,), viewer(Role.GRID_LEADER, HERE), "remove"),
        ((HERE,), (THERE,), viewer(Role.GRID_LEADER, THERE), "incident.x"),
        ((HERE,), (), viewer(Role.GRID_LEADER, HERE), "remove"),
        ((HERE,), (), viewer(Role.GRID_LEADER, THERE), None),
        ((), (HERE,), viewer(Role.ADMIN, "411102"), None),
        ((), (HERE,), viewer(Role.DEPARTMENT_WORKER, "411102", "CG"), "incident.x"),
        ((), (HERE,), viewer(Role.DEPARTMENT_WORKER, "411102", "GA"), None),
    ],
)
def test_who_is_told_what(before, after, who, told):
    message = message_for(change(before=before, after=after), who)
    assert (message.event if message else None) == told
    assert message is None or message.id == 1


ROLES = st.sampled_from([role for role in Role if role is not Role.PUBLIC])
AREAS = st.sampled_from(["411102", "411102001", "411102001001", HERE, THERE, "411102002"])


@given(ROLES, AREAS, st.sampled_from(["", "CG", "GA"]), st.sampled_from(list(Capability)), AREAS)
def test_a_live_view_answers_as_the_permission_function_does(role, area, department, capability, where):
    actor = Actor("x", (Post(role, area, department),))
    assert LiveView.of(actor).sees(capability.value, [where], ["CG"]) == may(
        actor, capability, area=where, department="CG"
    )


def test_a_grant_limited_to_a_department_shows_nothing_without_one():
    assert not viewer(Role.DEPARTMENT_WORKER, "411102", "CG").sees("see_cases", [HERE], [])


@given(st.text(max_size=200))
def test_a_message_is_one_event_whatever_its_words(words):
    body = Message("incident.x", {"words": words}, 7).encode()
    assert body.endswith(b"\n\n")
    lines = body[:-2].split(b"\n")
    assert lines[:2] == [b"id: 7", b"event: incident.x"]
    assert len(lines) == 3
    assert json.loads(lines[2].removeprefix(b"data: ")) == {"words": words}
    assert b"\r" not in body


def test_only_the_last_of_a_group_completes_the_seq():
    made = group([Message("a", {}), Message("b", {}), Message("c", {})], 9)
    assert [message.id for message in made] == [None, None, 9]


@pytest.mark.parametrize(("text", "seq"), [(None, None), ("", None), ("0", 0), ("17", 17), (str(2**63 - 1), 2**63 - 1)])
def test_cursors_that_are_seqs(text, seq):
    assert parse_cursor(text) == seq


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", "abc", " 1", "٣", "9" * 20, str(2**63), "1\x00", "0x10"])
def test_cursors_that_are_garbage(text):
    with pytest.raises(ValueError, match="not a seq"):
        parse_cursor(text)


def test_hashes_are_those_of_the_contract():
    import hashlib

    layer = hashlib.sha256(b"a\t1\nb\t12\n").hexdigest()
    assert layer_hash([("b", 12), ("a", 1)]) == layer
    assert state_hash({"x": layer, "c": layer}) == hashlib.sha256(f"c\t{layer}\nx\t{layer}\n".encode()).hexdigest()


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([(), (HERE,), (THERE,)]), st.sampled_from(["CG", "GA"])),
    max_size=30,
)
VIEWERS = [
    viewer(Role.DISPATCHER, "411102"), viewer(Role.GRID_LEADER, HERE), viewer(Role.GRID_LEADER, THERE),
    viewer(Role.DEPARTMENT_WORKER, "411102", "CG"), viewer(Role.DEPARTMENT_HEAD, "411102", "GA"), viewer(Role.DPO, "411102"),
]  # fmt: skip


def empty() -> Mirror:
    return Mirror({"incidents": {}, "units": {}, "cameras": {}}, frozenset({"incidents", "cameras"}))


def state(mirror: Mirror, who: LiveView) -> ClientState:
    return ClientState.from_state(json.loads(mirror.state_text(who, "now")))


@given(STEPS)
def test_replaying_what_each_viewer_was_told_gives_what_he_may_see(steps):
    mirror = empty()
    clients = [state(mirror, who) for who in VIEWERS]
    held: dict[str, Sight] = {}
    for seq, (key, areas, department) in enumerate(steps, start=1):
        before = held.get(key, Sight("see_cases", ()))
        after = Sight("see_cases", areas, (department,))
        feature = {"type": "Feature", "id": key, "geometry": None, "properties": {"id": key, "version": seq}}
        one = Change(seq, "t", "incident.x", "incidents", key, seq, before, after, feature if areas else None)
        held[key] = after
        mirror.apply(one)
        for who, client in zip(VIEWERS, clients, strict=True):
            message = message_for(one, who)
            if message:
                client.apply(message)
    for who, client in zip(VIEWERS, clients, strict=True):
        fresh = state(mirror, who)
        assert client.layers == fresh.layers
        assert client.hash() == mirror.hash(who) == json.loads(mirror.state_text(who, "now"))["hash"]


@given(STEPS, st.sampled_from(VIEWERS), st.sampled_from(VIEWERS))
def test_rights_that_change_turn_one_state_into_the_other(steps, was, now):
    mirror = empty()
    for seq, (key, areas, department) in enumerate(steps, start=1):
        mirror.apply(change(seq, after=areas, departments=(department,), id=key, version=seq))
    client = state(mirror, was)
    mirror.seq += 1
    for message in mirror.refilter(was, now, mirror.seq, "t"):
        client.apply(message)
    assert client.layers == state(mirror, now).layers


def test_a_unit_is_shown_where_it_was_last_seen_and_nowhere_off_duty():
    mirror = empty()
    on = {"type": "Feature", "id": "u", "geometry": None, "properties": {"id": "u", "version": 1, "status": "on_duty"}}
    off = {
        "type": "Feature",
        "id": "u",
        "geometry": None,
        "properties": {"id": "u", "version": 2, "status": "off_duty"},
    }
    sight = Sight("see_cases", (HERE,))
    mirror.apply(Change(1, "t", "unit.status", "units", "u", 1, Sight("see_cases", ()), sight, on))
    assert mirror.move([["u", 114.0, 33.5, "t", 1.0, 90.0]]) == ["u"]
    assert mirror.move([["u", 114.0, 33.5, "t", 1.0, 90.0]]) == []
    assert mirror.frame_rows(VIEWERS[0]) == [["u", 114.0, 33.5, "t", 1.0, 90.0]]
    assert mirror.frame_rows(VIEWERS[2]) == []
    placed = mirror.apply(Change(2, "t", "unit.status", "units", "u", 2, sight, sight, off))
    assert placed.feature["geometry"] is None
    assert mirror.move([["u", 114.1, 33.5, "t", 1.0, 90.0]]) == []
    assert mirror.frame_rows(VIEWERS[0]) == []


def test_a_reset_tells_the_client_to_start_over():
    client = ClientState()
    client.apply(reset("slow", 4))
    assert client.needs_reset
