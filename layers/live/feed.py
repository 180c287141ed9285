"""From the database to the mirror: one snapshot, then the log in order. Blocking; the stream calls it from a thread.

Loading: one REPEATABLE READ snapshot gives the newest seq S, the live objects, and the events that are committed but
have no seq yet. The objects already show those, so replaying from S brings the mirror to the truth of a seq only when
the last of them has its seq and was replayed. Until then it answers nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from layers.live.broadcasts import broadcast_of
from layers.live.messages import Change, Message, Sight, message_for
from layers.live.mirror import Mirror, entry_of
from layers.live.models import Cursor
from layers.live.registry import LiveLayer, live_layer, live_layers
from layers.live.viewers import Viewer

Json = dict[str, Any]
_EVENTS = """
SELECT l.seq, e.kind, e.object_type, e.object_id, e.object_version, e.areas_before, e.areas_after, e.visibility,
       e.recorded_at, e.payload
FROM live_link l JOIN live_event e ON e.id = l.event_id
WHERE l.seq > %s AND l.seq <= %s ORDER BY l.seq LIMIT %s
"""
_PENDING = """
SELECT e.id FROM live_event e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)
"""
ENDLESS = 2**62


@dataclass(frozen=True)
class Entered:
    """One row of the log in its place. `change` is None for events that are not about a live object."""

    seq: int
    kind: str
    object_type: str
    object_id: str
    recorded_at: datetime
    payload: Json
    change: Change | None

    def told(self) -> Message | None:
        """What every stream is told of it, when it is of a kind that is told to all."""
        return broadcast_of(self.seq, instant(self.recorded_at), self.kind, self.object_id, self.payload)

    def message_for(self, viewer: Viewer) -> Message | None:
        """What a viewer is told of it; None when it is none of his business."""
        return message_for(self.change, viewer) if self.change is not None else self.told()


@dataclass(frozen=True)
class Loaded:
    """A mirror, and the events it must replay before it is exact."""

    mirror: Mirror
    pending: frozenset[int]


def load() -> Loaded:
    """A mirror from one snapshot of the tables, at the newest seq of that snapshot."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return read_mirror()


def read_mirror() -> Loaded:
    """As `load`, in the transaction the caller holds."""
    seq = newest_seq()
    horizon = Cursor.objects.filter(consumer="relay").values_list("seq", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [horizon])
        pending = frozenset(row[0] for row in cursor.fetchall())
    layers, positions = {}, []
    for layer in live_layers():
        objects = layer.read()
        layers[layer.id] = {
            one.id: entry_of(one, feature)
            for one, feature in zip(objects, dressed(layer.id, [one.feature() for one in objects]), strict=True)
        }
        positions += list(layer.positions(None)) if layer.positions else []
    mirror = Mirror(layers, frozenset(layer.id for layer in live_layers() if layer.hashed), seq)
    mirror.move(positions)
    return Loaded(mirror, pending)


def newest_seq() -> int:
    """The newest seq there is, 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM live_link")
        return int(cursor.fetchone()[0])


def exact_from(pending: Iterable[int]) -> int | None:
    """The seq at which a mirror that was loaded beside these pending events is exact; None while one has no seq."""
    wanted = list(pending)
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(seq) FROM live_link WHERE event_id = ANY(%s)", [wanted])
        found, last = cursor.fetchone()
    return int(last) if found == len(wanted) else None


def entered(after: int, *, until: int = ENDLESS, limit: int = 500, known: Mirror | None = None) -> list[Entered]:
    """Events behind `after` in order, their features dressed; what a `known` mirror shows of objects is not read again."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [after, until, limit])
        rows = [_entered(row) for row in cursor.fetchall()]
    for layer in live_layers():
        features = [r.change.feature for r in rows if r.change and r.change.feature and r.change.layer == layer.id]
        dressed(layer.id, [one for one in features if known is None or not _dressed_as_before(layer, one, known)])
    return rows


def _entered(row: Sequence[Any]) -> Entered:
    seq, kind, object_type, object_id, version, before, after, visibility, recorded_at, payload = row
    payload = json.loads(payload) if isinstance(payload, str) else payload  # Django leaves jsonb as text
    change = None
    if "feature" in payload and live_layer(payload.get("layer", "")) is not None:
        change = Change(
            seq, instant(recorded_at), kind, payload["layer"], object_id, version,
            Sight(visibility, tuple(before), tuple(payload["departments_before"])),
            Sight(visibility, tuple(after), tuple(payload["departments_after"])), payload["feature"],
        )  # fmt: skip
    return Entered(seq, kind, object_type, object_id, recorded_at, payload, change)


def dressed(layer: str, features: list[Json]) -> list[Json]:
    """The same features, with what the log does not hold (names) filled in."""
    known = live_layer(layer)
    if known is not None and features:
        known.dress(features)
    return features


def _dressed_as_before(layer: LiveLayer, feature: Json, known: Mirror) -> bool:
    """True when a feature could take what lasts from the object as it was."""
    entry = known.layers.get(layer.id, {}).get(feature["id"])
    if entry is None or not layer.lasting:
        return False
    feature["properties"] |= {name: entry.feature["properties"][name] for name in layer.lasting}
    return True


def moved_since(after: datetime | None) -> list[Sequence[Any]]:
    """Positions received after an instant (None: all)."""
    return [row for layer in live_layers() if layer.positions for row in layer.positions(after)]


def oldest_pending_age_s() -> float:
    """Seconds that the oldest event without a seq has waited; 0 when none waits."""
    horizon = Cursor.objects.filter(consumer="relay").values_list("seq", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0) FROM live_event e"
            " WHERE e.id > %s AND NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)",
            [horizon],
        )
        return float(cursor.fetchone()[0])


def recorded_at(seq: int) -> datetime | None:
    """When the event at a seq was recorded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.recorded_at FROM live_link l JOIN live_event e ON e.id = l.event_id WHERE l.seq = %s", [seq]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
