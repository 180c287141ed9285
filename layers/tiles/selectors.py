"""Reading tiles: which statement, which versions, which rows; kept tiles first, then the database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.db import connection

from layers.catalog.registry import known_spec, spec_of, visible_spec
from layers.catalog.selectors import current_versions, table_of
from layers.errors import UnknownLayer
from layers.people.rights import Actor, RowScope, visible
from layers.spec import LayerSpec
from layers.tiles.addresses import Spot, UnknownVersion
from layers.tiles.cache import Tile, TileCache
from layers.tiles.links import fetch
from layers.tiles.mvt import Source, Statement, statement

CACHE = TileCache(settings.TILE_CACHE_MB * 1_048_576)

#: Highest version of each layer that this process has seen published; a version once published stays.
_seen: dict[str, int] = {}


@lru_cache(maxsize=1)
def signing_key(secret: str) -> bytes:
    """The key for tile scopes, derived from the site's secret so that neither serves for the other."""
    return hashlib.sha256(b"wangge.tiles.scope\x00" + secret.encode()).digest()


def key() -> bytes:
    """The signing key of this site."""
    return signing_key(settings.SECRET_KEY)


def tiled_specs(ids: tuple[str, ...]) -> tuple[LayerSpec, ...]:
    """The descriptions of layers that travel in tiles; UnknownLayer for any other."""
    return tuple(_tiled(spec_of(layer)) for layer in ids)


def known_tiled_specs(ids: tuple[str, ...]) -> tuple[LayerSpec, ...] | None:
    """As `tiled_specs` without asking the database; None when only that could tell of one of them."""
    specs = tuple(spec for layer in ids if (spec := known_spec(layer)) is not None)
    return tuple(map(_tiled, specs)) if len(specs) == len(ids) else None


def visible_tiled_specs(actor: Actor, ids: Sequence[str]) -> tuple[LayerSpec, ...]:
    """As `tiled_specs`, of which the actor may see at least some rows; unknown and forbidden fail alike."""
    return tuple(_tiled(visible_spec(actor, layer)) for layer in ids)


def _tiled(spec: LayerSpec) -> LayerSpec:
    if not spec.tiled:
        raise UnknownLayer(f"没有图层 {spec.id}", f"there is no layer {spec.id}", field="layer", found=spec.id)
    return spec


def scopes_of(actor: Actor, specs: Sequence[LayerSpec]) -> tuple[RowScope, ...]:
    """The rows of each layer that the actor may see."""
    return tuple(visible(actor, spec) for spec in specs)


def versions_in_force(specs: Sequence[LayerSpec]) -> tuple[int, ...]:
    """The current version of each layer; 0 before the first."""
    current = current_versions()
    return tuple(current[spec.id].version if spec.id in current else 0 for spec in specs)


def check_versions(specs: Sequence[LayerSpec], versions: Sequence[int]) -> None:
    """UnknownVersion when one of them is newer than what is in force."""
    if versions_seen(specs, versions):
        return
    for spec, version, newest in zip(specs, versions, versions_in_force(specs), strict=True):
        if version > newest:
            raise UnknownVersion(
                f"{spec.zh}的当前版本是 {newest}", f"{spec.id} stands at version {newest}", field="v", found=version
            )
        if not connection.in_atomic_block:
            _seen[spec.id] = max(newest, _seen.get(spec.id, 0))


def versions_seen(specs: Sequence[LayerSpec], versions: Sequence[int]) -> bool:
    """True when this process knows without asking that all of them were published."""
    if connection.in_atomic_block:
        return False
    return all(version <= _seen.get(spec.id, -1) for spec, version in zip(specs, versions, strict=True))


#: Compiled statements by layers, their descriptions, zoom and whether only some rows are seen; the oldest goes first.
_statements: dict[tuple[object, ...], Statement | None] = {}
_STATEMENTS_MAX = 1024


def statement_for(specs: tuple[LayerSpec, ...], z: int, limited: tuple[bool, ...]) -> Statement | None:
    """The compiled statement of a set of layers at a zoom."""
    name = (_names(specs), z, limited)
    if name in _statements:
        return _statements[name]
    made = statement([Source(spec, table_of(spec), some) for spec, some in zip(specs, limited, strict=True)], z)
    if not (connection.in_atomic_block and any(spec.staff for spec in specs)):  # a description that may be taken back
        while len(_statements) >= _STATEMENTS_MAX:
            _statements.pop(next(iter(_statements)), None)
        _statements[name] = made
    return made


def _names(specs: Sequence[LayerSpec]) -> tuple[tuple[str, int], ...]:
    """The layers by id and description."""
    return tuple((spec.id, spec.stamp) for spec in specs)


def tile(specs: tuple[LayerSpec, ...], spot: Spot, versions: tuple[int, ...], scopes: tuple[RowScope, ...]) -> Tile:
    """The tile of these layers, versions and rows. Raises psycopg errors when the database fails or takes too long."""
    name = (_names(specs), spot, versions, tuple(scope.key for scope in scopes))
    outside = not connection.in_atomic_block  # what a transaction sees before its commit is nobody else's
    held = CACHE.get(name) if outside else None
    if held is not None:
        return held
    sql = statement_for(specs, spot.z, tuple(not scope.everything for scope in scopes))
    body = b"" if sql is None else fetch(sql, sql.parameters(spot.z, spot.x, spot.y, versions, scopes))
    made = Tile(body)
    if outside:
        CACHE.put(name, made)
    return made
