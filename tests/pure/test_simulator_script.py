"""Cases go legal ways, the script tells the same story for the same seed, and the screens never stand still."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.simulator.cases import ENDING, RELOCATE, Facts, plan, rest
from gis.simulator.script import OpenCase
from layers.incidents.states import ENDED, Course, State, advance
from layers.patrols.models import STATUSES
from tests.town import grid_of, script

facts = st.builds(
    Facts, st.sampled_from(["patrol", "phone", "public", "video", "app", "department"]), st.sampled_from("ABCD"),
    st.integers(1, 4), st.sampled_from(["CG", "SQ", "HW"]), st.booleans(), st.booleans(),
)  # fmt: skip
OPEN_STATES = [state.value for state in State if state not in ENDED]


def walked(state, steps):
    """The state in which the steps leave a case, each done by the person of its post."""
    course = Course(State(state))
    for step in steps:
        assert step.after_s > 0
        if step.action == RELOCATE:
            assert step.reason
            continue
        given_fields = {"reason": step.reason} if step.reason else {}
        course = advance(course, step.action, step.post, given_fields)
    return course.state


@given(facts, st.integers(0, 10_000), st.booleans())
def test_every_plan_is_legal_and_ends_the_case(facts, seed, backlog):
    steps = plan(Random(seed), facts, backlog=backlog)
    assert walked("reported", steps) in ENDED
    assert [step.action in ENDING for step in steps] == [False] * (len(steps) - 1) + [True]


@given(facts, st.integers(0, 1000), st.sampled_from(OPEN_STATES))
def test_what_was_left_open_is_brought_to_its_end_or_left_to_others(facts, seed, state):
    steps = rest(Random(seed), facts, state)
    if state in ("verifying", "suspended"):
        assert steps == ()
    else:
        assert walked(state, steps) == State.CLOSED


@given(facts, st.integers(0, 1000))
def test_who_handles_neither_checks_nor_closes(facts, seed):
    who = defaultdict(set)
    for step in plan(Random(seed), facts):
        who[step.action].add(step.post)
    assert not (who["handle"] | who["reply"]) & (who["check"] | who["close"])


@given(st.integers(0, 1000))
def test_a_guarded_case_is_not_in_the_hands_of_the_team(seed):
    guarded = Facts("patrol", "B", 3, "SQ", team_free=True, guarded=True)
    assert "team" not in {step.post for step in plan(Random(seed), guarded)}


def test_all_fates_occur():
    fates = Counter(plan(Random(n), Facts("phone", "C", 3, "CG"))[-1].action for n in range(400))
    own = Counter(plan(Random(n), Facts("patrol", "C", 3, "CG", team_free=True))[-1].action for n in range(400))
    assert set(fates) == {"close", "refuse", "void"} and own["self_handle"] > 100
    assert any(step.action == RELOCATE for n in range(400) for step in plan(Random(n), Facts("phone", "C", 3, "CG")))


def test_grave_cases_move_faster():
    def life(severity):
        return sum(sum(s.after_s for s in plan(Random(n), Facts("phone", "D", severity, "CG"))) for n in range(100))

    assert life(1) < 0.5 * life(4)


def acts_of(shift, seconds):
    shift.begin()
    return list(shift.take(seconds))


def test_the_same_seed_tells_the_same_story():
    assert acts_of(script(7), 7200.0) == acts_of(script(7), 7200.0)
    assert acts_of(script(7), 1200.0) != acts_of(script(8), 1200.0)


def test_the_story_does_not_depend_on_how_often_it_is_asked():
    whole, pieces = acts_of(script(7), 1800.0), script(7)
    pieces.begin()
    assert [act for second in range(1, 1801) for act in pieces.take(float(second))] == whole


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("hour", "storm"), [(3.0, False), (9.0, False), (13.0, True), (20.9, False)])
def test_something_happens_at_least_every_few_seconds_whatever_the_hour(seed, hour, storm):
    times = [act.at_s for act in acts_of(script(seed, hour=hour, storm=storm), 3600.0)]
    assert times == sorted(times) and times[0] == 0.0
    assert max(b - a for a, b in zip(times, [*times[1:], 3600.0], strict=True)) <= 3.2 + 1e-6


def test_every_team_goes_on_duty_at_once():
    first = {act.lane for act in acts_of(script(1), 5.0) if act.kind == "unit" and act.action == "on_duty"}
    assert {lane for lane in first if "team" in lane} == {f"unit:{u}" for u in script(1).units if "team" in u}


@pytest.mark.parametrize("storm", [False, True])
def test_the_number_of_open_cases_stays_plausible(storm):
    shift = script(5, storm=storm)
    shift.begin()
    open_cases = []
    for minute in range(1, 301):
        list(shift.take(60.0 * minute))
        open_cases.append(len(shift.cases))
    assert min(open_cases[5:]) >= 60 and max(open_cases) <= 190


def test_after_five_minutes_cases_are_in_every_state():
    shift, state = script(5), {}
    for act in acts_of(shift, 300.0):
        if act.kind in ("report", "step") and act.action != RELOCATE:
            state[act.lane] = act.action
    assert {"report", "accept", "register", "dispatch", "handle", "reply"} <= set(state.values())


def test_acts_of_a_case_begin_with_its_report_and_stop_with_its_end():
    seen = defaultdict(list)
    for act in acts_of(script(3), 4 * 3600.0):
        if act.lane.startswith("case-"):
            seen[act.lane].append(act)
    assert len(seen) > 200
    for acts in seen.values():
        assert acts[0].kind == "report" and all(act.kind == "step" for act in acts[1:])
        who = {act.action: act.who for act in acts}
        assert not {who.get("handle"), who.get("reply")} & {who.get("check", ""), who.get("close", "")}


def test_a_report_of_a_patrol_comes_from_the_team_of_that_grid():
    for act in acts_of(script(3), 3600.0):
        if act.kind == "report" and act.body["source"] == "patrol":
            assert act.who == f"team:{grid_of(act.place)}"


def test_units_are_sent_for_one_case_at_a_time_and_boats_for_none():
    status = {}
    for act in acts_of(script(3), 4 * 3600.0):
        if act.kind != "unit":
            continue
        assert (act.action in STATUSES and act.lane != "unit:boat") or act.action == "on_duty"
        if act.action == "en_route":
            assert status[act.lane] == "on_duty" and act.place is not None
        status[act.lane] = act.action


def test_cameras_fail_and_come_back():
    shift = script(2)
    up = {f"camera:camera-{n}": n > 1 for n in range(20)}
    told = [act for act in acts_of(shift, 3 * 3600.0) if act.kind == "camera"]
    for act in told:
        assert up[act.lane] != (act.action == "online")
        up[act.lane] = act.action == "online"
    assert {act.action for act in told} == {"online", "offline", "fault"}


def left_open(state="handling"):
    return OpenCase("old", 6, state, (150.0, 150.0), grid_of((150.0, 150.0)), Facts("phone", "C", 3, "CG"))


def test_a_case_of_an_earlier_shift_is_carried_on():
    shift = script(4)
    shift.begin([left_open()])
    actions = [act.action for act in shift.take(3 * 3600.0) if act.lane == "old"]
    assert actions == ["reply", "check", "close"]


def test_a_case_that_others_have_taken_is_left_to_them():
    shift = script(4)
    shift.begin([left_open()])
    shift.forget("old")
    assert not [act for act in shift.take(3600.0) if act.lane == "old"]
