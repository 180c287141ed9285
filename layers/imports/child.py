"""What runs inside the sandbox: shut in first, then read one delivery, then hand it over. Started by `sandbox` alone.

The only argument is the job folder; everything else is in its `request.json`. Whatever goes wrong is either written as
a finding or ends the process; the parent knows both.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from layers.imports import confinement
from layers.imports.sniff import extension

REQUEST = "request.json"
_BY_COLUMNS = {"gpkg", "fgb", "geojson", "json"}


def main(job: Path) -> None:
    """Reads what the request names and leaves `result.json` in the job folder."""
    request: dict[str, Any] = json.loads((job / REQUEST).read_text(encoding="utf-8"))
    alone = confinement.cut_network()
    _load_libraries({extension(name) for name, _ in request["files"]})
    os.chdir(job)
    confinement.become(request["user"])
    # The kernel forgets whose death this process shall not survive when the user changes.
    confinement.die_with_parent()
    if os.getppid() != request["parent"]:
        return
    baseline = confinement.limit(cpu_seconds=request["cpu_seconds"], memory_bytes=request["memory_bytes"])
    _read(job, request, {"network": "none" if alone else "closed by settings", "baseline_bytes": baseline})


def _load_libraries(endings: set[str]) -> None:
    """Everything that is needed, before rights and memory are given up: the program's folder may be closed later.

    Libraries that only some formats need are loaded for files with their endings.
    """
    columns = bool(endings & _BY_COLUMNS)
    if "xlsx" in endings:
        import defusedxml  # noqa: F401
        import openpyxl  # noqa: F401
    # pyogrio would load what reading arrays does not need: half of the time and memory.
    unused = ("geopandas", "pandas", *(() if columns else ("pyarrow",)))
    for name in unused:
        sys.modules[name] = None  # type: ignore[assignment]
    import pyogrio
    import shapely
    from pyproj import CRS

    from layers.imports import inspect  # noqa: F401
    from layers.imports.projections import degrees, system_of

    if not columns:
        del sys.modules["pyarrow"]
    pyogrio.list_drivers()
    shapely.make_valid(shapely.box(0, 0, 1, 1))
    # PROJ keeps its database open from here on, and looks nothing up for the systems of the house.
    CRS.from_epsg(4326)
    for epsg in (4490, 4547, 3857):
        system = system_of(epsg)
        if system is not None:
            degrees(shapely.get_coordinates(shapely.box(500000, 3700000, 500001, 3700001)), system)


def _read(job: Path, request: dict[str, Any], extra: dict[str, Any]) -> None:
    from layers.imports.findings import Answers
    from layers.imports.handover import write
    from layers.imports.inspect import inspect_files

    answers = Answers(**{**request["answers"], "datum_params": tuple(request["answers"]["datum_params"])})
    paths = [(name, job / "in" / file) for name, file in request["files"]]
    near = tuple(request["near_4326"]) if request["near_4326"] else None
    delivery = inspect_files(request["file"], paths, answers, job / "work", near_4326=near)
    write(delivery, job / "out", rows=request["rows"], extra=extra)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
