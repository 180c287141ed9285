"""The structure of a .shp: where its records are, of what type, whether all is there; and a sound index for it. Pure.

Layout: ESRI Shapefile Technical Description, July 1998. GDAL reads the shapes; this decides whether it is asked at all
and which records it is shown.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

Bytes = bytes | memoryview
HEADER = 100
_NO_DATA = -1e38
_NOTHING = np.empty(0, dtype=np.int64)
TYPES = {
    0: "Null", 1: "Point", 3: "PolyLine", 5: "Polygon", 8: "MultiPoint", 11: "PointZ", 13: "PolyLineZ", 15: "PolygonZ",
    18: "MultiPointZ", 21: "PointM", 23: "PolyLineM", 25: "PolygonM", 28: "MultiPointM", 31: "MultiPatch",
}  # fmt: skip
GEOMETRY = {"Point": "Point", "PolyLine": "LineString", "Polygon": "Polygon", "MultiPoint": "MultiPoint"}
_LEAST = {0: 4, 1: 20, 3: 44, 5: 44, 8: 40, 11: 28, 13: 44, 15: 44, 18: 40, 21: 28, 23: 44, 25: 44, 28: 40, 31: 44}


@dataclass(frozen=True)
class Damage:
    """What is wrong with a main file; `truncated` when bytes are missing at the end."""

    row: int
    truncated: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Scan:
    """Records of a main file in bytes from its start, their shape types, and the first damage."""

    shape_type: int
    offsets: np.ndarray
    lengths: np.ndarray
    types: np.ndarray
    damage: Damage | None

    @property
    def kind(self) -> str:
        """The name of the file's shape type without Z or M."""
        return TYPES[self.shape_type].rstrip("ZM") if self.shape_type in TYPES else ""


def scan(data: Bytes, index: bytes | None = None) -> Scan:
    """The records of a .shp, in order of the file, as far as they are whole.

    An `index` that accounts for every byte of the file spares the walk from record to record.
    """
    shape_type = struct.unpack_from("<i", data, 32)[0]
    end = len(data)
    promised = struct.unpack_from(">i", data, 24)[0] * 2
    if HEADER < promised < end:
        end = promised
    if shape_type not in TYPES:
        damage: Damage | None = Damage(
            0, False, f"图形类型 {shape_type} 不存在", f"there is no shape type {shape_type}"
        )
        return Scan(shape_type, _NOTHING, _NOTHING, _NOTHING, damage)
    if index is not None and promised <= len(data) and (sound := _by_index(data, end, index, shape_type)):
        return sound
    offsets, lengths, types, damage = _walked(data, end, shape_type)
    if damage is not None and index is not None and promised <= len(data):
        pointed = _pointed_at(data, end, index, shape_type, len(offsets))
        if pointed is not None:
            return pointed
    if damage is None and promised > len(data):
        damage = Damage(
            len(offsets),
            True,
            f"应有 {promised} 字节，只有 {len(data)}",
            f"{promised} bytes promised, {len(data)} there",
        )
    return Scan(shape_type, np.array(offsets, np.int64), np.array(lengths, np.int64), np.array(types, np.int64), damage)


def _walked(data: Bytes, end: int, shape_type: int) -> tuple[list[int], list[int], list[int], Damage | None]:
    """(offsets, lengths, types, first damage): from record to record, as far as they are whole."""
    offsets: list[int] = []
    lengths: list[int] = []
    types: list[int] = []
    place = HEADER
    while place < end:
        damage = _damage(data, place, end, len(offsets) + 1, shape_type)
        if damage is not None:
            return offsets, lengths, types, damage
        length = struct.unpack_from(">i", data, place + 4)[0] * 2
        offsets.append(place)
        lengths.append(length)
        types.append(struct.unpack_from("<i", data, place + 8)[0])
        place += 8 + length
    return offsets, lengths, types, None


