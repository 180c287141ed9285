"""How cameras fail and come back, pure. Times are seconds of the shift."""

from __future__ import annotations

from random import Random

ONLINE, OFFLINE, FAULT = "online", "offline", "fault"
#: Mean time between two failures anywhere in the district, fair weather; a storm shortens it to a fifth.
BETWEEN_FAILURES_S = 100.0


def next_failure_s(rng: Random, storm: float) -> float:
    """Time until the next camera fails, in a storm of that strength (0 to 1)."""
    return rng.expovariate((1.0 + 4.0 * storm) / BETWEEN_FAILURES_S)


def failure(rng: Random) -> tuple[str, float]:
    """How a camera fails and for how long: mostly the line, back soon; now and then the camera itself."""
    if rng.random() < 0.7:
        return OFFLINE, rng.uniform(60.0, 900.0)
    return FAULT, rng.uniform(600.0, 2700.0)


def repair_s(rng: Random) -> float:
    """Time until a camera that was down before the shift comes back."""
    return rng.uniform(120.0, 2700.0)
