"""manage.py simulate: a scripted shift over the same HTTP interfaces as real devices."""

from __future__ import annotations

import signal
import sys
import threading
import uuid
from typing import Any

import shapely
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from gis.simulator.accounts import Keys, devices, ensure_devices, stored_keys
from gis.simulator.city import ShiftClock
from gis.simulator.devices import PostOffice
from gis.simulator.facts import Facts, open_cases, read_facts
from gis.simulator.fleet import Fleet
from gis.simulator.script import Script
from gis.simulator.shift import Shift
from gis.simulator.streets import Xy
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject

#: Seconds of the wall's clock after which something numbered happens at the latest; five are promised.
QUIET_S = 3.2
_REFUSED, _USAGE = 3, 64


class Command(BaseCommand):
    """Reads the city, gets the devices their tokens, runs the shift until it is told to stop."""

    help = "Drives the running server as 78 teams, 26 vehicles, callers, departments and cameras would, over HTTP."

    def add_arguments(self, parser: CommandParser) -> None:
        """Speed, seed and the like."""
        parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than life (0.1 to 60)")
        parser.add_argument(
            "--seed", type=int, default=None, help="the same seed tells the same story (default: the day)"
        )
        parser.add_argument("--url", default="", help="the server's address (default: HOST and PORT)")
        parser.add_argument("--storm", action="store_true", help="a thunderstorm breaks at once")
        parser.add_argument("--once", type=float, default=None, metavar="N", help="ends by itself after N seconds")
        parser.add_argument("--quiet", action="store_true", help="no line a minute")
        parser.add_argument(
            "--make-accounts", action="store_true", help="makes the devices' accounts outside demo mode"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 3 without a district or without the devices' accounts, 64 for a speed out of range."""
        if not 0.1 <= options["speed"] <= 60:
            raise CommandError("--speed goes from 0.1 to 60", returncode=_USAGE)
        try:
            facts = read_facts()
            keys = self._keys(facts, make=options["make_accounts"])
            adopted = open_cases()
            shift = self._shift(facts, keys, options)
        except (LookupError, ValueError) as error:
            raise CommandError(str(error), returncode=_REFUSED) from error
        connections.close_all()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        shift.run(stop, adopted, seconds=options["once"])

    def _keys(self, facts: Facts, *, make: bool) -> Keys:
        wanted = devices(facts.district, facts.grids, facts.departments)
        path = settings.VAR_DIR / "demo" / "devices.json"
        if settings.DEMO or make:
            return ensure_devices(path, wanted)
        keys = stored_keys(path, wanted)
        if keys is None:
            raise LookupError("the devices have no accounts: set DEMO=1, or run once with --make-accounts")
        return keys

    def _shift(self, facts: Facts, keys: Keys, options: dict[str, Any]) -> Shift:
        now = timezone.localtime()
        seed = options["seed"] if options["seed"] is not None else now.date().toordinal()
        speed, run_id = options["speed"], uuid.uuid4()
        script = Script(
            city=facts.city, units=facts.units, camera_states=facts.camera_states,
            clock=ShiftClock.starting(now.date(), now.hour + now.minute / 60.0), seed=seed, gap_s=QUIET_S * speed,
            storm_now=options["storm"],
        )  # fmt: skip
        office = PostOffice(options["url"] or default_url())
        fleet = Fleet(
            units=facts.units, roads=facts.roads, rivers=facts.rivers, tokens=keys.positions, send=office.send,
            degrees=degrees, seed=seed, run_id=run_id, speed=speed,
        )  # fmt: skip
        self._tell(f"simulating a shift of seed {seed} at speed {speed:g} against {office.url}", options)
        return Shift(script, fleet, office, keys, degrees, speed, run_id, lambda line: self._tell(line, options))

    def _tell(self, line: str, options: dict[str, Any]) -> None:
        if not options["quiet"]:
            self.stdout.write(line)
            sys.stdout.flush()


def degrees(place: Xy) -> Xy:
    """Longitude and latitude (EPSG:4326) of a place in metres (EPSG:4547)."""
    point = reproject(shapely.Point(place), METRIC_SRID, STORAGE_SRID)
    return point.x, point.y


def default_url() -> str:
    """The address under which this machine reaches the server of HOST and PORT."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)
    return f"http://[{host}]:{settings.PORT}" if ":" in host else f"http://{host}:{settings.PORT}"
