"""A seeded shift written by the product's own services: four weeks behind it, a calm hour, and a storm that breaks when told."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.utils import timezone

from layers.cameras.selectors import cameras_in_force
from layers.cameras.services import set_camera_status
from layers.incidents.bodies import read_order, read_report
from layers.incidents.models import Incident, ItemType
from layers.incidents.numbers import day_of, number_of
from layers.incidents.places import Place, place_at
from layers.incidents.serials import take_serial
from layers.incidents.services import act_on_incident, report_incident
from layers.patrols.duty import mark_stale, set_unit_status
from layers.patrols.selectors import units_in_force
from layers.patrols.tracking import record_fixes
from layers.people.rights import Actor, Post
from layers.people.selectors import actor_of
from layers.roles import Role, TokenScope

GATEWAY = Actor("gateway", (Post(Role.ADMIN, "411102"),), TokenScope.POSITIONS_ANY)
STEPS = ("accept", "register", "dispatch", "handle", "reply")
#: Cases of a usual day by hour.
HOURS = (3, 2, 1, 1, 1, 2, 5, 9, 14, 16, 13, 10, 7, 9, 12, 13, 11, 9, 7, 6, 5, 4, 4, 3)
_SPOTS = """
SELECT a.code, ST_X(d.geom), ST_Y(d.geom) FROM territory_area a,
       LATERAL ST_Dump(ST_GeneratePoints(ST_Buffer(a.geom, -0.0002), 40, 4)) AS d
