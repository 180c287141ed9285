"""The files that the import's bench loads: 400,000 points, 12,000 footprints, 200 MB of rings; the same in every round."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import shapely

from tests.bench.stage import ROOT

POINTS = 400_000
#: A square well inside the demo district, EPSG:4547, metres.
WEST, SOUTH, WIDE_M, HIGH_M = 500_500, 3_714_600, 2_500, 2_400
_FOOTPRINTS = ROOT / "data" / "yuanhui" / "base" / "fw_m.shp"
_KINDS = np.array(["路灯", "井盖", "树", "座椅", "灯箱", "果皮箱"])


def points(folder: Path) -> Path:
    """A shapefile of street furniture as a survey delivers it: code, kind, number, height; GBK, EPSG:4547."""
    rng = np.random.default_rng(411102)
    number = np.arange(POINTS)
    rows = geopandas.GeoDataFrame(
        {
            "BSM": np.char.add("4111025", np.char.zfill(number.astype(str), 7)),
            "LX": _KINDS[rng.integers(0, len(_KINDS), POINTS)],
            "XH": number.astype(np.int32),
            "GD": np.round(rng.uniform(0.2, 12, POINTS), 2),
        },
        geometry=shapely.points(WEST + rng.random(POINTS) * WIDE_M, SOUTH + rng.random(POINTS) * HIGH_M),
        crs=4547,
    )
    path = folder / "furniture.shp"
    rows.to_file(path, engine="pyogrio", encoding="GBK")
    return path


def footprints(folder: Path, shift_m: float) -> Path:
    """The profile's own buildings, every one moved by `shift_m` to the east, so that every row is written again."""
    rows = geopandas.read_file(_FOOTPRINTS, encoding="GBK")
    rows.geometry = rows.translate(xoff=shift_m)
    path = folder / f"fw_{round(shift_m * 100)}cm.shp"
    rows.to_file(path, engine="pyogrio", encoding="GBK")
    return path


def rings(folder: Path) -> Path:
    """100,000 wavy parcels of 118 vertices, 200 MB in all, side by side."""
    count, corners, across = 100_000, 118, 400
    number = np.arange(count)
    east, north = WEST + number % across * 6.0, SOUTH + number // across * 9.0
    turn = np.linspace(0, -2 * np.pi, corners)
    radius = 2 + 0.3 * np.sin(turn * 7)
    xy = np.empty((count, corners, 2))
    xy[..., 0] = east[:, None] + radius * np.cos(turn)
    xy[..., 1] = north[:, None] + radius * np.sin(turn)
    xy[:, -1] = xy[:, 0]
    rows = geopandas.GeoDataFrame(
        {"BSM": np.char.add("41110266", np.char.zfill(number.astype(str), 7))},
        geometry=shapely.polygons(shapely.linearrings(xy)), crs=4547,
    )  # fmt: skip
    path = folder / "parcels.shp"
    rows.to_file(path, engine="pyogrio", encoding="GBK")
    return path