def _by_index(data: Bytes, end: int, index: bytes, shape_type: int) -> Scan | None:
    """The scan, by an index whose records follow each other from the header to the end and are all sound; else None."""
    if len(index) < HEADER or (len(index) - HEADER) % 8:
        return None
    rows = np.frombuffer(index, dtype=">i4", offset=HEADER).reshape(-1, 2).astype(np.int64) * 2
    offsets, lengths = rows[:, 0], rows[:, 1]
    if not len(rows) or (lengths < 12).any() or offsets[0] != HEADER or offsets[-1] + 8 + lengths[-1] != end:
        return None
    if (offsets[1:] != offsets[:-1] + 8 + lengths[:-1]).any() or (
        numbers(data, offsets + 4, ">i4") * 2 != lengths
    ).any():
        return None
    types = numbers(data, offsets + 8, "<i4")
    if (types != shape_type).any() or (lengths < _LEAST[shape_type]).any():
        return None
    counted = (3, 5, 13, 15, 23, 25, 8, 18, 28)
    if shape_type not in (1, 11, 21, *counted):
        return None
    if shape_type in counted:
        parts, points = numbers(data, offsets + 44, "<i4"), np.zeros(len(rows), dtype=np.int64)
        if shape_type in (8, 18, 28):
            parts, points = points, parts
        else:
            points = numbers(data, offsets + 48, "<i4")
        needed = (44 if shape_type not in (8, 18, 28) else 40) + parts * 4 + points * 16
        if (parts < 0).any() or (points < 0).any() or (needed > lengths).any():
            return None
    return Scan(shape_type, offsets, lengths, types, None)


def _pointed_at(data: Bytes, end: int, index: bytes, shape_type: int, walked: int) -> Scan | None:
    """The scan, by a whole index of sound records between which bytes lie idle, as editors leave them; else None.

    An index that knows fewer records than the walk found whole does not explain where the walk ended.
    """
    if len(index) < HEADER or struct.unpack_from(">i", index, 24)[0] * 2 != len(index) or (len(index) - HEADER) % 8:
        return None
    rows = np.frombuffer(index, dtype=">i4", offset=HEADER).reshape(-1, 2).astype(np.int64) * 2
    offsets, lengths = rows[:, 0], rows[:, 1]
    in_file = np.argsort(offsets, kind="stable")
    ends = (offsets + 8 + lengths)[in_file]
    if len(rows) < max(walked, 1) or offsets.min() < HEADER or (offsets[in_file][1:] < ends[:-1]).any():
        return None
    for row, (place, length) in enumerate(rows.tolist(), 1):
        if _damage(data, place, end, row, shape_type) or struct.unpack_from(">i", data, place + 4)[0] * 2 != length:
            return None
    return Scan(shape_type, offsets[in_file], lengths[in_file], numbers(data, offsets[in_file] + 8, "<i4"), None)


def numbers(data: Bytes, places: np.ndarray, kind: str) -> np.ndarray:
    """The whole numbers of four bytes that stand at these places."""
    block = np.frombuffer(data, dtype=np.uint8)
    four = np.stack([block[places + byte] for byte in range(4)], axis=1)
    return np.ascontiguousarray(four).view(kind).ravel().astype(np.int64)


