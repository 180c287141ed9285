"""Old datums and local grids brought to CGCS2000 by parameters or by points known in both. Pure.

What the numbers mean stands in `parameters`. Three and seven move geocentric positions, four the plane of a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from layers.geo import helmert
from layers.geo.helmert import Helmert, Residuals, Similarity, Unsolvable
from layers.imports.findings import Notebook, refuse
from layers.imports.parameters import Unparsable, demanded
from layers.imports.projections import (
    CHINA,
    DATUM_WORDS,
    ELLIPSOIDS,
    OLD_DATUMS,
    System,
    degrees,
    inverse,
    system_of,
    zone_code,
)

#: A district is a plane; the seven parameters need points that spread farther than this.
SPREAD_M, POINTS_OF_SEVEN = 100_000.0, 6
#: Points that fit worse than this do not belong together.
MISFIT_M = 10.0
#: Metres by which parameters given without points are usually right.
USUAL_M = {3: 10, 4: 1, 7: 1}
_HOME_MERIDIAN = 114.0


@dataclass(frozen=True)
class Shift:
    """How positions of a file become degrees of CGCS2000, by which parameters, and how exactly."""

    degrees: Callable[[np.ndarray], np.ndarray]
    parameters: Similarity | Helmert
    residuals: Residuals | None = None

    @property
    def count(self) -> int:
        """3, 4 or 7."""
        if isinstance(self.parameters, Similarity):
            return 4
        return 7 if any((self.parameters.rx, self.parameters.ry, self.parameters.rz, self.parameters.ppm)) else 3


def shift_of(values: Sequence[float], system: System) -> Shift | None:
    """How parameters or points move positions of a system; None without any. Raises Refused when they cannot."""
    if not values:
        return None
    option = ",".join(f"{value:g}" for value in values[:8])
    try:
        values = demanded(values)
        if len(values) > 7:
            return _by_points(np.array(values).reshape(-1, 4), system)
        if len(values) == 4:
            return _in_plane(Similarity(*values), system)
        return _in_space(Helmert(*values), system)
    except Unparsable as error:
        raise refuse("datum_params_unusable", value=option, reason_zh=error.zh, reason_en=error.en) from error


def _in_space(parameters: Helmert, system: System, residuals: Residuals | None = None) -> Shift:
    datum = system.datum or ""
    if datum not in OLD_DATUMS:
        raise Unparsable(
            "三、七参数用于 1980 西安、1954 北京坐标系",
            "three and seven parameters are for data in Xian 1980 or Beijing 1954",
        )

    def move(xy: np.ndarray) -> np.ndarray:
        return parameters.degrees(degrees(xy, system), ELLIPSOIDS[datum], ELLIPSOIDS["cgcs2000"])

    return Shift(move, parameters, residuals)


def _planes(system: System) -> tuple[Callable[[np.ndarray], np.ndarray], System]:
    """(what makes plane positions without a zone number of those of a file, the CGCS2000 zone they are moved into)."""
    meridian = _HOME_MERIDIAN if system.central_meridian is None else system.central_meridian
    code = zone_code("cgcs2000", meridian, 500000.0, six_degrees=meridian % 6 == 3)
    target = None if code is None else system_of(code)
    if target is None or (system.projected and system.central_meridian is None):
        raise Unparsable(
            "四参数和控制点用于高斯-克吕格或经纬度坐标",
            "four parameters and control points are for Gauss-Kruger or geographic positions",
        )
    if system.projected:
        easting = 1e6 * (system.zone_prefix or 0)
        return (lambda xy: xy - np.array([easting, 0.0])), target
    plane = _own_plane(system, meridian)
    return (lambda xy: inverse(xy, plane)), target


def _own_plane(system: System, meridian: float) -> System:
    """The zone of a geographic system's own datum about a meridian."""
    datum = system.datum if system.datum in OLD_DATUMS else "cgcs2000"
    plane = system_of(zone_code(datum or "", meridian, 500000.0, six_degrees=meridian % 6 == 3) or 0)
    assert plane is not None
    return plane


def _in_plane(parameters: Similarity, system: System, residuals: Residuals | None = None) -> Shift:
    flat, target = _planes(system)
    return Shift(lambda xy: degrees(parameters.moved(flat(xy)), target), parameters, residuals)


