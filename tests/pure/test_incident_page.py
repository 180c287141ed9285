"""docs/incidents.md holds the table of states as the code does, row by row."""

from __future__ import annotations

from pathlib import Path

from layers.incidents.states import ACTIONS, STEPS, Step, step_of
from layers.roles import GRANTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "incidents.md"


def rows() -> list[str]:
    """The lines of the table that follow from the code."""
    return [_row(step) for step in STEPS]


def _row(step: Step) -> str:
    grants = {role: role_grants.get(step.capability) for role, role_grants in GRANTS.items()}
    roles = [f"`{role}`" for role, grant in grants.items() if grant and grant.mode in step.modes]
    required = ", ".join(f"`{name}`" for name in step.required) or "-"
    optional = ", ".join(f"`{name}`" for name in step.optional if name not in step.required) or "-"
    codes = ["409 `action_not_possible`", "403 `forbidden`"]
    codes += ["403 `same_person`"] if step.other_eyes else []
    codes += ["400 `invalid_input`"] if step.required else []
    return (
        f"| `{step.action}` | {', '.join(step.before)} → {step.after} | `{step.capability}` | {' '.join(roles)} "
        f"| {required} | {optional} | {' · '.join(codes)} |"
    )


def test_the_page_holds_every_row_and_no_other():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `") and "→" in line] == rows()


def test_the_page_names_the_actions_that_nothing_leads_to_yet():
    (line,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("Known and refused:")]
    named = line.removeprefix("Known and refused:").split(".")[0].replace("`", "").replace(",", " ").split()
    assert named == [action for action in ACTIONS if step_of(action) is None]