def positions(data: Bytes, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n, 2) positions, True where there is one) of a file of plain points, for records at these places."""
    block = np.frombuffer(data, dtype=np.uint8)
    steps = np.unique(np.diff(offsets))
    if len(steps) == 1 and steps[0] > 0:
        # Records of one length: points without a gap, or a file of nothing but null shapes.
        size = int(steps[0])
        whole = block[offsets[0] : offsets[0] + size * (len(offsets) - 1)].reshape(-1, size)
        last = block[offsets[-1] : offsets[-1] + size]
        if len(last) == size == 28:
            records = np.concatenate((whole, last[None]))
            return np.ascontiguousarray(records[:, 12:]).view("<f8").reshape(-1, 2), records[:, 8] == 1
    there = numbers(data, offsets + 8, "<i4") == 1
    xy = np.zeros((len(offsets), 2))
    if there.any():
        bytes_ = np.stack([block[offsets[there] + 12 + byte] for byte in range(16)], axis=1)
        xy[there] = np.ascontiguousarray(bytes_).view("<f8").reshape(-1, 2)
    return xy, there


def measured(data: Bytes, offsets: np.ndarray, lengths: np.ndarray, shape_type: int) -> np.ndarray:
    """True for records that carry measures: those of a measured type, and those with heights that have room for more.

    Measures of -1e38 and less mean that there are none, and so do zeros where programs fill the room beside heights.
    """
    result = np.zeros(len(offsets), dtype=bool)
    if shape_type in (21, 11):
        full = np.flatnonzero(lengths >= (28 if shape_type == 21 else 36))
        values = _doubles(data, offsets[full] + (28 if shape_type == 21 else 36))
        result[full] = (values > _NO_DATA) & ((values != 0.0) | (shape_type == 21))
    elif shape_type in (13, 15, 18, 23, 25, 28):
        there = np.flatnonzero(lengths >= _LEAST[shape_type])
        several = shape_type in (18, 28)
        points = numbers(data, offsets[there] + (44 if several else 48), "<i4")
        parts = np.zeros_like(points) if several else numbers(data, offsets[there] + 44, "<i4")
        flat = (40 if several else 44) + 4 * parts + 16 * points
        deep = flat + (16 + 8 * points if shape_type in (13, 15, 18) else 0)
        full = (lengths[there] >= deep + 16 + 8 * points) & (points > 0)
        # The largest measure stands behind the least one, before all of them.
        values = _doubles(data, offsets[there[full]] + 8 + deep[full] + 8)
        result[there[full]] = (values > _NO_DATA) & ((values != 0.0) | (shape_type >= 21))
    return result


def _doubles(data: Bytes, places: np.ndarray) -> np.ndarray:
    """The decimals of eight bytes that stand at these places."""
    block = np.frombuffer(data, dtype=np.uint8)
    eight = np.stack([block[places + byte] for byte in range(8)], axis=1)
    values: np.ndarray = np.ascontiguousarray(eight).view("<f8").ravel()
    return values


def _damage(data: Bytes, place: int, end: int, row: int, shape_type: int) -> Damage | None:
    """What is wrong with the record at a place; None when it is sound."""
    cut = Damage(row, True, f"第 {row} 个图形不完整", f"shape {row} is not complete")
    if place + 12 > end:
        return cut
    length = struct.unpack_from(">i", data, place + 4)[0] * 2
    kind = struct.unpack_from("<i", data, place + 8)[0]
    if length < 4 or kind not in (0, shape_type):
        return Damage(
            row, False, f"类型 {kind}、长度 {length} 不合理", f"type {kind} and length {length} make no sense"
        )
    if length < _LEAST[kind]:
        return Damage(row, False, f"长度只有 {length}", f"its length is only {length}")
    if place + 8 + length > end:
        return cut
    if kind in (3, 5, 13, 15, 23, 25, 31):
        parts, points = struct.unpack_from("<ii", data, place + 44)
        # MultiPatch keeps a type beside each part.
        needed = 44 + parts * (8 if kind == 31 else 4) + points * 16
    elif kind in (8, 18, 28):
        parts, points = 0, struct.unpack_from("<i", data, place + 44)[0]
        needed = 40 + points * 16
    else:
        return None
    if parts < 0 or points < 0 or needed > length:
        return Damage(row, False, "顶点数超出记录", "it counts more vertices than it holds")
    return None


def chosen(found: Scan, index: bytes | None) -> tuple[np.ndarray, np.ndarray, str]:
    """(offsets, lengths, what is wrong with the index): the index decides as long as it points at whole records.

    What is wrong: `""`, `missing`, `truncated`, `garbage`. A sound index may leave records out, as editors do.
    """
    if index is None:
        return found.offsets, found.lengths, "missing"
    if len(index) < HEADER or index[:4] != b"\x00\x00\x27\x0a":
        return found.offsets, found.lengths, "garbage"
    promised = struct.unpack_from(">i", index, 24)[0] * 2
    if promised > len(index) or (len(index) - HEADER) % 8:
        return found.offsets, found.lengths, "truncated"
    rows = np.frombuffer(index, dtype=">i4", offset=HEADER).reshape(-1, 2).astype(np.int64) * 2
    if not _among(rows, found):
        return found.offsets, found.lengths, "garbage"
    return rows[:, 0], rows[:, 1], ""


def _among(rows: np.ndarray, found: Scan) -> bool:
    """True when every row of an index is a record that was found."""
    if not len(rows) or not len(found.offsets):
        return not len(rows)
    places = np.minimum(np.searchsorted(found.offsets, rows[:, 0]), len(found.offsets) - 1)
    return bool(((found.offsets[places] == rows[:, 0]) & (found.lengths[places] == rows[:, 1])).all())


def index_of(header: bytes, offsets: np.ndarray, lengths: np.ndarray) -> bytes:
    """The bytes of a .shx for records at these places."""
    size = (HEADER + 8 * len(offsets)) // 2
    rows = np.column_stack((offsets // 2, lengths // 2)).astype(">i4")
    return header[:24] + struct.pack(">i", size) + header[28:HEADER] + rows.tobytes()
