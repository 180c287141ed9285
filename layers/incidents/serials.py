"""The serial of a day without a lock that writers would queue for.

A counter row would be held by each writer until its commit, flush included, so that all writers of a day would go one
by one. One sequence counts instead, and a row a day keeps where that day began: the difference is the serial. Only
the first writer of a day is waited for. A serial may be missing (a writer that failed), none comes twice: the base of
a day never changes and the sequence never gives a value again.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

_TAKE = "SELECT nextval('incidents_serial_seq') - base FROM incidents_serial WHERE day = %s"
_BEGIN = (
    "INSERT INTO incidents_serial (day, base) VALUES (%s, nextval('incidents_serial_seq')) ON CONFLICT (day) DO NOTHING"
)


def take_serial(day: date) -> int:
    """The next serial of a day, from 1; never the same twice, with gaps."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [day])
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_BEGIN, [day])
            cursor.execute(_TAKE, [day])
            found = cursor.fetchone()
    return int(found[0])
