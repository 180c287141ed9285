"""Asking for walls and scenes, as far as the asker's area reaches, and for the screens that show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from layers.errors import NotFound
from layers.live.feed import instant
from layers.people.rights import Actor
from layers.territory.selectors import area_names
from layers.walls.models import Scene, Wall, WallPresence
from layers.walls.rules import CAMERA, DEFAULT_WALL, is_slug, narrowed, reach_seen, steering_post

Json = dict[str, Any]
#: A screen that said nothing for so long is no longer listed; it speaks every 30 s.
LISTED = timedelta(hours=24)
COUNTERS = ("hash_mismatches", "context_losses", "reloads", "slow_spells")


def seen_wall(actor: Actor, name: str) -> Wall:
    """The wall of that name. Raises NotFound, the same for one whose area lies apart from the actor's."""
    wall = Wall.objects.filter(pk=name).first() if is_slug(name) else None
    if wall is None or not narrowed(wall.area, reach_seen(actor)):
        raise NotFound("没有这个大屏", "there is no such wall", field="name", found=name)
    return wall


def wall_to_show(actor: Actor, name: str) -> Wall:
    """The wall of that name; without a name the default one, or the first that the actor may see."""
    if name:
        return seen_wall(actor, name)
    walls = seen_walls(actor)
    if not walls:
        raise NotFound("还没有大屏", "there is no wall yet", field="name")
    return next((wall for wall in walls if wall.name == DEFAULT_WALL), walls[0])


def seen_walls(actor: Actor) -> list[Wall]:
    """The walls whose area meets the actor's, by name."""
    reach = reach_seen(actor)
    return [wall for wall in Wall.objects.order_by("name") if narrowed(wall.area, reach)]


def seen_scenes(actor: Actor) -> list[Json]:
    """The scenes that are enabled and whose area is in force, in order, each cut to what the actor may see.

    A scene wider than the actor's area shows that area instead, without its camera.
    """
    scenes = list(Scene.objects.filter(enabled=True).order_by("order", "id"))
    known = area_names(sorted({scene.area for scene in scenes}))
    reach = reach_seen(actor)
    described = [described_scene(scene, narrowed(scene.area, reach)) for scene in scenes if scene.area in known]
    return [scene for scene in described if scene["area"]]


def scenes_of(wall: Wall, scenes: Sequence[Json]) -> list[Json]:
    """Those of `scenes` that a wall shows, in its own order when it has one."""
    if not wall.scenes:
        return list(scenes)
    by_id = {scene["id"]: scene for scene in scenes}
    return [by_id[scene] for scene in wall.scenes if scene in by_id]


def described_scene(scene: Scene, area: str) -> Json:
    """A scene for JSON, shown over `area`; `camera` null fits the area."""
    camera = {name: getattr(scene, name) for name in CAMERA}
    whole = camera["lon"] is not None and area == scene.area
    return {
        "id": scene.pk, "title_zh": scene.title_zh, "title_en": scene.title_en, "kind": scene.kind, "area": area,
        "camera": camera if whole else None, "three_d": scene.three_d, "layers": scene.layers,
        "choropleth": scene.choropleth, "heat": scene.heat, "duration_s": scene.duration_s, "order": scene.order,
        "version": scene.version,
    }  # fmt: skip


def described_wall(wall: Wall, actor: Actor) -> Json:
    """A wall for JSON, over the part of its area that the actor may see; `steer`: he may send it commands."""
    return {
        "name": wall.name, "title_zh": wall.title_zh, "title_en": wall.title_en,
        "area": narrowed(wall.area, reach_seen(actor)), "scenes": wall.scenes, "rotate": wall.rotate,
        "theme": wall.theme, "language": wall.language, "version": wall.version,
        "steer": steering_post(actor, wall.area) is not None,
    }  # fmt: skip


def walls_with_screens(actor: Actor, now: datetime | None = None) -> list[Json]:
    """Every wall that the actor may see, with the screens that spoke for it within a day, newest first."""
    now = now or timezone.now()
    screens = defaultdict(list)
    for row in WallPresence.objects.filter(seen_at__gte=now - LISTED).order_by("-seen_at"):
        screens[row.wall].append(described_screen(row, now))
    return [{**described_wall(wall, actor), "screens": screens[wall.name]} for wall in seen_walls(actor)]


def described_screen(row: WallPresence, now: datetime) -> Json:
    """What a screen last said of itself, for JSON."""
    return {
        "screen": str(row.screen), "seen_at": instant(row.seen_at),
        "age_s": max(0, round((now - row.seen_at).total_seconds())), "scene": row.scene, "width": row.width,
        "height": row.height, "build": row.build, "phase": row.phase, "seq": row.seq, "hash_ok": row.hash_ok,
        **{name: getattr(row, name) for name in COUNTERS},
    }  # fmt: skip
