"""Command: ``python -m data.generator --out data/yuanhui [--seed N] [--preview PNG]``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import shapely

from .district import build
from .profile import write_profile

SEED = 411102


def main(arguments: list[str] | None = None) -> int:
    """Generate the profile and print its counts; exit 0."""
    parser = argparse.ArgumentParser(prog="data.generator", description="Generate the synthetic district profile.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the profile, e.g. data/yuanhui")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--preview", type=Path, help="also draw a picture of the district")
    parser.add_argument(
        "--window", type=float, nargs=4, metavar=("LEFT", "LOW", "RIGHT", "HIGH"), help="part to draw, EPSG:4547"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()
    district = build(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    write_profile(district, options.out, options.seed)
    whole = district.tree.district.polygon
    land = whole.area - shapely.intersection(whole, district.rivers.banks).area
    streets_km = sum(shapely.intersection(r.line, whole).length for r in district.roads if r.inside) / 1000
    say = sys.stdout.write
    say(
        f"area {whole.area / 1e6:.3f} km2, streets {streets_km / (whole.area / 1e6):.1f} km/km2, "
        f"cover {sum(b.polygon.area for b in district.buildings) / land:.1%} of land\n"
    )
    say(
        f"{len(district.tree.grids)} grids, {len(district.tree.units)} unit grids, {len(district.buildings)} buildings, "
        f"{len(district.roads)} roads, {len(district.points)} points, {len(district.lines)} alleys, "
        f"{len(district.polygons)} place polygons, {len(district.cameras)} cameras\n"
    )
    if options.preview:
        from .preview import draw

        draw(district, options.preview, options.window)
    sys.stderr.write(f"done in {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
