"""People and facts that tests share."""

from __future__ import annotations

import contextlib
import http.client
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from django.utils import timezone

from layers.people.models import User
from layers.people.services import assign, create_account, issue_token
from layers.roles import ROLE_LEVEL, Role, TokenScope

PASSWORD = "a long enough password 网格"


@dataclass(frozen=True)
class District:
    """Facts of the loaded district, read once."""

    counts: dict[str, int]
    codes: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls) -> District:
        """Counts by layer and area codes by level, straight from the tables."""
        tables = {
            "unit_grids": "territory_unitgrid", "buildings": "territory_building", "roads": "territory_road",
            "waters": "territory_water", "greens": "territory_green", "places": "places_place",
            "cameras": "cameras_camera", "camera_views": "cameras_view", "units": "patrols_unit",
        }  # fmt: skip
        with connection.cursor() as cursor:
            counts = {}
            for layer, table in tables.items():
                cursor.execute(f"SELECT count(*) FROM {table} WHERE version_to IS NULL")
                counts[layer] = cursor.fetchone()[0]
            codes = {}
            for level in ("district", "subdistrict", "community", "grid"):
                cursor.execute(
                    "SELECT code FROM territory_area WHERE level = %s AND version_to IS NULL ORDER BY code", [level]
                )
                codes[level] = tuple(row[0] for row in cursor.fetchall())
        return cls(counts, codes)

    def first(self, level: str) -> str:
        """The first area of a level by code."""
        return self.codes[level][0]

    def last(self, level: str) -> str:
        """The last area of a level by code: another one than `first` wherever there are two."""
        return self.codes[level][-1]


@dataclass
class Answer:
    """What a real HTTP request brought back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


@dataclass
class LiveClient:
    """A program that talks to the running server with a bearer token (or none)."""

    url: str
    token: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        """GET; header names are written with underscores."""
        return self.request("GET", path, b"", **headers)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request on one connection; header names in lower case."""
        parts = urlsplit(self.url)
        link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            link.request(method, path, body or None, sent)
            answer = link.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            link.close()


@dataclass
class Cast:
    """Makes people on demand. With a server their rows are committed; else they live in the test's transaction."""

    district: District
    blocker: Any = None
    server: Any = None
    _known: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @contextlib.contextmanager
    def _open(self) -> Iterator[None]:
        with self.blocker.unblock() if self.blocker else contextlib.nullcontext():
            yield

    def person(self, role: Role | str, area: str | None = None, **assignment: Any) -> User:
        """A new account with one assignment (default: the first area of the role's own level)."""
        role = Role(role)
        area = area or self.district.first(ROLE_LEVEL[role])
        with self._open():
            user = create_account(
                actor=None, username=f"{role.value}-{uuid.uuid4().hex[:10]}", name="测试员", name_en="Tester",
                password=assignment.pop("password", None),
            )  # fmt: skip
            since = assignment.pop("valid_from", timezone.now() - timedelta(hours=1))
            assign(actor=None, person=user, role=role, area=area, valid_from=since, **assignment)
        return user

    def token(self, role: Role | str, area: str | None = None, scope: str = "full") -> str:
        """A bearer token of such a person; the same one for the same question when committed."""
        key = (str(role), area or "", scope)
        if self.server is None or key not in self._known:
            user = self.person(role, area)
            with self._open():
                self._known[key] = issue_token(
                    actor=None, person=user, scope=TokenScope(scope), expires_at=timezone.now() + timedelta(days=1)
                )
        return self._known[key]

    def client(self, role: Role | str | None = None, area: str | None = None, scope: str = "full") -> Client:
        """A Django test client of such a person; without a role, of an anonymous program."""
        if role is None:
            return Client()
        return Client(headers={"authorization": f"Bearer {self.token(role, area, scope)}"})

    def live(self, role: Role | str | None = None, area: str | None = None, scope: str = "full") -> LiveClient:
        """As `client`, against the running server."""
        return LiveClient(self.server.url, self.token(role, area, scope) if role else "")

    def outsider(self) -> User:
        """An account without any assignment."""
        with self._open():
            return create_account(actor=None, username=f"outsider-{uuid.uuid4().hex[:10]}", name="外人")
