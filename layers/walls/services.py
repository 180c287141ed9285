"""Writing scenes and walls. Order: permission, rule, write, event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.catalog.registry import layer_ids
from layers.errors import Conflict, Forbidden, NotFound, StaleVersion
from layers.live.services import Act, publish
from layers.people.rights import Actor
from layers.territory.features import in_force
from layers.territory.models import Area
from layers.territory.selectors import chain_of
from layers.walls.defaults import default_scenes, default_wall
from layers.walls.models import Scene, Wall
from layers.walls.rules import check_scene, check_wall, may_edit, wrong

SYSTEM = "system:load_district"
SCENE_FIELDS = (
    "title_zh", "title_en", "kind", "area", "lon", "lat", "zoom", "bearing", "pitch", "three_d", "layers", "choropleth",
    "heat", "duration_s", "order", "enabled",
)  # fmt: skip
WALL_FIELDS = ("title_zh", "title_en", "area", "scenes", "rotate", "theme", "language")


@transaction.atomic
def create_scene(*, actor: Actor, values: Mapping[str, Any], client_id: uuid.UUID | None = None) -> Scene:
    """The new scene. Raises Forbidden over its area, InvalidInput naming a value, Conflict when the id is taken."""
    scene = Scene(id=values["id"], client_id=client_id, **_of(values, SCENE_FIELDS))
    _demand(actor, scene.area)
    _demand_area(scene.area)
    check_scene({"id": scene.id, **_of(scene.__dict__, SCENE_FIELDS)}, layer_ids())
    if Scene.objects.filter(pk=scene.id).exists():
        raise Conflict(f"场景 {scene.id} 已存在", f"there is a scene {scene.id} already", field="id", found=scene.id)
    scene.save(force_insert=True)
    publish(_act("scene.created", "scene", scene.id, 1, actor.id, (), (scene.area,), client_id))
    return scene


@transaction.atomic
def update_scene(*, actor: Actor, scene: str, version: int, values: Mapping[str, Any]) -> Scene:
    """The scene with new values. Needs the right over the area it had and the one it gets; raises StaleVersion too."""
    stored = Scene.objects.select_for_update().filter(pk=scene).first()
    if stored is None:
        raise NotFound("没有这个场景", "there is no such scene", field="id", found=scene)
    before = stored.area
    _demand(actor, before)
    _demand(actor, values["area"])
    _demand_area(values["area"])
    check_scene({"id": stored.id, **_of(values, SCENE_FIELDS)}, layer_ids())
    _write(stored, version, _of(values, SCENE_FIELDS))
    publish(_act("scene.changed", "scene", stored.id, stored.version, actor.id, (before,), (stored.area,)))
    return stored


@transaction.atomic
def create_wall(*, actor: Actor, values: Mapping[str, Any], client_id: uuid.UUID | None = None) -> Wall:
    """The new wall. Raises Forbidden over its area, InvalidInput naming a value, Conflict when the name is taken."""
    wall = Wall(name=values["name"], client_id=client_id, **_of(values, WALL_FIELDS))
    _demand(actor, wall.area)
    _demand_area(wall.area)
    check_wall({"name": wall.name, **_of(wall.__dict__, WALL_FIELDS)}, _scene_ids())
    if Wall.objects.filter(pk=wall.name).exists():
        raise Conflict(
            f"大屏 {wall.name} 已存在", f"there is a wall {wall.name} already", field="name", found=wall.name
        )
    wall.save(force_insert=True)
    publish(_act("wall.created", "wall", wall.name, 1, actor.id, (), (wall.area,), client_id))
    return wall


@transaction.atomic
def update_wall(*, actor: Actor, wall: str, version: int, values: Mapping[str, Any]) -> Wall:
    """The wall with new values. Needs the right over the area it had and the one it gets; raises StaleVersion too."""
    stored = Wall.objects.select_for_update().filter(pk=wall).first()
    if stored is None:
        raise NotFound("没有这个大屏", "there is no such wall", field="name", found=wall)
    before = stored.area
    _demand(actor, before)
    _demand(actor, values["area"])
    _demand_area(values["area"])
    check_wall({"name": stored.name, **_of(values, WALL_FIELDS)}, _scene_ids())
    _write(stored, version, _of(values, WALL_FIELDS))
    publish(_act("wall.changed", "wall", stored.name, stored.version, actor.id, (before,), (stored.area,)))
    return stored


@transaction.atomic
def ensure_defaults(*, actor: str = SYSTEM) -> int:
    """How many default scenes and walls were missing and are there now. What exists is left as people made it."""
    areas = in_force(Area.objects.filter(level__in=("district", "subdistrict"))).order_by("code")
    district = next((area for area in areas if area.level == "district"), None)
    if district is None:
        return 0
    known = set(Scene.objects.values_list("pk", flat=True))
    wanted = default_scenes(district, [area for area in areas if area.level == "subdistrict"])
    scenes = [Scene(**values) for values in wanted if values["id"] not in known]
    walls = [Wall(**default_wall(district))] if not Wall.objects.exists() else []
    for row in (*scenes, *walls):
        row.save(force_insert=True)
    for scene in scenes:
        publish(_act("scene.created", "scene", scene.pk, 1, actor, (), (scene.area,)))
    for wall in walls:
        publish(_act("wall.created", "wall", wall.pk, 1, actor, (), (wall.area,)))
    return len(scenes) + len(walls)


def _of(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _scene_ids() -> set[str]:
    return set(Scene.objects.values_list("pk", flat=True))


def _demand(actor: Actor, area: str) -> None:
    if not may_edit(actor, area):
        raise Forbidden(
            "不能修改该辖区的大屏和场景", "may not change walls and scenes of that area", field="area", found=area
        )


def _demand_area(area: str) -> None:
    chain = chain_of(area)
    if not chain or chain[-1].code != area:
        raise wrong("area", "不是现行辖区的代码", "is no code of an area in force", area)


def _write(row: Scene | Wall, version: int, values: Mapping[str, Any]) -> None:
    if row.version != version:
        raise StaleVersion(
            f"已是第 {row.version} 版", f"it is at version {row.version} now", field="version", found=version,
            current=row.version, sent=version,
        )  # fmt: skip
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()


def _act(
    kind: str, object_type: str, object_id: str, version: int, actor: str, before: tuple[str, ...],
    after: tuple[str, ...], client_id: uuid.UUID | None = None,
) -> Act:  # fmt: skip
    return Act(
        kind=kind, object_type=object_type, object_id=object_id, object_version=version, actor=actor,
        happened_at=timezone.now(), payload={}, areas_before=before, areas_after=after, client_id=client_id,
    )  # fmt: skip
