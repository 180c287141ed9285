"""Figures: medians with their spread, the machine they were taken on, the table and the file."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass
class Figure:
    """One measured figure against its peer or bound.

    `at_least` tells which side of the goal is good; `rounds` are the ratios of the single rounds.
    """

    name: str
    peer: str
    goal: float | None
    at_least: bool
    rounds: list[float]
    ours: float
    theirs: float
    unit: str
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Median over the rounds."""
        return statistics.median(self.rounds)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def compare(
    name: str, peer: str, ours: list[float], theirs: list[float], *, goal: float | None, unit: str, note: str = ""
) -> Figure:
    """A figure of rates: ours over theirs, round by round."""
    return Figure(
        name, peer, goal, True, [a / b for a, b in zip(ours, theirs, strict=True)], statistics.median(ours),
        statistics.median(theirs), unit, note,
    )  # fmt: skip


def at_most(
    name: str, peer: str, ours: list[float], theirs: list[float], *, goal: float | None, unit: str, note: str = ""
) -> Figure:
    """A figure of times: ours over theirs, round by round; less is better."""
    figure = compare(name, peer, ours, theirs, goal=goal, unit=unit, note=note)
    figure.at_least = False
    return figure


def share(name: str, bound_s: float, seconds: list[float], note: str = "") -> Figure:
    """A figure of time as a share of its bound."""
    return Figure(
        name, f"bound {bound_s:g} s", 1.0, False, [s / bound_s for s in seconds], statistics.median(seconds), bound_s,
        "s", note,
    )  # fmt: skip


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1_048_576
    return {
        "cores": str(os.cpu_count()),
        "cpu": model,
        "memory": f"{memory:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "granian": version("granian"),
        "psycopg": version("psycopg"),
        "load": f"{os.getloadavg()[0]:.1f}",
        "commit": _commit(),
    }


def _commit() -> str:
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def print_table(figures: list[Figure]) -> None:
    """One line a figure."""
    rows = [("figure", "peer or bound", "ours", "peer", "ratio", "spread", "goal", "")]
    for f in figures:
        sign = "≥" if f.at_least else "≤"
        verdict = {True: "met", False: "MISSED", None: ""}[f.met]
        rows.append(
            (
                f.name, f.peer, f"{f.ours:,.4g} {f.unit}", f"{f.theirs:,.4g}", f"{f.ratio:.2f}",
                f"{min(f.rounds):.2f}-{max(f.rounds):.2f} ({len(f.rounds)})",
                "" if f.goal is None else f"{sign} {f.goal:g}", verdict,
            )
        )  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    for note in dict.fromkeys(f"{f.name}: {f.note}" for f in figures if f.note):
        print(f"  {note}")


def write(path: Path, facts: dict[str, str], figures: list[Figure]) -> None:
    """The file: facts of the machine, then each figure with all its rounds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "figures": [asdict(f) | {"ratio": f.ratio, "met": f.met} for f in figures],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
