"""What happens to a case next, when and by whom, pure: plans of steps over the life-cycle of `docs/incidents.md`.

Times are seconds of the shift. Who handles neither checks nor closes: those steps are planned for other people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

RELOCATE = "relocate"
#: The actions after which nothing more is planned.
ENDING = frozenset({"close", "refuse", "void", "self_handle"})
#: Departments whose work in the grid is done by the grid's own team.
OF_THE_TEAM = frozenset({"SQ", "JD", "WY"})
_REASONS = {
    "refuse": ("不属于受理范围，已告知反映人向主管单位咨询。", "内容不全且无法联系核实，不予受理。"),
    "void": ("现场核查未发现所述情况，予以作废。", "情况已自行消除，予以作废。"),
    RELOCATE: ("上报定位有偏差，按现场照片更正位置。", "与反映人核对后更正位置。"),
    "self_handle": ("网格员现场处理完毕，已复查。", "当场劝导整改到位。"),
    "reply": ("已处置完毕，请核查。", "现场已恢复，请核查。"),
}


@dataclass(frozen=True)
class Step:
    """One step: the action, the post that does it, how long after the step before, and what goes with it.

    `post` is `seat`, `dispatcher`, `worker`, `team`, `checker` or `closer`; the script knows which person that is.
    """

    action: str
    post: str
    after_s: float
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """What a plan depends on."""

    source: str
    category: str
    severity: int
    department: str
    team_free: bool = False
    guarded: bool = False  # family and violence: seen by few, handled by the department alone


def plan(rng: Random, facts: Facts, *, backlog: bool = False) -> tuple[Step, ...]:
    """The steps of a new case. Severe ones move faster.

    `backlog` marks what the night has left: the first of it is dealt with at once, the last much later.
    """
    steps = _plan(rng, facts)
    if not backlog:
        return steps
    pace = rng.uniform(0.04, 1.0) ** 1.5
    return (
        replace(steps[0], after_s=rng.uniform(6.0, 30.0) + 600.0 * pace),
        *(replace(step, after_s=step.after_s * (0.05 + 1.1 * pace)) for step in steps[1:]),
    )


def _plan(rng: Random, facts: Facts) -> tuple[Step, ...]:
    fate = rng.random()
    haste = {1: 0.35, 2: 0.6, 3: 1.0, 4: 1.15}[facts.severity]
    first_s = _around(rng, 150.0, haste)
    on_the_spot = facts.source == "patrol" and facts.team_free and not facts.guarded
    if on_the_spot and facts.category in "BCD" and facts.severity >= 3 and fate < 0.55:
        return (_step(rng, "self_handle", "team", rng.uniform(240.0, 1080.0)),)
    if facts.source != "patrol" and facts.severity >= 3 and fate < 0.06:
        return (_step(rng, "refuse", "seat", first_s),)
    accept = Step("accept", "seat", first_s)
    if facts.severity >= 3 and fate > 0.95:
        return accept, _step(rng, "void", "seat", _around(rng, 420.0, haste))
    steps = [accept]
    if 0.70 < fate < 0.78:
        steps.append(_step(rng, RELOCATE, "seat", _around(rng, 90.0, haste)))
    return (*steps, *_main_road(rng, facts, haste))


def rest(rng: Random, facts: Facts, state: str) -> tuple[Step, ...]:
    """The steps that bring a case from a state to its end; none for a state that the shift leaves to others."""
    order = ("reported", "accepted", "registered", "dispatched", "handling", "replied", "checking")
    if state not in order:
        return ()
    whole = (Step("accept", "seat", _around(rng, 150.0, 1.0)), *_main_road(rng, facts, 1.0))
    steps = whole[order.index(state) :]
    return (replace(steps[0], after_s=rng.uniform(5.0, 1.3 * steps[0].after_s + 300.0)), *steps[1:])


def _main_road(rng: Random, facts: Facts, haste: float) -> tuple[Step, ...]:
    by_team = not facts.guarded and (facts.category == "B" or facts.department in OF_THE_TEAM)
    hands = "team" if by_team else "worker"
    return (
        Step("register", "seat", _around(rng, 200.0, haste)),
        Step("dispatch", "dispatcher", _around(rng, 200.0, haste)),
        Step("handle", hands, _around(rng, 360.0, haste)),
        _step(rng, "reply", hands, _around(rng, 1300.0, haste)),
        Step("check", "checker", _around(rng, 560.0, haste)),
        Step("close", "closer", _around(rng, 420.0, haste)),
    )


def _step(rng: Random, action: str, post: str, after_s: float) -> Step:
    return Step(action, post, after_s, rng.choice(_REASONS[action]))


def _around(rng: Random, typical_s: float, haste: float) -> float:
    """A time with a long tail round a typical one, never below a quarter nor above four times of it."""
    factor = min(max(math.exp(rng.gauss(0.0, 0.5)), 0.25), 4.0)
    return typical_s * haste * factor


def actions_of(steps: Sequence[Step]) -> tuple[str, ...]:
    """The actions of a plan, in order."""
    return tuple(step.action for step in steps)
