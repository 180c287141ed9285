"""No route without a row and a door: what `make check` asks of the URL table without a database."""

from __future__ import annotations

from gis.middleware import ADMIN_DOOR
from layers.people.access import door_of
from layers.roles import ADMIN_ROLES
from tests.http.test_doors import ROUTES, ROWS


def test_every_route_has_a_row():
    missing = [whole for whole, _, admin in ROUTES if not admin and whole not in ROWS]
    gone = set(ROWS) - {whole for whole, _, _ in ROUTES}
    assert not missing, f"give these routes a row in tests/http/test_doors.py: {missing}"
    assert not gone, f"these rows have no route: {gone}"


def test_every_route_declares_its_door():
    assert not [whole for whole, entry, admin in ROUTES if not admin and door_of(entry.callback) is None]


def test_the_admin_site_lets_in_its_roles_alone():
    assert ADMIN_DOOR.roles == ADMIN_ROLES
    assert not ADMIN_DOOR.public
