"""The life of a case (案卷) as one table, and the rule that moves it. Pure.

The states and the words of the actions are those of the public contract. `STEPS` holds what is possible; an action
without a row there is known and always refused. The database enforces the same pairs of states (see `models`).
Four eyes: who took part in handling (处置) neither checks (核查) nor closes (结案).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from layers.errors import InvalidInput
from layers.incidents.errors import ActionNotPossible, SamePerson, UnknownAction
from layers.roles import Capability, Mode


class State(StrEnum):
    """Every state a case can be in."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    VERIFYING = "verifying"
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    REPLIED = "replied"
    CHECKING = "checking"
    CLOSED = "closed"
    REFUSED = "refused"
    VOID = "void"
    MERGED = "merged"


#: A case in one of these has left the live set.
ENDED = frozenset({State.CLOSED, State.REFUSED, State.VOID, State.MERGED})

#: Every action of the public contract, in its order.
ACTIONS: tuple[str, ...] = (
    "accept", "verify", "register", "dispatch", "handle", "reply", "return", "extend", "suspend", "resume", "approve",
    "deny", "check", "rework", "close", "reopen", "refuse", "void", "merge", "unmerge", "supervise", "answer",
    "self_handle", "rate",
)  # fmt: skip
#: What the body of an action may carry besides `client_id` and `version`.
FIELDS: tuple[str, ...] = ("reason", "to", "until", "evidence")
#: Modes of a grant that count for an action: one's own work alone, proposing and approving do not.
FULL = frozenset({Mode.FULL})
CHECKER = frozenset({Mode.FULL, Mode.NOT_OWN})


@dataclass(frozen=True)
class Step:
    """One row of the table: an action, the states it leads from and the one it leads to, and who may do it.

    `hands` marks work on the case itself, `other_eyes` what only somebody may do who had no hand in it.
    """

    action: str
    before: tuple[State, ...]
    after: State
    capability: Capability
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ("reason",)
    modes: frozenset[Mode] = FULL
    hands: bool = False
    other_eyes: bool = False


_S, _C = State, Capability
_REASON = ("reason",)
STEPS: tuple[Step, ...] = (
    Step("accept", (_S.REPORTED,), _S.ACCEPTED, _C.ACCEPT),
    Step("refuse", (_S.REPORTED,), _S.REFUSED, _C.ACCEPT, required=_REASON),
    Step("register", (_S.ACCEPTED,), _S.REGISTERED, _C.ACCEPT),
    Step("void", (_S.ACCEPTED,), _S.VOID, _C.ACCEPT, required=_REASON),
    Step("dispatch", (_S.REGISTERED,), _S.DISPATCHED, _C.DISPATCH, optional=("reason", "to")),
    Step("handle", (_S.DISPATCHED,), _S.HANDLING, _C.HANDLE, hands=True),
    Step("reply", (_S.HANDLING,), _S.REPLIED, _C.HANDLE, hands=True),
    Step("check", (_S.REPLIED,), _S.CHECKING, _C.CHECK, modes=CHECKER, other_eyes=True),
    Step("close", (_S.CHECKING,), _S.CLOSED, _C.CHECK, modes=CHECKER, other_eyes=True),
    Step("self_handle", (_S.REPORTED, _S.ACCEPTED), _S.CLOSED, _C.HANDLE, hands=True),
)
_BY_ACTION = {step.action: step for step in STEPS}

#: The pairs of states that a case may go through, as the database enforces them.
TRANSITIONS: tuple[tuple[str, str], ...] = tuple(
    sorted({(before.value, step.after.value) for step in STEPS for before in step.before})
)


@dataclass(frozen=True)
class Course:
    """How far a case has come: its state, and the ids of those who had a hand in it."""

    state: State = State.REPORTED
    handled_by: frozenset[str] = field(default=frozenset())


def known(action: str) -> str:
    """The action itself. Raises UnknownAction for a word that is none."""
    if action not in ACTIONS:
        raise UnknownAction(f"没有操作 {action[:40]}", f"there is no action {action[:40]}", field="action")
    return action


def step_of(action: str) -> Step | None:
    """The row of an action; None for one that nothing leads to today. Raises UnknownAction."""
    return _BY_ACTION.get(known(action))


def possible(state: State) -> tuple[str, ...]:
    """The actions that lead on from a state, in the order of the table."""
    return tuple(step.action for step in STEPS if state in step.before)


def advance(course: Course, action: str, who: str, given: Mapping[str, object]) -> Course:
    """The course after `who` has done `action`, `given` being the fields that came with it.

    Raises ActionNotPossible naming the state and what it allows, SamePerson when a handler would check his own work,
    InvalidInput for a field that is missing or that the action does not take, UnknownAction.
    """
    step = step_of(action)
    if step is None or course.state not in step.before:
        raise refusal(course.state, action)
    if step.other_eyes and who in course.handled_by:
        raise SamePerson(f"本人参与过处置，不能 {action}", f"you took part in the handling and so may not {action} it")
    for name in step.required:
        if not given.get(name):
            raise InvalidInput(f"操作 {action} 需要 {name}", f"the action {action} needs {name}", field=name)
    for name in FIELDS:
        if given.get(name) and name not in (*step.required, *step.optional):
            raise InvalidInput(
                f"操作 {action} 不接受 {name}", f"the action {action} takes no {name}", field=name, found=given[name]
            )
    hands = course.handled_by | {who} if step.hands else course.handled_by
    return replace(course, state=step.after, handled_by=hands)


def refusal(state: State, action: str) -> ActionNotPossible:
    """The error that says what state the case is in and what that allows."""
    allowed = possible(state)
    words = ", ".join(allowed) or "nothing"
    return ActionNotPossible(
        f"案卷处于 {state}，不能 {action}；可以：{'、'.join(allowed) or '无'}",
        f"the case is {state}, so {action} is not possible; possible: {words}",
        field="action", found=action, state=state.value, possible=list(allowed),
    )  # fmt: skip
