"""A district profile: the folder of delivered files and the table that says which column means what. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from layers.errors import ProfileRefused

PROFILE_FILE = "profile.toml"
#: Raised whenever the same files would be read into other rows: the next start then compares every row again.
READING = 1
_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Former:
    """What one feature was until a day: the delivered row with other values (a township that became a subdistrict)."""

    code: str
    since: date
    until: date
    values: Mapping[str, Any]


@dataclass(frozen=True)
class SourceSpec:
    """One delivered file and how it becomes rows of one layer."""

    layer: str
    file: Path
    encoding: str
    fields: Mapping[str, str]
    constants: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, Any]]
    former: tuple[Former, ...] = ()


@dataclass(frozen=True)
class ProfileSpec:
    """A whole profile as its table describes it."""

    id: str
    folder: Path
    title_zh: str
    title_en: str
    synthetic: bool
    notice_zh: str
    notice_en: str
    srid: int
    effective: date
    sources: tuple[SourceSpec, ...]
    teams: Path | None
    vehicles: Path | None
    roster_encoding: str
    catalogue: Path | None
    sha256: str

    @property
    def earliest(self) -> date:
        """The first day of which the profile says anything."""
        return min([self.effective, *(old.since for source in self.sources for old in source.former)])

    def of_layer(self, layer: str) -> tuple[SourceSpec, ...]:
        """The sources that feed one layer, in order."""
        return tuple(source for source in self.sources if source.layer == layer)


def read_profile(folder: Path) -> ProfileSpec:
    """The profile that a folder describes. Raises ProfileRefused naming the file or key at fault."""
    path = folder / PROFILE_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfileRefused(f"没有 {path}", f"there is no {path}", field="profile") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileRefused(f"{path} 读不了", f"{path} cannot be read: {error}", field="profile") from error
    try:
        sources = tuple(_source(folder, entry) for entry in table["source"])
        crs = str(table["crs"])
        if not crs.startswith("EPSG:") or not crs[5:].isdigit():
            raise ProfileRefused(
                f"crs 应写作 EPSG:数字，而不是 {crs}", f"crs must read EPSG:number, not {crs}", field="crs"
            )
        rosters = table.get("rosters", {})
        extra = {name: _inside(folder, rosters[name]) for name in ("teams", "vehicles") if name in rosters}
        catalogue = _inside(folder, table["catalogue"]["items"]) if "catalogue" in table else None
        return ProfileSpec(
            id=str(table["id"]), folder=folder, title_zh=str(table["title_zh"]), title_en=str(table["title_en"]),
            synthetic=bool(table["synthetic"]), notice_zh=str(table.get("notice_zh", "")),
            notice_en=str(table.get("notice_en", "")), srid=int(crs[5:]),
            effective=_day(table["effective"]),
            sources=sources, teams=extra.get("teams"), vehicles=extra.get("vehicles"),
            roster_encoding=str(rosters.get("encoding", "GBK")), catalogue=catalogue, sha256=_digest(folder, [*(s.file for s in sources), *extra.values(), *([catalogue] if catalogue else [])]),
        )  # fmt: skip
    except KeyError as error:
        raise ProfileRefused(f"{path} 缺少 {error}", f"{path} lacks the key {error}", field=str(error)) from error


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _inside(folder: Path, name: Any) -> Path:
    """The file a profile names, which must lie inside its folder."""
    file = (folder / str(name)).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ProfileRefused("文件在辖区目录之外", f"{name} lies outside the profile", field="file")
    return file


def _source(folder: Path, entry: Mapping[str, Any]) -> SourceSpec:
    file = _inside(folder, entry["file"])
    return SourceSpec(
        layer=str(entry["layer"]), file=file, encoding=str(entry.get("encoding", "GBK")),
        fields=dict(entry["fields"]), constants=dict(entry.get("constants", {})),
        codes={name: dict(values) for name, values in entry.get("codes", {}).items()},
        former=tuple(
            Former(str(old["code"]), _day(old["since"]), _day(old["until"]), dict(old["values"]))
            for old in entry.get("former", ())
        ),
    )  # fmt: skip


def _digest(folder: Path, files: list[Path]) -> str:
    """SHA-256 over the profile table and every file it names, sidecars included."""
    total = hashlib.sha256(f"{READING}\0".encode() + (folder / PROFILE_FILE).read_bytes())
    for file in files:
        parts = [file.with_suffix(suffix) for suffix in _SIDECARS] if file.suffix == ".shp" else [file]
        for part in parts:
            if part.exists():
                total.update(part.name.encode() + b"\0" + part.read_bytes())
    return total.hexdigest()


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of one file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