def _by_points(points: np.ndarray, system: System) -> Shift:
    """The parameters that fit control points best: seven where they spread far, else four."""
    if len(points) >= POINTS_OF_SEVEN and system.datum in OLD_DATUMS:
        lonlat = degrees(_told_east_first(points[:, :2], system), system)
        box = np.ptp(helmert.geocentric(lonlat, ELLIPSOIDS["cgcs2000"]), axis=0)
        if np.hypot(*box[:2]) > SPREAD_M:
            return _seven(lonlat, points[:, 2:], system)
    flat, target = _planes(system)
    goal = _goal(points[:, 2:], target)
    fits = []
    for source in (points[:, :2], points[:, 1::-1]):
        try:
            fits.append(helmert.fit_similarity(flat(source), goal))
        except Unsolvable as error:
            raise Unparsable("控制点重合，解不出参数", f"the control points determine nothing: {error}") from error
    # Surveyors write north first, programs east first: the wrong order is a mirror that no turning makes fit.
    fit, residuals = min(fits, key=lambda item: item[1].metres.max())
    return _in_plane(fit, system, _fitting(residuals))


def _seven(lonlat: np.ndarray, target: np.ndarray, system: System) -> Shift:
    goal = _goal_degrees(target, system)
    source = helmert.geocentric(lonlat, ELLIPSOIDS[system.datum or ""])
    try:
        fit, residuals = helmert.fit_helmert(source, helmert.geocentric(goal, ELLIPSOIDS["cgcs2000"]))
    except Unsolvable as error:
        raise Unparsable("控制点解不出七参数", f"the control points determine nothing: {error}") from error
    return _in_space(fit, system, _fitting(residuals))


def _fitting(residuals: Residuals) -> Residuals:
    if residuals.metres.max() > MISFIT_M:
        worst = residuals.worst
        raise Unparsable(
            f"控制点互相矛盾：第 {worst + 1} 点残差 {residuals.metres[worst]:.1f} 米",
            f"the control points contradict each other: point {worst + 1} is {residuals.metres[worst]:.1f} m off",
        )
    return residuals


def _told_east_first(xy: np.ndarray, system: System) -> np.ndarray:
    """Plane positions with the easting first: northings of the country have seven digits, eastings six (or eight)."""
    if not system.projected:
        return xy
    north_first = (xy[:, 0] > 1.5e6) & (xy[:, 0] < 6.5e6) & ((xy[:, 1] < 1e6) | (xy[:, 1] > 1e7))
    return xy[:, ::-1] if north_first.all() else xy


def _goal(target: np.ndarray, plane: System) -> np.ndarray:
    """Target positions in the plane that positions are moved into."""
    if _are_degrees(target):
        return inverse(target, plane)
    goal = _told_east_first(target, plane)
    return np.column_stack((np.where(goal[:, 0] > 1e6, goal[:, 0] % 1e6, goal[:, 0]), goal[:, 1]))


def _goal_degrees(target: np.ndarray, system: System) -> np.ndarray:
    if _are_degrees(target):
        return target
    _, plane = _planes(system)
    return degrees(_goal(target, plane), plane)


def _are_degrees(xy: np.ndarray) -> bool:
    west, south, east, north = CHINA
    lon, lat = xy[:, 0], xy[:, 1]
    return bool(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).all())


def tell(shift: Shift, system: System, middle: np.ndarray, notes: Notebook) -> None:
    """Notes by what positions were moved, how far, and how exactly."""
    datum = DATUM_WORDS[system.datum][1] if system.datum in OLD_DATUMS else system.label
    before, after = degrees(middle, system), shift.degrees(middle)
    cgcs2000 = ELLIPSOIDS["cgcs2000"]
    far = float(np.linalg.norm(helmert.geocentric(after, cgcs2000) - helmert.geocentric(before, cgcs2000)))
    moved = f"{far:.1f}" if np.isfinite(far) and far < 1e6 else "—"
    if shift.residuals is None:
        notes.note("datum_shifted", datum=datum, count=shift.count, moved=moved, accuracy_m=USUAL_M[shift.count])
        return
    notes.note(
        "datum_fitted", datum=datum, count=shift.count, moved=moved, points=len(shift.residuals.metres),
        accuracy_m=f"{shift.residuals.mean_error_m:.2f}", most=f"{shift.residuals.metres.max():.2f}",
        worst=shift.residuals.worst + 1,
    )  # fmt: skip
