"""All live objects in memory, as of one seq: what the stream answers states and hashes from. Pure.

A mirror is loaded from the tables and then carried on by events. Loading reads one snapshot, which may already hold
changes whose events have no seq yet; the mirror is *exact* once it has replayed those (see `layers.live.feed`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.live.hashes import layer_hash, state_hash
from layers.live.messages import Change, Message, Sight, group, removed, shown
from layers.live.objects import LiveObject
from layers.live.viewers import Viewer

Json = dict[str, Any]
UNITS = "units"
#: (lon, lat, at, speed_mps, bearing_deg) of a unit.
Position = tuple[float | None, float | None, str | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as everybody who sees it is shown it."""

    sight: Sight
    version: int
    feature: Json
    text: str


def entry_of(one: LiveObject, feature: Json) -> Entry:
    """An entry from an object and its dressed feature; a unit stands without a position until one is taken in."""
    feature = _with_position(feature, None) if one.layer == UNITS else feature
    return Entry(Sight(one.visibility, one.areas, one.departments), one.version, feature, _text(feature))


def _text(feature: Json) -> str:
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass
class Mirror:
    """Live objects by layer and id, and the positions of units."""

    layers: dict[str, dict[str, Entry]]
    hashed: frozenset[str]
    seq: int = 0
    positions: dict[str, Position] = field(default_factory=dict)
    _revisions: dict[str, int] = field(default_factory=dict)
    _hashes: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def apply(self, change: Change) -> Change:
        """Takes a change in; returns it with the unit's position filled into the feature, as clients see it."""
        objects = self.layers[change.layer]
        if change.feature is None or not change.after.areas:
            objects.pop(change.id, None)
            self.positions.pop(change.id, None)
        else:
            if change.layer == UNITS:
                change = self._placed(change)
            feature: Json = change.feature  # type: ignore[assignment]
            objects[change.id] = Entry(change.after, change.version, feature, _text(feature))
        self.seq = max(self.seq, change.seq)
        self._revisions[change.layer] = self._revisions.get(change.layer, 0) + 1
        return change

    def _placed(self, change: Change) -> Change:
        feature: Json = change.feature  # type: ignore[assignment]
        if feature["properties"].get("status") == "off_duty":
            self.positions.pop(change.id, None)
        filled = _with_position(feature, self.positions.get(change.id))
        return Change(
            change.seq,
            change.at,
            change.kind,
            change.layer,
            change.id,
            change.version,
            change.before,
            change.after,
            filled,
        )

    def move(self, rows: Iterable[Sequence[Any]]) -> list[str]:
        """Takes positions in ([id, lon, lat, at, speed_mps, bearing_deg]); ids of the units that moved."""
        moved = []
        units = self.layers.get(UNITS, {})
        for key, *place in rows:
            entry = units.get(key)
            if entry is None or entry.feature["properties"].get("status") == "off_duty":
                continue
            position: Position = tuple(place)
            if self.positions.get(key) != position:
                self.positions[key] = position
                feature = _with_position(entry.feature, position)
                units[key] = Entry(entry.sight, entry.version, feature, _text(feature))
                moved.append(key)
        return moved

    def frame_rows(self, viewer: Viewer, ids: Iterable[str] | None = None) -> list[list[Any]]:
        """Positions of the units that the viewer may see: of those named, or of all."""
        units = self.layers.get(UNITS, {})
        wanted = self.positions if ids is None else ids
        return [
            [key, *self.positions[key]]
            for key in wanted
            if key in self.positions and key in units and units[key].sight.open_to(viewer)
        ]

    def state_text(self, viewer: Viewer, at: str) -> str:
        """The body of /live/state: what the viewer may see, exactly as of `seq`."""
        hashes = self.hashes(viewer)
        layers = ",".join(
            f'"{layer}":{{"type":"FeatureCollection","features":['
            + ",".join(entry.text for entry in objects.values() if entry.sight.open_to(viewer))
            + "]}"
            for layer, objects in self.layers.items()
        )
        head = json.dumps({"seq": self.seq, "at": at, "hash": state_hash(hashes), "hashes": hashes})
        return f'{head[:-1]},"layers":{{{layers}}}}}'

    def hashes(self, viewer: Viewer) -> dict[str, str]:
        """The hash of each hashed layer as the viewer may see it."""
        return {layer: self._hash(layer, viewer) for layer in self.layers if layer in self.hashed}

    def hash(self, viewer: Viewer) -> str:
        """The hash of the whole as the viewer may see it."""
        return state_hash(self.hashes(viewer))

    def _hash(self, layer: str, viewer: Viewer) -> str:
        revision = self._revisions.get(layer, 0)
        kept = self._hashes.get((layer, viewer.key))
        if kept is None or kept[0] != revision:
            objects = self.layers[layer]
            seen = ((key, entry.version) for key, entry in objects.items() if entry.sight.open_to(viewer))
            if len(self._hashes) > 4000:
                self._hashes.clear()
            kept = self._hashes[layer, viewer.key] = (revision, layer_hash(seen))
        return kept[1]

    def refilter(self, was: Viewer, now: Viewer, seq: int, at: str) -> list[Message]:
        """What turns the state of one set of rights into that of another, as one group that completes `seq`."""
        messages = []
        for layer, objects in self.layers.items():
            for key, entry in objects.items():
                before, after = entry.sight.open_to(was), entry.sight.open_to(now)
                if before == after:
                    continue
                change = Change(seq, at, "rights", layer, key, entry.version, entry.sight, entry.sight, entry.feature)
                messages.append(shown(change) if after else removed(change))
        return group(messages, seq)


def _with_position(feature: Json, position: Position | None) -> Json:
    """The feature with a unit's position in it; without one, with nulls."""
    lon, lat, at, speed_mps, bearing_deg = position or (None,) * 5
    place = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
    moved = {"at": at, "speed_mps": speed_mps, "bearing_deg": bearing_deg}
    return feature | {"geometry": place, "properties": feature["properties"] | moved}
