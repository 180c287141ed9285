"""Numbers of cases and their life, as pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from layers.errors import InvalidInput
from layers.incidents.errors import ActionNotPossible, SamePerson, UnknownAction
from layers.incidents.layer import SOURCES as SOURCE_WORDS
from layers.incidents.layer import STATES as STATE_WORDS
from layers.incidents.numbers import LAST_SERIAL, check_digit, day_of, is_valid, number_of
from layers.incidents.states import (
    ACTIONS,
    ENDED,
    FIELDS,
    STEPS,
    TRANSITIONS,
    Course,
    State,
    advance,
    known,
    possible,
    step_of,
)  # fmt: skip

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
SERIALS = st.integers(1, LAST_SERIAL)


def test_the_number_of_the_standard_case():
    assert number_of("411102", date(2018, 10, 17), 42) == "41110220181017000429"
    assert is_valid("41110220181017000429")


def test_the_check_digit_of_the_standards_own_example():
    assert check_digit("0794") == "5"  # ISO/IEC 7064:2003, MOD 11,10


@given(DAYS, SERIALS)
def test_every_number_is_valid_and_tells_its_day_and_serial(day, serial):
    number = number_of("411102", day, serial)
    assert is_valid(number)
    assert (number[:6], number[6:14], int(number[14:19])) == ("411102", f"{day:%Y%m%d}", serial)


@given(DAYS, SERIALS, st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(day, serial, place, shift):
    number = number_of("411102", day, serial)
    wrong = str((int(number[place]) + shift) % 10)
    assert not is_valid(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111022018101700042",
        "411102201810170004290",
        "4111022018101700042x",
        "４１１１０２２０１８１０１７０００４２９",
    ]
    + [f"{head}{check_digit(head)}" for head in ("4111022018133200042", "4111022018101700000", "4111022018022900042")],
)
def test_what_is_no_number(text):
    assert not is_valid(text)


@pytest.mark.parametrize("serial", [0, -1, LAST_SERIAL + 1])
def test_a_serial_that_five_digits_cannot_write_never_wraps(serial):
    with pytest.raises(ValueError, match="does not fit"):
        number_of("411102", date(2018, 10, 17), serial)


def test_a_day_begins_at_midnight_in_shanghai():
    assert day_of(datetime(2018, 10, 16, 15, 59, 59, tzinfo=UTC)) == date(2018, 10, 16)
    assert day_of(datetime(2018, 10, 16, 16, 0, tzinfo=UTC)) == date(2018, 10, 17)


# action, state it starts from, state it leads to (None: refused), restated by hand
MOVES = [
    ("accept", "reported", "accepted"), ("accept", "accepted", None), ("accept", "closed", None),
    ("refuse", "reported", "refused"), ("refuse", "accepted", None),
    ("register", "accepted", "registered"), ("register", "reported", None),
    ("dispatch", "registered", "dispatched"), ("dispatch", "accepted", None), ("dispatch", "dispatched", None),
    ("handle", "dispatched", "handling"), ("handle", "registered", None),
    ("reply", "handling", "replied"), ("reply", "dispatched", None),
    ("check", "replied", "checking"), ("check", "handling", None),
    ("close", "checking", "closed"), ("close", "replied", None), ("close", "closed", None),
    ("self_handle", "reported", "closed"), ("self_handle", "accepted", "closed"), ("self_handle", "registered", None),
    ("void", "accepted", "void"), ("void", "reported", None), ("void", "void", None),
]  # fmt: skip


@pytest.mark.parametrize(("action", "before", "after"), MOVES)
def test_the_table_of_states(action, before, after):
    course = Course(State(before))
    given_ = {"reason": "why"} if action in ("refuse", "void") else {}
    if after is None:
        with pytest.raises(ActionNotPossible) as refused:
            advance(course, action, "anna", given_)
        assert refused.value.extra["state"] == before
        assert refused.value.extra["possible"] == list(possible(State(before)))
        assert before in refused.value.en
    else:
        assert advance(course, action, "anna", given_).state == after


def test_actions_of_the_contract_without_a_row_are_known_and_refused_everywhere():
    rowless = [action for action in ACTIONS if step_of(action) is None]
    assert {"verify", "return", "extend", "suspend", "merge", "reopen", "rate"} <= set(rowless)
    for action in rowless:
        for state in State:
            with pytest.raises(ActionNotPossible):
                advance(Course(state), action, "anna", {})


@pytest.mark.parametrize("word", ["", "explode", "ACCEPT", "accept ", "relocate", "接受"])
def test_a_word_that_is_no_action(word):
    with pytest.raises(UnknownAction):
        known(word)


@pytest.mark.parametrize("action", ["refuse", "void"])
def test_refusing_and_voiding_need_a_reason(action):
    before = next(step for step in STEPS if step.action == action).before[0]
    for given_ in ({}, {"reason": ""}):
        with pytest.raises(InvalidInput) as refused:
            advance(Course(before), action, "anna", given_)
        assert refused.value.field == "reason"


def test_a_field_that_an_action_does_not_take_is_named():
    with pytest.raises(InvalidInput) as refused:
        advance(Course(State.REPORTED), "accept", "anna", {"until": "2026-12-01"})
    assert refused.value.field == "until"


@pytest.mark.parametrize("action", ["check", "close"])
def test_four_eyes(action):
    before = next(step for step in STEPS if step.action == action).before[0]
    with pytest.raises(SamePerson):
        advance(Course(before, frozenset({"anna", "bert"})), action, "anna", {})
    assert advance(Course(before, frozenset({"bert"})), action, "anna", {}).state != before


def test_every_state_and_source_has_its_words():
    assert list(STATE_WORDS) == [state.value for state in State]
    assert set(SOURCE_WORDS) == {"patrol", "phone", "public", "video", "app", "department"}


def test_nothing_leads_out_of_an_ended_case_today():
    assert not [pair for pair in TRANSITIONS if State(pair[0]) in ENDED]


class Life(RuleBasedStateMachine):
    """Four people try every word on one case; the case goes only where the table leads."""

    def __init__(self):
        super().__init__()
        self.course = Course()
        self.steps: list[tuple[str, str, str]] = []

    @rule(
        action=st.sampled_from(ACTIONS), who=st.sampled_from(["anna", "bert", "cora", "dan"]),
        given_=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, st.sampled_from(["", "x"]))),
    )  # fmt: skip
    def somebody_tries(self, action, who, given_):
        before = self.course
        try:
            self.course = advance(before, action, who, given_)
        except (ActionNotPossible, SamePerson, InvalidInput):
            assert self.course == before
        else:
            assert action in possible(before.state)
            self.steps.append((action, who, self.course.state.value))

    @invariant()
    def states_follow_the_transitions_of_the_database(self):
        path = ["reported", *(state for _, _, state in self.steps)]
        assert all(pair in TRANSITIONS for pair in pairwise(path))

    @invariant()
    def two_persons_stand_behind_a_checked_case(self):
        hands = {who for action, who, _ in self.steps if action in ("handle", "reply")}
        assert not hands & {who for action, who, _ in self.steps if action in ("check", "close")}

    @invariant()
    def an_ended_case_stays_ended(self):
        ended = [n for n, (_, _, state) in enumerate(self.steps) if State(state) in ENDED]
        assert ended in ([], [len(self.steps) - 1])


TestLife = Life.TestCase
