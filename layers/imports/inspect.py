"""From files at hand to a Delivery: what they are, what they hold, what is wrong. No Django; runs in the sandbox."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from layers.imports import collections_read, csv_read, shapefiles, workbooks
from layers.imports.archives import MAX_UPLOAD_BYTES, Entry, carried, too_large, unpack
from layers.imports.delivery import Delivery, LayerRead
from layers.imports.encodings import named
from layers.imports.families import family_of, put_together
from layers.imports.findings import Answers, Candidate, Notebook, Refused, found, refuse, unanswered
from layers.imports.locating import locate
from layers.imports.places import Box
from layers.imports.projections import meaning, system_of
from layers.imports.shapefiles import Parts
from layers.imports.shapes import made_fit, repeated_rows
from layers.imports.sniff import EXPECTED, HEAD_BYTES, UNREAD, WORDS, Kind, agrees, extension, identify, says

_SHAPEFILE = ("shp", "shx", "dbf", "prj", "cpg")
#: A layer, what the file says of its system, and what lies beside it that might say it.
_Found = tuple[LayerRead, str | None, tuple[Candidate, ...]]
_LONE = tuple(set(EXPECTED) - {"zip", "kmz", *_SHAPEFILE})


def inspect_files(
    file: str, paths: list[tuple[str, Path]], answers: Answers, work: Path, *, near_4326: Box | None = None
) -> Delivery:
    """What a delivery holds. `paths` are (name as delivered, where it lies) of one file, or of all files of a folder.

    `work` is an empty folder of the caller's; files may be moved out of `paths` into it.
    """
    notes = Notebook()
    delivery = Delivery(file, findings=notes.findings)
    try:
        answers = _usable(answers)
        _Sources(_opened(paths, work), notes).read_into(delivery, answers, work, near_4326)
    except Refused as refusal:
        notes.findings.append(refusal.finding)
    except MemoryError:
        notes.findings.append(found("memory_limit", limit_mb=1000))
    delivery.findings = unanswered(notes.findings, answers)
    return delivery


def _usable(answers: Answers) -> Answers:
    """The answers with the encoding in its own name; refused when one means nothing."""
    if answers.crs is not None and system_of(answers.crs) is None:
        raise refuse("option_unusable", option="--crs", value=str(answers.crs))
    if answers.encoding is None:
        return answers
    encoding = named(answers.encoding)
    if encoding is None:
        raise refuse("option_unusable", option="--encoding", value=answers.encoding)
    return replace(answers, encoding=encoding)


def _opened(paths: list[tuple[str, Path]], work: Path) -> list[Entry]:
    """The files at hand, unpacked when a lone file is an archive."""
    entries = carried(paths)
    if len(entries) == 1:
        entry = entries[0]
        size = entry.path.stat().st_size
        if size > MAX_UPLOAD_BYTES:
            raise too_large(entry.name, size)
        kind = _kind(entry)
        if kind is Kind.ZIP and entry.extension in ("zip", "kmz"):
            entries = unpack(entry.path, work)
        else:
            _demand_true(entry, kind)
    return entries


def _head(entry: Entry) -> bytes:
    with entry.path.open("rb") as handle:
        return handle.read(HEAD_BYTES)


def _kind(entry: Entry) -> Kind:
    return identify(_head(entry))


def _demand_true(entry: Entry, kind: Kind) -> None:
    """A lone file must be what its name says, and of a kind that is read."""
    name = entry.name
    if kind is Kind.EMPTY:
        raise refuse("empty_file", file=name)
    ending = entry.extension
    if ending in EXPECTED and not agrees(name, kind):
        if ending == "shp" and _head(entry)[:4] == b"\x00\x00\x27\x0a":
            return  # shorter than a header: the reader says so
        if ending in ("kml", "gpx") and kind is Kind.XML and b"<!DOCTYPE" in _head(entry):
            raise refuse("xml_entities", file=name)
        said = says(name)
        raise refuse("not_what_it_says", file=name, says=said.zh, is_zh=WORDS[kind].zh, is_en=WORDS[kind].en)
    if ending in UNREAD or ending not in (*EXPECTED, *_SHAPEFILE):
        words = WORDS[UNREAD.get(ending, kind)]
        raise refuse("unsupported_format", file=name, is_zh=words.zh, is_en=words.en)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" … ({len(names)})" if len(names) > 8 else "")


class _Sources:
    """The files of a delivery sorted into shapefiles and lone files; the rest is litter."""

    def __init__(self, entries: list[Entry], notes: Notebook) -> None:
        self.notes = notes
        self.all = entries
        self.used: set[int] = set()
        self.entries = entries = [entry for entry in entries if not entry.litter]
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.extension in _SHAPEFILE:
                groups[entry.group].append(entry)
        self.shapefiles = {key: self._parts(group) for key, group in groups.items() if _has_main(group)}
        self.strays = [entry for key, group in groups.items() if not _has_main(group) for entry in group]
        self.lone = [entry for entry in entries if entry.extension in _LONE and not self._beside_shapefile(entry)]
        self._tell_litter()

    def _parts(self, group: list[Entry]) -> Parts:
        main = next(entry for entry in group if entry.extension == "shp")
        parts = Parts(main.stem)
        for entry in group:
            self.used.add(id(entry))
            kept = parts.files.setdefault(entry.extension, entry)
            if kept is not entry and kept.path.read_bytes() != entry.path.read_bytes():
                self.notes.findings.append(
                    found(
                        "sidecar_twice",
                        layer=main.stem,
                        ending=f".{entry.extension}",
                        files=f"{kept.name}, {entry.name}",
                    )
                )
        return parts

    def _beside_shapefile(self, entry: Entry) -> bool:
        """Notes that lie with a shapefile: under its own name, such as its legend in .csv, or any workbook."""
        if entry.extension == "xlsx":
            return bool(self.shapefiles)
        return entry.extension in ("csv", "json") and entry.group in self.shapefiles

    def _tell_litter(self) -> None:
        used = {id(entry) for entry in (*self.lone, *self.strays)} | self.used
        rest = [entry.name for entry in self.all if id(entry) not in used]
        if rest and (self.shapefiles or self.lone):
            self.notes.note("litter_ignored", names=_listed(rest))

    def read_into(self, delivery: Delivery, answers: Answers, work: Path, near_4326: Box | None) -> None:
        """Reads every layer, asks which one is meant, and finds where each lies."""
        wanted = answers.source_layer.split("+")[0] if answers.source_layer else None
        found_layers = _as_family(self._read(answers, work), wanted)
        names = [layer.name for layer, *_ in found_layers]
        if wanted is not None:
            found_layers = [item for item in found_layers if item[0].name == wanted]
            if not found_layers:
                raise refuse("layer_unknown", wanted=wanted, names=_listed(names))
        elif len(found_layers) > 1:
            self.notes.note(
                "several_layers", count=len(names), names=_listed(names),
                candidates=[Candidate(name, name, name) for name in names],
            )  # fmt: skip
        for layer, statement, hints in found_layers:
            delivery.layers.append(layer)
            _finished(layer, statement, answers, Notebook(layer.name, self.notes.findings), near_4326, hints)

    def _read(self, answers: Answers, work: Path) -> list[_Found]:
        layers: list[_Found] = []
        tables = [entry for entry in self.strays if entry.extension == "dbf"]
        for parts in self.shapefiles.values():
            parts.stray_tables = tables
            layer, statement = shapefiles.read(parts, answers, work, Notebook(parts.name, self.notes.findings))
            layers.append((layer, statement, self._stray_systems() if statement is None else ()))
        for entry in self.lone:
            layers += [(layer, statement, ()) for layer, statement in self._read_lone(entry, answers, work)]
        if not layers:
            raise self._nothing()
        return layers

    def _read_lone(self, entry: Entry, answers: Answers, work: Path) -> list[tuple[LayerRead, str | None]]:
        kind = _kind(entry)
        name = entry.name.rpartition("/")[2]
        _demand_true(entry, kind)
        notes = Notebook(entry.stem, self.notes.findings)
        if entry.extension == "xlsx":
            return workbooks.read(entry.path, name, answers, notes)
        if kind is Kind.TEXT:
            return [csv_read.read(entry.path.read_bytes(), name, answers, notes)]
        return collections_read.read(entry, kind, name, answers, work, notes)

    def _stray_systems(self) -> tuple[Candidate, ...]:
        """Systems that a .prj of another name in the delivery states."""
        hints = []
        for entry in self.strays:
            system = meaning(entry.path.read_text("latin-1")[:20_000]).system if entry.extension == "prj" else None
            if system and system.crs.startswith("EPSG:"):
                hints.append(Candidate(system.crs[5:], f"{entry.stem}.prj 所述", f"as {entry.stem}.prj says"))
        return tuple(hints)

    def _nothing(self) -> Refused:
        if self.strays:
            return refuse("main_file_missing", file=self.strays[0].stem)
        return refuse("nothing_to_read", file=_listed([entry.name for entry in self.entries]) or "—")


def _as_family(layers: list[_Found], wanted: str | None) -> list[_Found]:
    """One layer in place of several that hold its points, its lines and its areas; else the layers as they are."""
    family = family_of([layer.name for layer, *_ in layers])
    if family is None or wanted not in (None, family) or len({statement for _, statement, _ in layers}) > 1:
        return layers
    whole = put_together(family, [layer for layer, *_ in layers])
    return layers if whole is None else [(whole, *layers[0][1:])]


def _has_main(group: list[Entry]) -> bool:
    return any(entry.extension == "shp" for entry in group)


def _finished(
    layer: LayerRead,
    statement: str | None,
    answers: Answers,
    notes: Notebook,
    near_4326: Box | None,
    hints: tuple[Candidate, ...],
) -> None:
    """Shapes made fit and put in their place; a layer without any shape is refused."""  # fmt: skip
    if not len(layer.rows):
        notes.note("no_features")
        layer.system = (meaning(statement).system if statement else None) or layer.system
        if layer.system is None:
            locate(layer, statement, answers, notes, near_4326=near_4326, hints=hints)
        return
    layer.hold(shapes=made_fit(layer.held, layer.rows, notes))
    outlines = layer.outlines("shapes")
    if outlines is None or not outlines.there.any():
        notes.note("no_geometry")
        return
    repeated, coinciding = repeated_rows(layer)
    if repeated.any():
        notes.note("shapes_repeated", rows=layer.rows[repeated])
    if coinciding.any():
        notes.note("shapes_coincide", rows=layer.rows[coinciding])
    locate(layer, statement, answers, notes, near_4326=near_4326, hints=hints)
    _forget_mirrored(answers, notes)


def _forget_mirrored(answers: Answers, notes: Notebook) -> None:
    """Rings that run the wrong way only because the axes are exchanged are nothing of their own."""
    mine = [item for item in notes.findings if item.layer == notes.layer]
    if answers.swap_axes or any(item.code == "axes_swapped" for item in mine):
        notes.findings[:] = [
            item for item in notes.findings if item.layer != notes.layer or item.code != "rings_turned"
        ]


def paths_of(target: Path) -> list[tuple[str, Path]]:
    """(name, path) of what is delivered: a folder's files, or a file with the sidecars that share its name."""
    if target.is_dir():
        files = sorted(path for path in target.rglob("*") if path.is_symlink() or path.is_file())
        return [(path.relative_to(target).as_posix(), path) for path in files]
    if extension(target.name) != "shp":
        return [(target.name, target)]
    stem = target.name.rpartition(".")[0].lower()
    beside = sorted(
        path for path in target.parent.iterdir()
        if path != target and path.name.rpartition(".")[0].lower() == stem and extension(path.name) in _SHAPEFILE[1:]
    )  # fmt: skip
    return [(target.name, target), *((path.name, path) for path in beside)]
