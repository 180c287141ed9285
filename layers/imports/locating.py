"""Where a layer lies: its stated system judged by its coordinates, shifts undone, shapes in degrees and in metres. Pure."""

from __future__ import annotations

import re

import numpy as np

from layers.geo.crs import METRIC_SRID, STORAGE_SRID, mover
from layers.geo.datums import UNDO
from layers.imports.csv_read import SHIFTED_WORDS
from layers.imports.delivery import LayerRead
from layers.imports.findings import Answers, Candidate, Notebook
from layers.imports.places import Box, candidates, corners, extent, fits, judge, lies_within
from layers.imports.projections import CHINA, DATUM_WORDS, OLD_DATUMS, Stated, System, degrees, meaning, system_of
from layers.imports.shifting import Shift, shift_of, tell

_DATUM_CHOICES = (
    ("wgs84", "未偏移（WGS 84 / CGCS2000）", "not shifted (WGS 84 / CGCS2000)"),
    ("gcj02", "GCJ-02（高德、腾讯）", "GCJ-02 (Amap, Tencent)"),
    ("bd09", "BD-09（百度）", "BD-09 (Baidu)"),
)


def locate(
    layer: LayerRead,
    statement: str | None,
    answers: Answers,
    notes: Notebook,
    *,
    near_4326: Box | None = None,
    hints: tuple[Candidate, ...] = (),
) -> None:
    """Gives the layer its system, datum, degrees and metric shapes, or asks what only a person can know."""  # fmt: skip
    outlines = layer.outlines("shapes")
    assert outlines is not None
    if answers.swap_axes:
        outlines = outlines.moved(lambda xy: xy[:, ::-1])
        layer.hold(shapes=outlines)
    xy = extent(outlines)
    stated = _stated(statement, answers)
    if stated is None or stated.system is None:
        _ask_system(stated, xy, notes, near_4326, hints)
        return
    layer.system = stated.system
    layer.source_datum = answers.source_datum or layer.source_datum or stated.system.datum
    shift = shift_of(answers.datum_params, stated.system)
    if len(xy) and not _plausible(xy, stated.system, shift, answers, notes, near_4326):
        return
    if answers.source_datum is None:
        _ask_shift(layer, statement or "", notes)
    accuracy_m = OLD_DATUMS.get(stated.system.datum or "")
    if shift and len(xy):
        tell(shift, stated.system, corners(xy)[4:], notes)
    elif accuracy_m:
        notes.note("old_datum", datum=DATUM_WORDS[stated.system.datum or ""][1], accuracy_m=accuracy_m)
    _place(layer, stated.system, shift, answers.source_datum)


def _stated(statement: str | None, answers: Answers) -> Stated | None:
    if answers.crs is not None:
        return Stated(system_of(answers.crs), f"没有 EPSG:{answers.crs}", f"there is no EPSG:{answers.crs}")
    return None if statement is None else meaning(statement)


def _ask_system(
    stated: Stated | None, xy: np.ndarray, notes: Notebook, near_4326: Box | None, hints: tuple[Candidate, ...]
) -> None:
    likely = candidates(xy, near_4326) or candidates(xy)
    if not likely and len(xy) and (turned := candidates(xy[:, ::-1], near_4326) or candidates(xy[:, ::-1])):
        likely = turned
        notes.note("axes_swapped", sample=_sample(xy, system_of(int(turned[0].value))))
    choices = hints + tuple(item for item in likely if item.value not in {hint.value for hint in hints})
    if stated is None:
        notes.note("crs_missing", candidates=choices)
    else:
        notes.note("crs_unusable", reason_zh=stated.reason_zh, reason_en=stated.reason_en, candidates=choices)


def _plausible(
    xy: np.ndarray, system: System, shift: Shift | None, answers: Answers, notes: Notebook, near_4326: Box | None
) -> bool:
    if shift and lies_within(shift.degrees(corners(xy)), CHINA):
        return True
    judgement = judge(xy, system)
    if judgement.fits and not shift:
        return True
    if judgement.swapped and not answers.swap_axes:
        notes.note("axes_swapped", sample=_sample(xy, system))
    else:
        notes.note(
            "crs_contradicted" if answers.crs is None else "answer_contradicted",
            crs=system.label,
            sample=_sample(xy, system),
            candidates=candidates(xy, near_4326) or candidates(xy),
        )
    return False


def _sample(xy: np.ndarray, system: System | None) -> str:
    """The middle of the positions, or where that would do in a system the first corner that does not."""
    box = corners(xy)[[4, 0, 1, 2, 3]]
    x, y = next((place for place in box if system and not fits(place[None], system)), box[0])
    return f"x {x:.6g}, y {y:.6g}"


def _ask_shift(layer: LayerRead, statement: str, notes: Notebook) -> None:
    """A shifted system that a name gives away is asked about, never undone unasked."""
    plain = re.sub(r"[^\w]", "", f"{layer.name} {statement[:400]}".lower())
    if "gcj" in plain or "火星坐标" in plain:
        layer.source_datum = "gcj02" if layer.source_datum not in UNDO else layer.source_datum
    elif "bd09" in plain or "百度坐标" in plain:
        layer.source_datum = "bd09" if layer.source_datum not in UNDO else layer.source_datum
    if layer.source_datum in UNDO:
        words = ", ".join(SHIFTED_WORDS[layer.source_datum][:3])
        ask_datum(notes, layer.source_datum, f"名称如此（{words}）", f"a name says so ({words})")


def ask_datum(notes: Notebook, datum: str, reason_zh: str, reason_en: str) -> None:
    """Notes the question whether positions are shifted, the suspected system first."""
    choices = sorted(_DATUM_CHOICES, key=lambda choice: choice[0] != datum)
    label = {"gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
    notes.note(
        "datum_suspected", datum=label, reason_zh=reason_zh, reason_en=reason_en,
        candidates=[Candidate(*choice) for choice in choices],
    )  # fmt: skip


def _place(layer: LayerRead, system: System, shift: Shift | None, source_datum: str | None) -> None:
    """Degrees and metres of every shape; a place that the system does not have becomes nothing."""
    # A shift is undone when a person has said so, never on suspicion.
    undo = UNDO.get(source_datum or "")

    def move(xy: np.ndarray) -> np.ndarray:
        lonlat = shift.degrees(xy) if shift else degrees(xy, system)
        return undo(lonlat) if undo else lonlat

    outlines = layer.outlines("shapes")
    assert outlines is not None
    placed = outlines.moved(move)
    at_home = system.label == f"EPSG:{METRIC_SRID}" and undo is None and shift is None
    layer.hold(degrees=placed, metric=outlines if at_home else placed.moved(mover(STORAGE_SRID, METRIC_SRID)))
