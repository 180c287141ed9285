"""The house as promised: who may import whom, what stays pure, how long files grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Upper floors may import lower ones; names on one floor never import each other (docs/architecture.md).
FLOORS: tuple[tuple[str, ...], ...] = (
    ("gis",),
    ("layers.api",),
    ("layers.tiles", "layers.imports", "layers.exports"),
    ("layers.walls",),
    ("layers.catalog",),
    ("layers.incidents",),
    ("layers.patrols", "layers.cameras", "layers.places"),
    ("layers.territory",),
    ("layers.people",),
    ("layers.live",),
    ("layers.spec",),
    ("layers.roles", "layers.errors"),
    ("layers.geo",),
)
#: `layers.geo` raises the house's own errors, which import nothing.
ALLOWED_UPWARDS = {("layers.geo", "layers.errors")}
PURE = (
    "layers/errors.py",
    "layers/roles.py",
    "layers/spec.py",
    "layers/people/rights.py",
    "layers/people/access.py",
    "layers/catalog/features.py",
    "layers/catalog/pinyin.py",
    "layers/imports/profile.py",
    "layers/imports/mapping.py",
    "layers/catalog/rows.py",
    "layers/catalog/columns.py",
    "layers/catalog/description_parts.py",
    "layers/catalog/descriptions.py",
    "layers/catalog/describing.py",
    "layers/catalog/cells.py",
    "layers/catalog/short_names.py",
    *(f"layers/exports/{name}.py" for name in ("asked", "formats", "notes", "tables")),
    *(f"layers/exports/writers/{name}.py" for name in ("dbf", "texts", "zipped")),
    "layers/catalog/values.py",
    "layers/imports/tiling.py",
    "layers/imports/units.py",
    "layers/patrols/posts.py",
    *(
        f"layers/imports/{name}.py"
        for name in (
            "against",
            "aliases",
            "alike",
            "archives",
            "assembling",
            "attributes",
            "binary",
            "blocks",
            "codes",
            "coercing",
            "columns",
            "coverage",
            "csv_read",
            "dbf",
            "delivery",
            "diffing",
            "digests",
            "encodings",
            "fields",
            "filling",
            "findings",
            "guessing",
            "handover",
            "inspect",
            "likeness",
            "locating",
            "outlines",
            "lying",
            "matching",
            "network",
            "noding",
            "parameters",
            "pieces",
            "places",
            "plan_types",
            "projections",
            "ranking",
            "restating",
            "rings",
            "rules",
            "scoring",
            "shapes",
            "shaping",
            "shifting",
            "shp",
            "spikes",
            "snapping",
            "sniff",
            "spellings",
            "texts",
            "topology",
            "wkt",
        )
    ),
    "gis/ops/readings.py",
    "gis/ops/judgement.py",
    "layers/incidents/counting.py",
    "layers/incidents/numbers.py",
    "layers/incidents/errors.py",
    "layers/incidents/states.py",
    "layers/incidents/bodies.py",
    "layers/tiles/mvt.py",
    *(
        f"gis/simulator/{name}.py"
        for name in ("streets", "walker", "habits", "phrases", "city", "cases", "cameras", "script")
    ),
    "layers/live/chain.py",
    "layers/live/cursors.py",
    "layers/live/hashes.py",
    "layers/live/messages.py",
    "layers/live/replay.py",
    "layers/live/viewers.py",
    "layers/live/broadcasts.py",
    "layers/walls/rules.py",
    "layers/walls/commands.py",
    "layers/walls/defaults.py",
    "layers/walls/words.py",
    "layers/patrols/positions.py",
    "layers/patrols/permits.py",
    "layers/patrols/fix_bytes.py",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "layers" / "geo").glob("*.py"))),
)
FORBIDDEN_IN_PURE = ("django", "psycopg", "requests", "urllib.request", "socket", "geopandas", "pyogrio")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}


def modules() -> Iterator[tuple[str, Path]]:
    """(dotted name, path) of every module of the product."""
    for top in ("gis", "layers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def floor_of(module: str) -> tuple[int, str] | None:
    """(floor number from the top, room) of a module of ours."""
    for number, rooms in enumerate(FLOORS):
        for room in rooms:
            if module == room or module.startswith(f"{room}."):
                return number, room
    return None


def test_imports_point_only_downwards():
    wrong = []
    for module, path in modules():
        here = floor_of(module)
        if module == "layers" or here is None:
            assert module in ("layers",), f"{module} has no floor: give it one in tests/test_architecture.py"
            continue
        for target, line in imports_of(path):
            there = floor_of(target)
            if there is None or there[1] == here[1] or (here[1], there[1]) in ALLOWED_UPWARDS:
                continue
            if there[0] <= here[0]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} {here[1]} imports {there[1]}")
    assert not sorted(set(wrong))


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_framework(name: str):
    path = ROOT / name
    bad = [
        f"{name}:{line} imports {target}"
        for target, line in imports_of(path)
        if any(target == top or target.startswith(f"{top}.") for top in FORBIDDEN_IN_PURE)
    ]
    assert not bad


def test_no_module_is_named_for_nothing():
    assert not [str(path) for _, path in modules() if path.name in FORBIDDEN_NAMES]


def test_files_stay_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for _, path in modules()
        if "migrations" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 330
    }
    assert not long


def test_no_signal_receivers_and_no_logic_in_save():
    wrong = []
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Name | ast.Attribute)
                and getattr(node, "id", getattr(node, "attr", "")) == "receiver"
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} receiver")
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                if {"models.Model", "LayerFeature"} & bases:
                    wrong += [
                        f"{path.relative_to(ROOT)}:{item.lineno} {node.name}.{item.name}"
                        for item in node.body
                        if isinstance(item, ast.FunctionDef) and item.name in ("save", "delete")
                    ]
    assert not wrong


def test_nothing_swallows_every_exception():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for _, path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not wrong


def test_clone_stands_alone():
    """No file of the product reads the folder of briefs beside it."""
    wrong = [str(path.relative_to(ROOT)) for _, path in modules() if "../shared" in path.read_text(encoding="utf-8")]
    assert not wrong


#: What serves requests; files of strangers are read elsewhere (docs/imports.md).
WEB = (
    "gis/pages/",
    "gis/middleware.py",
    "gis/urls.py",
    "gis/wsgi.py",
    "layers/api/",
    "layers/tiles/",
    "layers/live/asgi.py",
)
WRITING = ("writing", "writers.arrow", "writers.shapefile", "writers.workbook")
READING = (
    "sandbox", "child", "inspect", "readers", "drivers", "shapefiles", "collections_read", "targets", "arrows", "workbooks",
)  # fmt: skip


def test_the_web_reads_no_strangers_file():
    """Neither readers nor writers of files, nor what they load, may come into a process that serves requests."""
    ours = (*(f"layers.imports.{name}" for name in READING), *(f"layers.exports.{name}" for name in WRITING))
    forbidden = (*ours, "pyogrio", "geopandas", "pyarrow", "openpyxl")
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for _, path in modules()
        if str(path.relative_to(ROOT)).startswith(WEB)
        for target, line in imports_of(path)
        if target.startswith(forbidden)
    ]
    assert not wrong
