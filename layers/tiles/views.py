"""Tiles and TileJSON over HTTP. Public layers answer everybody; the others an account or a signed address.

Both doors stand open in the access table, because the answer depends on the layers named: `_caller_specs` closes them.
"""

from __future__ import annotations

import hashlib
import json
import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.catalog.selectors import current_versions, district_bounds, notice
from layers.errors import UnknownLayer, WanggeError
from layers.people.access import PUBLIC, Access, access
from layers.people.rights import EVERYTHING, Actor, RowScope
from layers.roles import TokenScope
from layers.spec import LayerSpec
from layers.tiles import addresses, scopes, selectors, tilejson
from layers.tiles.cache import Tile
from layers.tiles.replies import (
    CURRENT,
    PERSONAL,
    PUBLIC_KEEPING,
    SAFE_HEADERS,
    Keeping,
    reply,
    signed_keeping,
)

#: Asked of callers who name a layer that is not public.
ACCOUNT = Access(scopes=frozenset({TokenScope.DISPLAY}))
#: Where the short way leaves the error it met, for the one place that turns errors into answers.
SHORT_WAY_ERROR = "wangge.tile_error"


@access(PUBLIC)
@require_safe
def tile(request: HttpRequest, layers: str, z: str, x: str, y: str) -> HttpResponse:
    """One tile: of the version and scope in its address, or current and of the caller's own rights."""
    met = request.META.get(SHORT_WAY_ERROR)
    if met is not None:
        raise met
    ids = addresses.layer_ids(layers)
    version, scope = request.GET.get("v"), request.GET.get("s")
    specs, rows, keeping = _rights(request, ids, scope)
    spot = addresses.spot(z, x, y, max(spec.max_zoom for spec in specs))
    if version is None:
        versions = selectors.versions_in_force(specs)
        keeping = _unkept(specs)
    else:
        versions = addresses.versions(version, len(specs))
        selectors.check_versions(specs, versions)
    return _answer(request, selectors.tile(specs, spot, versions, rows), keeping)


@access(PUBLIC)
@require_safe
def tile_json(request: HttpRequest, layers: str) -> HttpResponse:
    """The TileJSON of one or several layers, with addresses for the caller's rights."""
    ids = addresses.layer_ids(layers)
    specs = _caller_specs(request, ids)
    rows = selectors.scopes_of(_actor(request), specs)
    end = scopes.expiry(time.time())
    scope = scopes.sign(selectors.key(), layers, rows, end)
    versions = ".".join(map(str, selectors.versions_in_force(specs)))
    body = json.dumps(
        tilejson.document(
            specs=specs,
            query=f"v={versions}&s={scope}",
            bounds=_bounds(specs),
            notice=notice(),
            expires=None if scope == scopes.PUBLIC else end,
        ),
        ensure_ascii=False,
    ).encode()
    keeping = _unkept(specs)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    same = etag in request.headers.get("If-None-Match", "")
    response = HttpResponse(b"" if same else body, status=304 if same else 200, content_type="application/json")
    for name, value in (*keeping.headers(), ("ETag", etag), *SAFE_HEADERS):
        response[name] = value
    return response


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _rights(
    request: HttpRequest, ids: tuple[str, ...], scope: str | None
) -> tuple[tuple[LayerSpec, ...], tuple[RowScope, ...], Keeping]:
    """What the address or else the caller may see, and who may keep it."""
    if scope == scopes.PUBLIC:
        specs = selectors.tiled_specs(ids)
        for spec in specs:
            if not spec.public:
                raise UnknownLayer(f"没有图层 {spec.id}", f"there is no layer {spec.id}", field="layer", found=spec.id)
        return specs, (EVERYTHING,) * len(specs), PUBLIC_KEEPING
    if scope is not None:
        now = time.time()
        try:
            signed = scopes.verify(selectors.key(), ",".join(ids), scope, now)
        except scopes.AddressExpired:
            if not _actor(request).known:
                raise
        else:
            return selectors.tiled_specs(ids), signed.scopes, signed_keeping(signed.expires, now)
    specs = _caller_specs(request, ids)
    return specs, selectors.scopes_of(_actor(request), specs), _unkept(specs)


def _caller_specs(request: HttpRequest, ids: tuple[str, ...]) -> tuple[LayerSpec, ...]:
    """The layers, when all are public or the caller may see them; anonymous callers learn nothing of the others."""
    try:
        specs = selectors.tiled_specs(ids)
    except UnknownLayer:
        specs = ()
    if specs and all(spec.public for spec in specs):
        return specs
    refusal: WanggeError | None = ACCOUNT.refusal(_actor(request), request.method or "GET")
    if refusal is not None:
        raise refusal
    return selectors.visible_tiled_specs(_actor(request), ids)


def _unkept(specs: tuple[LayerSpec, ...]) -> Keeping:
    """Nobody keeps a current answer without asking again; a personal one nobody but its reader."""
    return Keeping(CURRENT) if all(spec.public for spec in specs) else Keeping(PERSONAL, by_caller=True)


def _answer(request: HttpRequest, made: Tile, keeping: Keeping) -> HttpResponse:
    ready = reply(
        made,
        keeping,
        accept_encoding=request.headers.get("Accept-Encoding", ""),
        if_none_match=request.headers.get("If-None-Match", ""),
    )
    response = HttpResponse(ready.body, status=ready.status)
    if ready.status != 200:
        del response["Content-Type"]
    for name, value in ready.headers:
        response[name] = value
    return response


def _bounds(specs: tuple[LayerSpec, ...]) -> list[float]:
    """[west, south, east, north] in degrees round what the layers hold; the district's while they hold nothing."""
    current = current_versions()
    boxes = [box for spec in specs if spec.id in current and (box := current[spec.id].bbox) is not None]
    if not boxes:
        return district_bounds()
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return [min(wests), min(souths), max(easts), max(norths)]
