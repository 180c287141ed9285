"""What a tile's address says, read and checked, pure. Anything that can't be meant is refused with the part's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from layers.errors import InvalidInput, NotFound, UnknownLayer
from layers.geo.tilemath import MAX_ZOOM

MOST_LAYERS = 16
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_LAYER = re.compile(r"[a-z][a-z0-9_]{0,39}")


class OutOfRange(NotFound):
    """A tile that the pyramid does not hold."""

    code = "tile_out_of_range"
    title_zh, title_en = "瓦片超出范围", "The tile is out of range"
    remedy_zh, remedy_en = (
        "层级、列、行的范围见该图层的 TileJSON。",
        "Zoom, column and row have the ranges stated in the layer's TileJSON.",
    )


class UnknownVersion(NotFound):
    """A layer version that was never published, or not yet."""

    code = "unknown_version"
    title_zh, title_en = "没有这个图层版本", "No such layer version"
    remedy_zh, remedy_en = (
        "重新读取 TileJSON 取得当前地址。",
        "Read the TileJSON again for the addresses in force.",
    )


@dataclass(frozen=True)
class Spot:
    """One tile of the pyramid, rows from the top."""

    z: int
    x: int
    y: int


def layer_ids(text: str) -> tuple[str, ...]:
    """The ids in `a,b,c`. InvalidInput when one stands twice or there are too many, UnknownLayer for what is no id."""
    ids = tuple(text.split(","))
    if len(ids) > MOST_LAYERS:
        raise InvalidInput(
            f"一次最多 {MOST_LAYERS} 个图层", f"at most {MOST_LAYERS} layers at once", field="layers", found=len(ids)
        )
    for layer in ids:
        if not _LAYER.fullmatch(layer):
            raise UnknownLayer(f"没有图层 {layer[:40]}", f"there is no layer {layer[:40]}", field="layer", found=layer)
    if len(set(ids)) != len(ids):
        raise InvalidInput("图层重复", "a layer stands twice", field="layers", found=text)
    return ids


def spot(z: str, x: str, y: str, max_zoom: int = MAX_ZOOM) -> Spot:
    """The tile of three texts. InvalidInput when one is no whole number, OutOfRange beyond the pyramid."""
    level = _whole("z", z)
    if not 0 <= level <= min(max_zoom, MAX_ZOOM):
        raise OutOfRange(f"层级应在 0 到 {max_zoom} 之间", f"zoom runs from 0 to {max_zoom}", field="z", found=z)
    side = 1 << level
    for name, text in (("x", x), ("y", y)):
        if not 0 <= _whole(name, text) < side:
            raise OutOfRange(
                f"第 {level} 级的 {name} 应在 0 到 {side - 1} 之间",
                f"at zoom {level}, {name} runs from 0 to {side - 1}",
                field=name,
                found=text,
            )
    return Spot(level, int(x), int(y))


def versions(text: str, count: int) -> tuple[int, ...]:
    """The versions in `3.1.2`, one per layer in their order. InvalidInput for anything else."""
    parts = text.split(".")
    if len(parts) != count or not all(_NUMBER.fullmatch(part) for part in parts):
        raise InvalidInput(
            f"v 应为 {count} 个以点分隔的版本号",
            f"v names {count} version number(s) joined by dots",
            field="v",
            found=text,
        )
    return tuple(map(int, parts))


def _whole(name: str, text: str) -> int:
    """A number in plain ASCII digits, without sign, leading zero or exponent."""
    if re.fullmatch(r"0|[1-9][0-9]*", text, re.ASCII) is None:
        raise InvalidInput(f"{name} 应为整数", f"{name} must be a whole number", field=name, found=text)
    return int(text) if _NUMBER.fullmatch(text) else 1 << 62
