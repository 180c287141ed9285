"""manage.py export_layer ID FILE: a layer as a file, the same bytes for the same content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection

from layers.catalog.command_line import Bar, LayerCommand
from layers.errors import InvalidInput, NotFound, WanggeError
from layers.exports.asked import Wanted, read_wanted
from layers.exports.formats import FORMATS, SYSTEMS
from layers.exports.sight import sight_of
from layers.people.models import User
from layers.people.rights import Actor
from layers.people.selectors import actor_of


class Command(LayerCommand):
    """Parses, reads, writes, prints what was written."""

    help = (
        "Writes a layer to a file whose name ends in one of "
        + " ".join(form.ending for form in FORMATS.values())
        + ". Ordered by id; the same content gives the same bytes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """ID FILE and what narrows it."""
        systems = ", ".join(f"{number} ({name})" for number, name in SYSTEMS.items())
        parser.add_argument("layer", metavar="ID", help="the layer, as listed in docs/layers.md, or a layer of staff")
        parser.add_argument("file", metavar="FILE", type=Path, help="where to write; an old file is replaced whole")
        parser.add_argument("--crs", metavar="EPSG", help=f"coordinate system: {systems}; default 4326")
        parser.add_argument("--encoding", metavar="NAME", help="UTF-8, GBK or GB18030, for .shp.zip and .csv")
        parser.add_argument("--at", metavar="DATE", help="the rows that hold on this day (2026-01-31)")
        parser.add_argument("--version", dest="layer_version", metavar="N", help="the rows of this layer version")
        parser.add_argument("--as", dest="user", metavar="USER", help="only what this account may see")
        parser.add_argument("--bbox", metavar="W,S,E,N", help="only what touches this box, in degrees")
        parser.add_argument("--area", metavar="CODE", help="only what lies in this area")
        parser.add_argument("--ids", metavar="ID,ID", help="only these features")
        parser.add_argument(
            "--where", metavar="FIELD=VALUE", action="append", default=[], help="only rows of this value"
        )
        parser.add_argument(
            "--json", action="store_true", help="print what was written as JSON and nothing else on stdout"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 done, 3 refused, 64 wrong usage."""
        bar = Bar(self.stderr)
        try:
            report = _export(options, bar)
        except WanggeError as error:
            bar.end()
            self.refuse(error, as_json=options["json"])
        bar.end()
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(
            f"{report['layer']} v{report['version']}: {report['count']} → {report['file']} ({report['bytes']} B)"
        )
        for note in report["notes"]:
            self.stderr.write(f"  {note['code']}: {note['message_zh']}\n    {note['message_en']}")
        if report["missing"]:
            self.stderr.write(f"  {report['missing']} 个编号不在其中 · {report['missing']} of the ids are not in it")


def _export(options: dict[str, Any], bar: Bar) -> dict[str, Any]:
    from layers.exports.services import record_export
    from layers.exports.writing import write_file

    wanted, file = _wanted(options), options["file"]
    sight = sight_of(_actor(options["user"]), wanted.layer)
    if not file.absolute().parent.is_dir():
        raise InvalidInput(f"没有文件夹 {file.parent}", f"there is no folder {file.parent}", field="file", found=file)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10min'")  # a request may not take so long; a command may
    written = write_file(sight, wanted, file, bar.tell)
    record_export(sight=sight, wanted=wanted, version=written.version, count=written.count, written=written)
    return {
        "layer": wanted.layer, "file": str(file), "format": wanted.form.id, "crs": wanted.crs,
        "encoding": wanted.encoding, "version": written.version, "at": options["at"], "count": written.count,
        "bytes": written.bytes, "sha256": written.sha256, "missing": written.missing,
        "notes": [note.as_dict() for note in written.notes],
    }  # fmt: skip


def _wanted(options: dict[str, Any]) -> Wanted:
    where: dict[str, list[str]] = {}
    for condition in options["where"]:
        name, sign, value = condition.partition("=")
        if not sign:
            raise InvalidInput("--where 应为 字段=值", "--where must be FIELD=VALUE", field="where", found=condition)
        where.setdefault(name, []).append(value)
    asked = {name: options[name] for name in ("layer", "crs", "encoding", "at", "bbox", "area", "ids")}
    return read_wanted(asked | {"format": options["file"].name, "version": options["layer_version"], "where": where})


def _actor(username: str | None) -> Actor | None:
    """The account to see through; None for the server's own view. Raises NotFound."""
    if not username:
        return None
    person = User.objects.filter(username__iexact=username, is_active=True).first()
    if person is None:
        raise NotFound(
            f"没有可用的账号 {username!a}", f"there is no active account {username!a}", field="as", found=username
        )
    return actor_of(person)