WHERE a.level = 'grid' AND a.version_to IS NULL ORDER BY a.code, d.path
"""
OPEN_CALM, OPEN_STORM, ON_DUTY = 118, 64, 58
#: Teams that come on duty before the storm and are not heard of again.
SILENT, SILENT_MIN = 6, 6
BEAT_S = 4.0
STEP_DEG = 0.00006


class Shift:
    """The district's people, cases and teams; the same seed makes the same places and items."""

    def __init__(self, cast: Any, seed: int = 4) -> None:
        self.random = random.Random(seed)
        self.seat, self.video = (actor_of(cast.person(role)) for role in ("seat", "video_operator"))
        self.items = list(ItemType.objects.filter(current=True, retired=False).exclude(group="B03").order_by("code"))
        self.spots: dict[str, list[tuple[float, float]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_SPOTS)
            for code, lon, lat in cursor.fetchall():
                self.spots.setdefault(code, []).append((lon, lat))
        self.grids = sorted(self.spots)
        communities = sorted({code[:12] for code in self.grids})
        self.head = Actor(str(cast.outsider().pk), tuple(Post(Role.COMMUNITY_HEAD, code) for code in communities))
        self.places: dict[tuple[float, float], Place] = {}
        self.units: list[dict[str, Any]] = []
        self.silent: list[dict[str, Any]] = []

    def history(self, days: int = 28) -> int:
        """Closed cases of the days before, and of today up to this hour; how many they are."""
        now, rows = timezone.localtime(), []
        for back in range(days, -1, -1):
            midnight = (now - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
            for hour, usual in enumerate(HOURS):
                at = midnight + timedelta(hours=hour)
                rows += [
                    self._past(at + timedelta(minutes=self.random.uniform(0, 59)))
                    for _ in range(max(0, round(usual * self.random.uniform(0.6, 1.4))))
                    if at + timedelta(hours=1) < now
                ]
        Incident.objects.bulk_create(rows)
        for row in rows:
            row.state = "closed"
            row.closed_at = min(now, row.reported_at + timedelta(minutes=self.random.uniform(20, 400)))
        Incident.objects.bulk_update(rows, ["state", "closed_at"], batch_size=1000)
        return len(rows)

    def calm(self) -> None:
        """Open cases of all ages, teams on duty, a few cameras down."""
        for number in range(OPEN_CALM):
            minutes = self.random.uniform(2, 55) if number % 7 == 0 else self.random.uniform(55, 2400)
            severity = 2 if number % 29 == 3 else self.random.choice((3, 3, 4, 4))
            self._case(self.random.choice(self.grids), severity, minutes, steps=self.random.randrange(6))
        self._teams()
        self._cameras(6)

    def storm(self) -> None:
        """A burst in two communities, a critical case that nobody has taken, another in hand, cameras down, teams silent."""
        home = self.grids[len(self.grids) // 3][:12]
        struck = [code for code in self.grids if code.startswith(home)]
        for number in range(OPEN_STORM):
            grid = self.random.choice(struck if number % 2 else self.grids)
            severity = 2 if number % 4 == 0 else 3
            self._case(grid, severity, self.random.uniform(1, 40), steps=self.random.randrange(4), words="积水")
        self._case(self.grids[-9], 1, 21, steps=4, words="积水")
        self._case(struck[0], 1, 7, steps=0, words="燃气")
        self._cameras(46)
        with at(timezone.now() - timedelta(minutes=SILENT_MIN)):
            for unit in self.silent:
                self._on_duty(unit["unit"])
            self._heard(self.silent)
        mark_stale()

    @contextmanager
    def walking(self) -> Iterator[None]:
        """Teams move and are heard of until the end."""
        over = threading.Event()
        thread = threading.Thread(target=self._go_on, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _go_on(self, over: threading.Event) -> None:
        try:
            while not over.wait(BEAT_S):
                self._walk()
                mark_stale()
        finally:
            connection.close()

    def _case(self, grid: str, severity: int, minutes: float, *, steps: int, words: str = "") -> None:
        begun = timezone.now() - timedelta(minutes=minutes)
        items = [item for item in self.items if words in item.name] if words else []
        items = items or [item for item in self.items if item.severity == severity] or self.items
        lon, lat = self.random.choice(self.spots[grid])
        body = {
            "client_id": str(uuid.uuid4()), "item": self.random.choice(items).code, "lon": lon, "lat": lat,
            "source": self.random.choice(("patrol", "phone", "public")), "occurred_at": begun.isoformat(),
            "description": "", "severity": severity,
        }  # fmt: skip
        with at(begun):
            case = report_incident(actor=self.seat, report=read_report(body)).result
        for number, action in enumerate(STEPS[:steps]):
            order = {"client_id": str(uuid.uuid4()), "version": number + 1}
            with at(begun + timedelta(minutes=minutes * (number + 1) / 8)):
                act_on_incident(actor=self.head, incident_id=case["id"], order=read_order(action, order))

    def _past(self, moment: datetime) -> Incident:
        item, grid = self.random.choice(self.items), self.random.choice(self.grids)
        spot = self.random.choice(self.spots[grid][:12])
        place = self.places.setdefault(spot, self.places.get(spot) or place_at(*spot))
        return Incident(
            client_id=uuid.uuid4(), item=item, category=item.category, severity=item.severity, source="patrol",
            department_id=item.department_id, occurred_at=moment, reported_at=moment, reported_by_id=uuid.UUID(self.seat.id),
            number=number_of(place.district, day_of(moment), take_serial(day_of(moment))), **place.columns(guarded=False),
        )  # fmt: skip

    def _teams(self) -> None:
        rows = sorted(units_in_force(), key=lambda row: (row.kind != "team", row.feature_id))
        for row in self.random.sample(rows, ON_DUTY):
            grid = row.grid or next(code for code in self.grids if code.startswith(row.community))
            lon, lat = self.random.choice(self.spots[grid])
            self.units.append(
                {"unit": row.feature_id, "lon": lon, "lat": lat, "turn": self.random.choice((0, 1, 2, 3))}
            )
        self.silent, self.units = self.units[:SILENT], self.units[SILENT:]
        for unit in self.units:
            self._on_duty(unit["unit"])
        self._walk()

    def _on_duty(self, unit: str) -> None:
        row = units_in_force([unit])[0]
        set_unit_status(actor=GATEWAY, unit=unit, client_id=uuid.uuid4(), version=row.feature_version, status="on_duty")

    def _walk(self) -> None:
        """One more position of every unit that is heard of."""
        for unit in self.units:
            if self.random.random() < 0.08:
                unit["turn"] = self.random.choice((0, 1, 2, 3))
            unit["lon"] += (0, 1, 0, -1)[unit["turn"]] * STEP_DEG
            unit["lat"] += (1, 0, -1, 0)[unit["turn"]] * STEP_DEG
        self._heard(self.units)

    def _heard(self, units: list[dict[str, Any]]) -> None:
        now = timezone.now().isoformat()
        fixes = [
            {"client_id": str(uuid.uuid4()), "unit": unit["unit"], "at": now, "lon": unit["lon"], "lat": unit["lat"],
             "accuracy_m": 4, "speed_mps": 1.4, "bearing_deg": 90 * unit["turn"]}
            for unit in units
        ]  # fmt: skip
        record_fixes(actor=GATEWAY, fixes=fixes)

    def _cameras(self, count: int) -> None:
        rows = list(cameras_in_force().order_by("feature_id"))
        for number, row in enumerate(self.random.sample(rows, count)):
            set_camera_status(
                actor=self.video, camera=row.feature_id, client_id=uuid.uuid4(), at=timezone.now(),
                status="fault" if number % 3 == 0 else "offline",
            )  # fmt: skip


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The services' clock stands at a moment, on this thread's work alone: nothing else may run meanwhile."""
    with patch("django.utils.timezone.now", return_value=moment):
        yield
