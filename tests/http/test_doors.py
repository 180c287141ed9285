"""Role x route x area, walked from the URL table: a route without a row here fails the build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from layers.roles import ADMIN_ROLES, GRANTS, KEEPER_ROLES, ROLE_LEVEL, Capability, Role
from tests.cases import report

EVERYBODY = frozenset(Role)
OPERATORS = frozenset({Role.ADMIN})


def holders(capability: Capability) -> frozenset[Role]:
    """Roles that hold a capability, however far it reaches."""
    return frozenset(role for role, grants in GRANTS.items() if capability in grants)


@dataclass(frozen=True)
class Row:
    """What one route answers: to an anonymous program, and to each role inside and outside its area."""

    path: str
    anonymous: int
    allowed: int = 200
    roles: frozenset[Role] = EVERYBODY
    refused: int = 403
    #: Status for a signed-in person whose area does not hold the thing asked for; None: the route knows no area.
    elsewhere: int | None = None
    method: str = "get"
    #: Roles that pass the door and are told that there is no such thing: a department's without a department.
    blind: frozenset[Role] = frozenset()


DEPARTMENTS = frozenset({Role.DEPARTMENT_WORKER, Role.DEPARTMENT_HEAD})
UNKNOWN = "00000000-0000-0000-0000-000000000000"
#: Pattern of the URL table -> its row. {place}, {camera} and {incident} are things in the last grid of the district.
ROWS: dict[str, Row] = {
    "": Row("/", 401),
    "accounts/login/": Row("/accounts/login/", 200, allowed=302),
    "accounts/logout/": Row("/accounts/logout/", 405, allowed=405),
    "i18n/setlang/": Row("/i18n/setlang/", 302, allowed=302),
    "healthz": Row("/healthz", 200),
    "readyz": Row("/readyz", 200),
    "metrics": Row("/metrics", 401, roles=OPERATORS),
    "ops/": Row("/ops/", 401, roles=OPERATORS),
    "ops/state": Row("/ops/state", 401, roles=OPERATORS),
    "api/health": Row("/api/health", 401),
    "api/": Row("/api/", 401, allowed=404),
    "api/openapi.json": Row("/api/openapi.json", 200),
    "api/layers": Row("/api/layers", 401),
    "api/layers/<layer>/features/<feature_id>": Row("/api/layers/places/features/{place}", 401, elsewhere=404),
    "api/layers/<layer>/export.geojson": Row(
        "/api/layers/waters/export.geojson", 401, roles=holders(Capability.SEE_MAP)
    ),
    "api/layers/<layer>/export.csv": Row("/api/layers/waters/export.csv", 401, roles=holders(Capability.SEE_MAP)),
    "api/exports": Row("/api/exports", 401, allowed=400, roles=holders(Capability.SEE_MAP), method="post"),
    "api/exports/<export>": Row(f"/api/exports/{UNKNOWN}", 401, allowed=404, roles=holders(Capability.SEE_MAP)),
    "api/exports/<export>/file": Row(
        f"/api/exports/{UNKNOWN}/file", 401, allowed=404, roles=holders(Capability.SEE_MAP)
    ),
    "api/search": Row("/api/search?q=rm", 401),
    "api/chain": Row("/api/chain?lon=114.02&lat=33.57", 401),
    "api/me": Row("/api/me", 401),
    "api/positions": Row("/api/positions", 401, allowed=400, method="post"),
    "api/units/<unit>/status": Row("/api/units/{unit}/status", 401, allowed=400, method="post"),
    "api/cameras/<camera>/status": Row(
        "/api/cameras/{camera}/status", 401, allowed=400, roles=holders(Capability.VIDEO), method="post"
    ),
    "api/incidents": Row("/api/incidents", 401, allowed=400, roles=holders(Capability.REPORT), method="post"),
    "api/incidents/<incident>": Row(
        "/api/incidents/{incident}", 401, roles=holders(Capability.SEE_CASES), elsewhere=404, blind=DEPARTMENTS
    ),
    "api/incidents/<incident>/relocate": Row(
        "/api/incidents/{incident}/relocate", 401, allowed=400, roles=holders(Capability.ACCEPT), method="post"
    ),
    "api/incidents/<incident>/<action>": Row(
        "/api/incidents/{incident}/accept", 401, allowed=400, roles=holders(Capability.SEE_CASES), method="post"
    ),
    "api/counts": Row("/api/counts", 401, roles=holders(Capability.SEE_CASES)),
    "api/heat": Row("/api/heat", 401, roles=holders(Capability.SEE_CASES)),
    "api/near": Row("/api/near?lon=114.02&lat=33.57", 401, roles=holders(Capability.SEE_MAP)),
    "api/duty": Row("/api/duty", 401, roles=holders(Capability.SEE_CASES)),
    "api/scenes": Row("/api/scenes", 401),
    "api/walls": Row("/api/walls", 401),
    "api/walls/<name>/commands": Row(
        "/api/walls/main/commands", 401, allowed=400, roles=holders(Capability.SEE_CASES), method="post"
    ),
    "api/walls/<name>/presence": Row(
        "/api/walls/main/presence", 401, allowed=400, roles=holders(Capability.SEE_MAP), method="post"
    ),
    "api/walls/<name>/reports": Row(
        "/api/walls/main/reports", 401, allowed=400, roles=holders(Capability.SEE_MAP), method="post"
    ),
    "api/imports": Row("/api/imports", 401, roles=KEEPER_ROLES),
    **{
        f"api/imports/<import_id>{rest}": Row(
            f"/api/imports/{{delivery}}{where}", 401, allowed=404, roles=KEEPER_ROLES, method=method
        )
        for rest, where, method in (
            ("", "", "get"),
            ("/content", "/content?offset=0", "put"),
            ("/finish", "/finish", "post"),
            ("/answer", "/answer", "post"),
            ("/commit", "/commit", "post"),
            ("/rollback", "/rollback", "post"),
            ("/cancel", "/cancel", "post"),
            ("/again", "/again", "post"),
            ("/standing", "/standing", "get"),
            ("/changes", "/changes", "get"),
            ("/changes.geojson", "/changes.geojson", "get"),
            ("/report.<form>", "/report.json", "get"),
        )
    },
    "api/layers/<layer>/history": Row("/api/layers/roads/history", 401, roles=KEEPER_ROLES),
    "api/layers/<layer>/quality": Row("/api/layers/roads/quality", 401, roles=KEEPER_ROLES),
    "api/quality": Row("/api/quality", 401, roles=KEEPER_ROLES),
    "staff/": Row("/staff/", 401, roles=KEEPER_ROLES),
    "staff/quality/": Row("/staff/quality/", 401, roles=KEEPER_ROLES),
    "staff/layers/<str:layer>/": Row("/staff/layers/roads/", 401, roles=KEEPER_ROLES),
    "staff/imports/<str:import_id>/": Row("/staff/imports/{delivery}/", 401, allowed=404, roles=KEEPER_ROLES),
    "wall/": Row("/wall/", 401, roles=holders(Capability.SEE_MAP)),
    "wall/remote/": Row("/wall/remote/", 401, roles=holders(Capability.SEE_CASES)),
    "wall/build": Row("/wall/build", 401),
    "tiles/<str:layers>.json": Row("/tiles/places.json", 401, elsewhere=None),
    "tiles/<str:layers>/<str:z>/<str:x>/<str:y>.mvt": Row("/tiles/roads/14/13381/6568.mvt", 200, allowed=200),
}
#: Roles that see the map at all; the others hold no see_map grant.
MAPLESS = frozenset({Role.PUBLIC})


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern, bool]]:
    """(whole pattern, pattern, belongs to the admin site) of every route."""
    for entry in resolver.url_patterns:
        whole = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, whole)
        else:
            yield whole, entry, whole.startswith("admin/")


ROUTES = list(patterns(get_resolver()))


@pytest.fixture(scope="module")
def things(district, django_db_blocker) -> dict[str, str]:
    """Ids of things in the last grid that has them."""
    from layers.cameras.models import Camera
    from layers.patrols.models import Unit
    from layers.places.models import Place

    with django_db_blocker.unblock():
        place = Place.objects.filter(version_to__isnull=True).exclude(grid="").order_by("-grid", "feature_id").first()
        camera = Camera.objects.filter(version_to__isnull=True).order_by("-grid", "feature_id").first()
        unit = Unit.objects.filter(version_to__isnull=True, grid=place.grid).first()
        return {
            "place": place.feature_id, "camera": camera.feature_id, "unit": unit.feature_id, "grid": place.grid,
        }  # fmt: skip


@pytest.mark.parametrize("whole", sorted(ROWS))
def test_anonymous_programs_get_the_stated_answer(whole, db, things):
    row = ROWS[whole]
    answer = getattr(Client(), row.method)(row.path.format(**things, incident=UNKNOWN, delivery=UNKNOWN))
    assert answer.status_code == row.anonymous
    if answer.status_code >= 400 and answer.status_code != 405:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", sorted(Role))
def test_each_role_at_home_and_elsewhere_on_every_route(role, cast, things):
    """One account a role in the area of the things, one in another area of the same level."""
    level = ROLE_LEVEL[role]
    length = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15}[level]
    home = cast.client(role, things["grid"][:length])
    others = [code for code in cast.district.codes[level] if not things["grid"].startswith(code[:9])]
    wrong = []
    things = {**things, "incident": str(report(cast, grid=things["grid"]).pk), "delivery": UNKNOWN}
    for whole, row in ROWS.items():
        wanted = row.allowed if role in row.roles else row.refused
        if role in row.blind:
            wanted = 404
        if role in MAPLESS and whole in ("api/layers/<layer>/features/<feature_id>", "tiles/<str:layers>.json"):
            wanted = 404
        got = getattr(home, row.method)(row.path.format(**things)).status_code
        if got != wanted:
            wrong.append(f"{whole}: {role} at home got {got}, not {wanted}")
        if row.elsewhere is not None and role in row.roles and others:
            got = getattr(cast.client(role, others[0]), row.method)(row.path.format(**things)).status_code
            if got != row.elsewhere:
                wrong.append(f"{whole}: {role} elsewhere got {got}, not {row.elsewhere}")
    assert not wrong


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("path", ["/admin/", "/admin/territory/road/", "/admin/people/user/", "/admin/live/event/"])
def test_the_admin_site_is_closed_to_everybody_else(role, path, cast):
    status = cast.client(role).get(path).status_code
    if role not in ADMIN_ROLES:
        assert status == 403
    else:
        assert status in (200, 403)


def test_people_are_sent_to_sign_in_and_programs_are_told(db, district):
    page = Client(headers={"accept": "text/html"}).get("/?a=1")
    assert page.status_code == 302
    assert page["Location"] == "/accounts/login/?next=/%3Fa%3D1"
    assert Client().get("/").status_code == 401


def test_an_unknown_and_a_forbidden_id_get_the_same_answer(cast, things):
    far = next(code for code in cast.district.codes["community"] if not things["grid"].startswith(code[:9]))
    client = cast.client("community_staff", far)
    forbidden = client.get(f"/api/layers/places/features/{things['place']}")
    unknown = client.get("/api/layers/places/features/00000000-0000-0000-0000-000000000000")
    assert forbidden.status_code == unknown.status_code == 404
    strip = {"detail", "found"}
    assert {k: v for k, v in forbidden.json().items() if k not in strip} == {
        k: v for k, v in unknown.json().items() if k not in strip
    }
