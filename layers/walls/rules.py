"""What a scene and a wall may be, who may change and who may steer them, and what is left of them for a narrower
post. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from layers.errors import InvalidInput
from layers.geo.codes import covers, level_of
from layers.people.rights import Actor, Post, may
from layers.roles import GRANTS, Capability, Mode, Reach, TokenScope

KINDS: tuple[str, ...] = ("district", "area", "hotspots", "flight", "incident")
CHOROPLETHS: tuple[str, ...] = ("none", "open_now", "per_km2", "oldest")
HEATS: tuple[str, ...] = ("none", "24h", "7d", "30d")
THEMES: tuple[str, ...] = ("dark", "light", "by-sun")
LANGUAGES: tuple[str, ...] = ("zh", "en", "both")
PHASES: tuple[str, ...] = ("live", "stale", "dark")
#: Kind of a screen's report -> the counter it moves.
REPORTS: dict[str, str] = {
    "hash_mismatch": "hash_mismatches", "context_lost": "context_losses", "reloaded": "reloads", "slow": "slow_spells",
}  # fmt: skip
#: The wall that an address without a name opens.
DEFAULT_WALL = "main"
CAMERA: tuple[str, ...] = ("lon", "lat", "zoom", "bearing", "pitch")
#: Where the map of a wall finds its ground.
ADDRESSES: dict[str, str] = {
    "layers": "/api/layers", "tiles": "/tiles/{layers}.json", "search": "/api/search", "chain": "/api/chain",
    "feature": "/api/layers/{layer}/features/{id}",
}  # fmt: skip
_RANGES: dict[str, tuple[float, float]] = {
    "lon": (-180, 180), "lat": (-90, 90), "zoom": (8, 22), "bearing": (-180, 360), "pitch": (0, 85),
}  # fmt: skip
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LENGTH = 40


def wrong(field: str, zh: str, en: str, found: object) -> InvalidInput:
    """The error that names a field, what it should be and what was found."""
    return InvalidInput(f"{field} {zh}", f"{field} {en}", field=field, found=found)


def is_slug(text: object) -> bool:
    """True for the name of a wall or the id of a scene: small letters, digits, single hyphens."""
    return isinstance(text, str) and len(text) <= _SLUG_LENGTH and _SLUG.fullmatch(text) is not None


def check_slug(field: str, text: object) -> str:
    """The slug itself. Raises InvalidInput."""
    if not is_slug(text):
        raise wrong(
            field, f"应为小写字母、数字和单个连字符，最多 {_SLUG_LENGTH} 个字符",
            f"must be small letters, digits and single hyphens, {_SLUG_LENGTH} characters at most", text,
        )  # fmt: skip
    return str(text)


def check_choice(field: str, value: object, choices: Sequence[str]) -> str:
    """The value itself when it is one of the choices. Raises InvalidInput."""
    if not isinstance(value, str) or value not in choices:
        raise wrong(field, f"应为 {'、'.join(choices)} 之一", f"must be one of {', '.join(choices)}", value)
    return value


def check_number(field: str, value: object, low: float, high: float) -> float:
    """The number itself when it is finite and within bounds. Raises InvalidInput."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not (abs(number) < 1e9 and low <= number <= high):
        raise wrong(field, f"应为 {low:g} 到 {high:g} 的数", f"must be a number from {low:g} to {high:g}", value)
    return float(number)


def check_camera(values: Mapping[str, Any]) -> None:
    """Raises InvalidInput unless a camera is whole and within range, or absent altogether."""
    given = [name for name in CAMERA if values.get(name) is not None]
    if not given:
        return
    for name in CAMERA:
        if name not in given:
            raise wrong(
                name, "缺失：镜头的五项要么都填，要么都不填（取景到辖区）",
                "is missing: give all five figures of a camera, or none to fit the area", None,
            )  # fmt: skip
        check_number(name, values[name], *_RANGES[name])


def check_layers(layers: Collection[str], known: Collection[str]) -> None:
    """Raises InvalidInput for a layer that does not exist, or one named twice."""
    for layer in layers:
        if layer not in known:
            raise wrong("layers", "中有不存在的图层", "names a layer that does not exist", layer)
    if len(set(layers)) != len(layers):
        raise wrong("layers", "中有重复的图层", "names a layer twice", ", ".join(layers))


def check_scene(values: Mapping[str, Any], known_layers: Collection[str]) -> None:
    """Raises InvalidInput naming the first value of a scene that cannot be."""
    check_slug("id", values["id"])
    _check_titles(values)
    check_choice("kind", values["kind"], KINDS)
    check_choice("choropleth", values["choropleth"], CHOROPLETHS)
    check_choice("heat", values["heat"], HEATS)
    check_layers(values["layers"], known_layers)
    check_camera(values)
    check_number("duration_s", values["duration_s"], 5, 3600)


def check_wall(values: Mapping[str, Any], known_scenes: Collection[str]) -> None:
    """Raises InvalidInput naming the first value of a wall that cannot be."""
    check_slug("name", values["name"])
    _check_titles(values)
    check_choice("theme", values["theme"], THEMES)
    check_choice("language", values["language"], LANGUAGES)
    scenes = values["scenes"]
    for scene in scenes:
        if scene not in known_scenes:
            raise wrong("scenes", "中有不存在的场景", "names a scene that does not exist", scene)
    if len(set(scenes)) != len(scenes):
        raise wrong("scenes", "中有重复的场景", "names a scene twice", ", ".join(scenes))


def _check_titles(values: Mapping[str, Any]) -> None:
    for field in ("title_zh", "title_en"):
        if not str(values[field]).strip():
            raise wrong(field, "不能为空", "must not be empty", None)


_FULL = frozenset({Mode.FULL})


def may_edit(actor: Actor, area: str = "") -> bool:
    """True when the actor may change scenes and walls of an area (any area when empty): who edits layers there, or
    operates the system."""
    return any(
        may(actor, capability, area=area, modes=_FULL) for capability in (Capability.EDIT_LAYERS, Capability.OPERATE)
    )


def steering_post(actor: Actor, area: str) -> Post | None:
    """The post by which the actor may steer a wall of an area, None when there is none.

    Such a post sees cases in full over the whole area, not those of one department alone, and may report: displays,
    planners and GIS staff look on. Of tokens, only one of scope `full` writes.
    """
    if actor.token_scope not in (None, TokenScope.FULL):
        return None
    for post in actor.posts:
        grants = GRANTS[post.role]
        grant = grants.get(Capability.SEE_CASES)
        if grant is None or grant.mode is not Mode.FULL or grant.reach is not Reach.AREA:
            continue
        if Capability.REPORT in grants and covers(post.area, area):
            return post
    return None


def reach_seen(actor: Actor) -> tuple[str, ...]:
    """The codes of the outermost areas that the actor's posts show cases or the map of."""
    codes = {
        post.area
        for post in actor.posts
        if {Capability.SEE_CASES, Capability.SEE_MAP} & set(GRANTS[post.role]) and level_of(post.area)
    }
    return tuple(sorted(code for code in codes if not any(other != code and covers(other, code) for other in codes)))


def narrowed(area: str, reach: Sequence[str]) -> str:
    """What somebody who sees the areas `reach` is shown of a picture of `area`: the area itself, his own when that lies
    inside it, nothing ("") when they lie apart. A picture of more than one may see would tell of calm where one is blind."""
    if any(covers(own, area) for own in reach):
        return area
    return next((own for own in reach if covers(area, own)), "")
