"""A layer sent as it is read: text formats alone, some thousand rows in memory, one moment of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers.exports.about import about
from layers.exports.asked import Wanted, read_wanted
from layers.exports.selectors import Moment, count_rows, moment_of, read_batches
from layers.exports.services import record_export
from layers.exports.sight import Sight, sight_of
from layers.exports.tables import Table, in_system, table_of_rows
from layers.exports.writers.texts import csv_lines, geojson_lines
from layers.people.rights import Actor


def streamed(*, actor: Actor, asked: Mapping[str, Any]) -> tuple[Wanted, Iterator[str]]:
    """(what is wanted, its lines). The log is told before the first line leaves.

    Raises UnknownLayer, InvalidInput, NotFound.
    """
    wanted = read_wanted(asked)
    sight = sight_of(actor, wanted.layer)
    moment = moment_of(sight.spec, wanted.rows)
    count = count_rows(sight, wanted.rows, moment)
    words = about(sight.spec, wanted)
    record_export(sight=sight, wanted=wanted, version=moment.version, count=count)
    tables = _tables(sight, wanted, moment)
    if wanted.form.id == "csv":
        return wanted, csv_lines(tables, sight.spec, sight.fields, wanted.crs)
    return wanted, geojson_lines(tables, sight.spec, wanted.crs, words.notice)


def _tables(sight: Sight, wanted: Wanted, moment: Moment) -> Iterator[Table]:
    for rows in read_batches(sight, wanted.rows, moment):
        yield in_system(table_of_rows(sight.spec, sight.fields, rows), wanted.crs)
