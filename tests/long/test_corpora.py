"""Every shapefile in the published test data of other projects gets the verdict of the rule table, for its true reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.imports.sandbox import inspect

pytestmark = pytest.mark.long
ROWS = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "data" / "corpora" / "expected.toml").read_text(encoding="utf-8")
)["file"]
#: Versions whose files were looked at; Debian's are those of its release.
BY_PIP = {"pyshp": "3.1.6", "fiona": "1.10.1", "geopandas": "1.2.0", "pyogrio": "0.13.0"}
BY_APT = {"gdal": "3.6.2+dfsg-1", "postgis": "3.3.2+dfsg-1", "qgis": "3.22.16+dfsg-1"}
WANTED = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".zip")
SECONDS = 900


def _ran(command: list[str], folder: Path, **environment: str) -> None:
    """Runs a command in a folder; the test is skipped with its last words when it fails or there is no such command."""
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=SECONDS
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"cannot fetch: {error}")
    if done.returncode:
        pytest.skip(f"cannot fetch ({' '.join(command[:3])}): {(done.stderr or done.stdout).strip()[-300:]}")


def _by_pip(package: str, folder: Path) -> Path:
    # The set-up of fiona and pyogrio asks for GDAL even when nothing is built; versions and folders they believe.
    _ran(
        [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", package, "--dest", ".",
         f"{package}=={BY_PIP[package]}"],
        folder,
        GDAL_VERSION="3.8.0", GDAL_INCLUDE_PATH=str(folder), GDAL_LIBRARY_PATH=str(folder),
    )  # fmt: skip
    return next(folder.glob("*.tar.gz"))


def _by_apt(package: str, folder: Path) -> Path:
    """The source archive, by the system's own list of sources read as sources, its state kept in the folder."""
    for name in ("lists/partial", "cache/archives/partial", "parts"):
        (folder / name).mkdir(parents=True)
    for listed in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("debian.*")):
        if listed.is_file():
            text = listed.read_text(encoding="utf-8").replace("Types: deb\n", "Types: deb-src\n")
            lines = [("deb-src" + line[3:]) if line.startswith("deb ") else line for line in text.splitlines()]
            (folder / "parts" / (listed.name if listed.suffix == ".sources" else "more.list")).write_text(
                "\n".join(lines) + "\n", encoding="utf-8"
            )
    options = {
        "Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": folder / "parts",
        "Dir::State::lists": folder / "lists", "Dir::Cache": folder / "cache",
    }  # fmt: skip
    given = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    _ran(["apt-get", *given, "update"], folder)
    _ran(["apt-get", *given, "source", "--download-only", f"{package}={BY_APT[package]}"], folder)
    return next(folder.glob("*.orig.tar.*"))


def _unpack(archive: Path, folder: Path) -> None:
    """Writes the wanted files by their paths inside the package."""
    folder.mkdir()
    with tarfile.open(archive) as source:
        for item in source:
            path = item.name.partition("/")[2]
            held = source.extractfile(item) if item.isfile() and path.lower().endswith(WANTED) else None
            if held is not None and ".." not in path.split("/"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(held.read())


@pytest.fixture
def fetched(request, tmp_path) -> Iterator[Path]:
    """The folder with the wanted files of a package, in a folder of the test's own."""
    package = request.param
    folder = tmp_path / package
    folder.mkdir()
    archive = (_by_pip if package in BY_PIP else _by_apt)(package, folder)
    _unpack(archive, folder / "files")
    yield folder / "files"
    shutil.rmtree(folder)


def _delivered(root: Path) -> set[str]:
    """Paths of all main files, and of all zips that hold some."""
    main = {path for path in root.rglob("*") if path.suffix.lower() == ".shp"}
    for path in root.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            if any(name.lower().endswith(".shp") for name in archive.namelist()):
                main.add(path)
    return {path.relative_to(root).as_posix() for path in main}


@pytest.mark.parametrize("fetched", [*BY_PIP, *BY_APT], indirect=True)
def test_every_published_shapefile_gets_its_verdict_and_no_row_is_left_over(fetched, request):
    package = request.node.callspec.params["fetched"]
    rows = {row["path"]: row for row in ROWS if row["package"] == package}
    assert _delivered(fetched) == set(rows)
    wrong = {}
    for path, row in rows.items():
        report = inspect(fetched / path).report
        found = (report["verdict"], sorted({item["code"] for item in report["findings"]}))
        if found != (row["verdict"], row["codes"]):
            wrong[path] = found
    assert not wrong


def test_every_row_belongs_to_a_package_and_says_why_it_is_not_accepted():
    assert {row["package"] for row in ROWS} <= {*BY_PIP, *BY_APT}
    assert all(("reason" in row) is (row["verdict"] != "accept") for row in ROWS)
