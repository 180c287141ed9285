"""Land use of the blocks: parks, square, schools, hospitals, markets, industry, offices, housing by age."""

from __future__ import annotations

import numpy as np

from .blocks import Block
from .curves import main_axis
from .frame import ORIGIN, place, stream

PARKS = 15


def _centre(block: Block) -> tuple[float, float]:
    point = block.polygon.centroid
    return point.x, point.y


def _boxlike(block: Block) -> float:
    _, _, length, width = main_axis(block.polygon)
    return float(block.polygon.area / (length * width) * min(1.0, 1.8 * width / length))


def _spread(
    blocks: list[Block],
    count: int,
    gap_m: float,
    rng: np.random.Generator,
    taken: list[tuple[float, float]],
    low_m2: float,
    high_m2: float,
    ages: tuple[str, ...] = (),
) -> list[Block]:
    """Return free blocks of a size at least ``gap_m`` apart, box-like ones first with some chance."""
    free = [
        b
        for b in blocks
        if b.kind == "land" and not b.use and low_m2 <= b.polygon.area <= high_m2 and (not ages or b.age in ages)
    ]
    order = sorted(free, key=lambda b: -_boxlike(b) + rng.uniform(0, 0.35))
    chosen: list[Block] = []
    spots = list(taken)
    for block in order:
        if len(chosen) == count:
            break
        x, y = _centre(block)
        if all(np.hypot(x - u, y - v) >= gap_m for u, v in spots):
            chosen.append(block)
            spots.append((x, y))
    return chosen


def _take(blocks: list[Block], use: str) -> None:
    for block in blocks:
        block.use = use


def _mark_square(blocks: list[Block]) -> tuple[float, float]:
    """The block for 双汇广场: mid-size, near the crossing of 人民路 and 解放路."""
    x, y = place([(1180, -130)])[0]
    fit = [b for b in blocks if b.kind == "land" and 12_000 < b.polygon.area < 40_000]
    best = min(fit, key=lambda b: np.hypot(_centre(b)[0] - x, _centre(b)[1] - y) + 400 * (1 - _boxlike(b)))
    best.use = "square"
    return _centre(best)


def assign_uses(seed: int, blocks: list[Block]) -> None:
    """Give every land block its use."""
    rng = stream(seed, "uses")
    spot = _mark_square(blocks)
    for gap in (760, 700, 640, 580, 530):
        parks = _spread(blocks, PARKS, gap, rng, [spot], 9_000, 34_000, ("old", "ring", "ordinary", "new"))
        if len(parks) == PARKS:
            break
    _take(parks, "park")
    taken: list[tuple[float, float]] = []
    for use, count, gap, low, high in (
        ("hospital", 6, 1100, 16_000, 60_000),
        ("school", 31, 430, 14_000, 52_000),
        ("market", 13, 560, 8_000, 26_000),
        ("mall", 9, 600, 10_000, 34_000),
        ("office", 22, 300, 7_000, 30_000),
    ):
        _take(_spread(blocks, count, gap, rng, taken, low, high, ("old", "ring", "ordinary", "new")), use)
    for block in blocks:
        if block.kind != "land":
            block.use = block.kind
        elif not block.use:
            block.use = _housing(block, rng)


def _housing(block: Block, rng: np.random.Generator) -> str:
    draw = rng.uniform()
    x = block.polygon.centroid.x - ORIGIN[0]
    if block.polygon.area < 2_600 or main_axis(block.polygon)[3] < 30:
        return "yard" if draw < 0.5 else "courtyards" if block.age in ("old", "ring") else "mixed"
    if block.age == "old":
        return "courtyards" if draw < 0.80 else "old_housing" if draw < 0.95 else "mixed"
    if block.age == "ring":
        return "courtyards" if draw < 0.22 else "old_housing" if draw < 0.80 else "housing" if draw < 0.92 else "mixed"
    if block.age == "industrial":
        return "industry" if draw < 0.62 else "old_housing" if draw < 0.85 else "towers"
    if block.age == "new":
        return (
            "towers"
            if draw < 0.42
            else "housing"
            if draw < 0.78
            else "village"
            if draw < 0.82 and x < 900
            else "old_housing"
        )
    return (
        "old_housing"
        if draw < 0.55
        else "housing"
        if draw < 0.80
        else "towers"
        if draw < 0.90
        else "village"
        if draw < 0.925
        else "mixed"
    )
