"""manage.py import_layer FILE --layer ID|new:ID: reads, compares and commits a delivery, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from layers.catalog.command_line import ASKS, REFUSED, WRONG_USAGE
from layers.errors import Conflict, Forbidden, InvalidInput, UnknownLayer, WanggeError
from layers.imports.answering import DATUMS
from layers.imports.archives import MAX_UPLOAD_BYTES
from layers.imports.committing import ask_commit, commit_import
from layers.imports.folders import files_of
from layers.imports.management.command import ImportCommand
from layers.imports.models import Import, Status
from layers.imports.preparing import prepare_import
from layers.imports.receiving import discard, import_path
from layers.imports.sandbox import inspect
from layers.imports.selectors import report_of
from layers.people.rights import Actor

_CODES = {Status.COMMITTED: 0, Status.READY: 0, Status.ASKING: ASKS, Status.REFUSED: REFUSED}


class Command(ImportCommand):
    """Parses, calls the services, prints the report."""

    help = "Imports a file, an archive or a folder into a layer, or makes a layer of it (new:ID)."

    def add_arguments(self, parser: CommandParser) -> None:
        """As the table of commands says, and --keep-missing, --reason."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a file, an archive or a folder")
        parser.add_argument("--layer", required=True, metavar="ID|new:ID", help="the layer, or the id of a new one")
        parser.add_argument("--source-layer", metavar="NAME", help="which layer of the file")
        parser.add_argument("--crs", metavar="EPSG", help="the system of the coordinates")
        parser.add_argument("--swap-axes", action="store_true", help="the two coordinates stand in the wrong order")
        parser.add_argument(
            "--datum-params",
            metavar="N,N,N",
            help="3, 4 or 7 parameters of the datum (docs/imports.md says their units)",
        )
        parser.add_argument(
            "--control-points",
            type=Path,
            metavar="FILE.csv",
            help="points known in both systems, four numbers a line: x, y in the file's, x, y or lon, lat in CGCS2000",
        )
        parser.add_argument("--source-datum", choices=DATUMS, help="what the coordinates refer to")
        parser.add_argument("--encoding", metavar="NAME", help="the encoding of the texts")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN", help="FIELD==VALUE for a constant"
        )
        parser.add_argument("--effective", metavar="DATE", help="the day from which it holds (today)")
        parser.add_argument("--keep-missing", action="store_true", help="stored features that the file lacks stay")
        parser.add_argument("--reason", default="", help="why, for the history")
        parser.add_argument("--as", dest="as_user", metavar="USER", help="act with this account's rights")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and store nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON and nothing else on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 done (with or without warnings), 2 needs an answer, 3 refused, 64 wrong usage, 1 crash."""
        actor, file = self.actor(options["as_user"]), options["file"]
        if not file.exists() or sum(path.stat().st_size for path in files_of(file)) > MAX_UPLOAD_BYTES:
            report = inspect(file).report
            self._tell(report, options["json"])
            self.leave(report, REFUSED, as_json=options["json"])
            return
        try:
            row = import_path(
                actor=actor, path=file, layer=options["layer"], answers=answers_of(options), reason=options["reason"],
                dry_run=options["dry_run"],
            )  # fmt: skip
        except (InvalidInput, UnknownLayer, Conflict) as error:
            raise CommandError(f"{error.en or error.title_en}. {error.remedy_en}", returncode=WRONG_USAGE) from error
        except WanggeError as error:
            self._refused(error, options["json"])
            return
        try:
            report, code = self._run(row, actor, options["dry_run"])
        finally:
            self.end_progress()
            if row.dry_run:
                discard(row)
        self._tell(report, options["json"])
        self.leave(report, code, as_json=options["json"])

    def _run(self, row: Import, actor: Actor | None, dry_run: bool) -> tuple[dict[str, Any], int]:
        row = prepare_import(import_id=row.pk, progress=self.progress)
        if row.status != Status.READY or dry_run:
            return report_of(row), _CODES.get(Status(row.status), 1)
        try:
            row = ask_commit(actor=actor, import_id=row.pk, version=row.version, job=False)
        except Forbidden as error:
            return report_of(row) | {"error": error.problem("en")}, ASKS  # somebody else has to let it take effect
        row = commit_import(import_id=row.pk, progress=self.progress, job=False)
        if row.status == Status.RECEIVED:
            row = prepare_import(import_id=row.pk, progress=self.progress)
            return report_of(row), max(ASKS, _CODES.get(Status(row.status), 1))
        return report_of(row), _CODES[Status.COMMITTED] if row.status == Status.COMMITTED else REFUSED

    def _refused(self, error: WanggeError, as_json: bool) -> None:
        self.stderr.write(f"{error.title_en}: {error.en}\n  {error.remedy_en}")
        self.leave(error.problem("en"), REFUSED, as_json=as_json)

    def _tell(self, report: dict[str, Any], as_json: bool) -> None:
        """The report as words: on stdout, or on stderr beside JSON nothing."""
        if as_json:
            return
        self.stdout.write(f"{report['file']}: {report['verdict']} ({report.get('status', '')})")
        for finding in report["findings"]:
            self.stdout.write(f"  {finding['severity']} {finding['code']}: {finding['message_zh']}")
            self.stdout.write(f"      {finding['message_en']}")
            if finding["severity"] != "info":
                self.stdout.write(f"      → {finding['remedy']} {finding['remedy_en']}")
            for candidate in finding.get("candidates", ()):
                self.stdout.write(f"        {finding['option']} {candidate['value']}: {candidate['label_en']}")
        if report["diff"]:
            self.stdout.write("  " + "  ".join(f"{kind} {count}" for kind, count in report["diff"].items()))
        for one in report["consequences"]:
            self.stdout.write(f"  {one['zh']}  {one['en']}")
        if problem := report.get("error"):
            self.stdout.write(f"  {problem['detail']}\n  → {problem['remedy']}")
        if report["import_id"]:
            before, after = report["version_before"], report["version_after"]
            self.stdout.write(f"  import {report['import_id']}  v{before} → {'v' + str(after) if after else '—'}")


def answers_of(options: dict[str, Any]) -> dict[str, Any]:
    """The answers that the options give. Raises InvalidInput for a --map that is none."""
    names = ("source_layer", "crs", "datum_params", "source_datum", "encoding", "effective")
    answers: dict[str, Any] = {name: options[name] for name in names if options[name] is not None}
    if options["control_points"] is not None:
        answers["datum_params"] = _control_points(options)
    if options["swap_axes"]:
        answers["swap_axes"] = True
    if options["keep_missing"]:
        answers["missing"] = "keep"
    entries = []
    for text in options["map"]:
        name, equals, column = text.partition("=")
        if not equals or not name or not column.strip("="):
            raise InvalidInput(f"--map {text} 应为 字段=列名", f"--map {text} must be FIELD=COLUMN", field="map", found=text)  # fmt: skip
        value = {"constant": column[1:]} if column.startswith("=") else {"column": column}
        entries.append({"field": name, **value})
    return answers | ({"mapping": {"fields": entries}} if entries else {})


def _control_points(options: dict[str, Any]) -> str:
    """The lines of the file of control points. Raises InvalidInput when it is none, or parameters are given too."""
    file: Path = options["control_points"]
    if options["datum_params"] is not None:
        raise InvalidInput("--control-points 和 --datum-params 只能给一个", "give --control-points or --datum-params, not both", field="datum_params")  # fmt: skip
    try:
        data = file.read_bytes()[:100_000]
    except OSError as error:
        raise InvalidInput(
            f"读不到 {file.name}", f"cannot read {file.name}: {error.strerror}", field="datum_params"
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    # A line break says that these are points, however few.
    return f"{text}\n"
