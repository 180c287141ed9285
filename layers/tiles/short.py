"""The short way: tiles whose address carries version and scope, answered without Django's request machinery.

Same rights, same statements, same headers as `views.tile`; only what surrounds them is left out, which is most of a
small tile's time. It answers the plain success and nothing else: whatever is unusual (another method, a bearer token,
a version this process has not seen, any error) goes the long way, which knows all the answers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import psycopg

from layers.errors import TookTooLong, Unavailable, WanggeError
from layers.people.rights import EVERYTHING, RowScope
from layers.spec import LayerSpec
from layers.tiles import scopes, selectors
from layers.tiles.addresses import layer_ids, spot, versions
from layers.tiles.replies import PUBLIC_KEEPING, Keeping, Reply, reply, signed_keeping
from layers.tiles.views import SHORT_WAY_ERROR

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_PATH = re.compile(r"/tiles/([a-z0-9_,]+)/([0-9]{1,2})/([0-9]{1,7})/([0-9]{1,7})\.mvt")
_QUERY = re.compile(r"v=([0-9.]{1,200})&s=([A-Za-z0-9_.\-]{1,2100})")
_STATUS = {
    status: f"{status.value} {status.phrase}"
    for status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
}


def with_short_way(application: Application, extra_headers: list[tuple[str, str]]) -> Application:
    """The application with the short way in front. `extra_headers` go on every answer (such as HSTS)."""

    def switch(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/tiles/"):
            ready = _try(environ)
            if ready is not None:
                start_response(_STATUS[HTTPStatus(ready.status)], ready.headers + extra_headers)
                return () if environ["REQUEST_METHOD"] == "HEAD" else (ready.body,)
        return application(environ, start_response)

    return switch


def _try(environ: Environ) -> Reply | None:
    """The answer, or None for the long way; a database error goes along, so that it isn't met twice."""
    path, query = _PATH.fullmatch(environ["PATH_INFO"]), _QUERY.fullmatch(environ.get("QUERY_STRING", ""))
    if path is None or query is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    if "HTTP_AUTHORIZATION" in environ:  # a revoked token is told so, whatever it asks for
        return None
    try:
        return _answer(environ, path, *query.groups())
    except psycopg.errors.QueryCanceled:
        environ[SHORT_WAY_ERROR] = TookTooLong()
    except psycopg.OperationalError:
        environ[SHORT_WAY_ERROR] = Unavailable("数据库没有应答", "the database does not answer")
    except WanggeError:
        pass  # the long way finds the same fault and tells it
    return None


def _answer(environ: Environ, path: re.Match[str], version: str, scope: str) -> Reply | None:
    ids = layer_ids(path[1])
    specs = selectors.known_tiled_specs(ids)
    if specs is None:
        return None
    rights = _rights(path[1], specs, scope)
    if rights is None:
        return None
    rows, keeping = rights
    wanted = versions(version, len(specs))
    if not selectors.versions_seen(specs, wanted):
        return None
    place = spot(path[2], path[3], path[4], max(spec.max_zoom for spec in specs))
    made = selectors.tile(specs, place, wanted, rows)
    return reply(
        made,
        keeping,
        accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
        if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
    )


def _rights(layers: str, specs: tuple[LayerSpec, ...], scope: str) -> tuple[tuple[RowScope, ...], Keeping] | None:
    """Rows and keeping of the address; None when its scope is for the long way to refuse."""
    if scope == scopes.PUBLIC:
        return ((EVERYTHING,) * len(specs), PUBLIC_KEEPING) if all(spec.public for spec in specs) else None
    now = time.time()
    try:
        signed = scopes.verify(selectors.key(), layers, scope, now)
    except scopes.AddressRefused:
        return None
    return signed.scopes, signed_keeping(signed.expires, now)
