"""What a screen shows beside its map: numbers of the day, heat, who is on duty, what is near."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from layers.api.asking import actor_of_request, asked_area
from layers.cameras.layer import CAMERAS
from layers.cameras.nearby import cameras_near
from layers.geo.geometry import position
from layers.incidents import overview
from layers.live.feed import instant
from layers.patrols.layer import UNITS
from layers.patrols.nearby import units_near
from layers.patrols.posts import post_words
from layers.patrols.roster import duty
from layers.people.rights import Actor, visible
from layers.places.layer import LAYERS as PLACE_LAYERS
from layers.places.nearby import nearest_place
from layers.roles import Role
from layers.territory.selectors import chain_at

router = Router(tags=["overview"])
PLACES = PLACE_LAYERS[0]
#: Posts that run the shift read the names of its people; screens on a wall and those who only look on read posts.
NAMES_FOR = frozenset({
    Role.GRID_LEADER, Role.COMMUNITY_STAFF, Role.COMMUNITY_HEAD, Role.SUBDISTRICT_OPERATOR, Role.SUBDISTRICT_HEAD,
    Role.SEAT, Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.DUTY_OFFICER,
})  # fmt: skip
Area = Annotated[str, Query(max_length=15, description="area code; empty: all that you may see")]
STRAIGHT = {"zh": "直线距离，非路程；是否看得到只按摄像机扇面判断，不计遮挡", "en": (
    "Straight-line distances, not routes; whether a camera sees a place is judged by its sector, without obstacles"
)}  # fmt: skip


@router.get("/counts", summary="Numbers of the day, each of exactly the cases you can list")
def counts(request: HttpRequest, area: Area = "") -> Any:
    """Open, reported and closed today, last hour; hours beside the usual day; by severity, category, community."""
    code = asked_area(area)
    return {"area": code, **overview.counts(actor_of_request(request), area=code)}


@router.get("/heat", summary="Where cases were reported, by unit grid")
def heat(request: HttpRequest, window: Literal["24h", "7d", "30d"] = "24h", area: Area = "") -> Any:
    """`points`: [lon, lat, cases], heaviest first."""
    code, now = asked_area(area), timezone.now()
    points = overview.heat(actor_of_request(request), window=window, area=code, now=now)
    return {"at": instant(now), "window": window, "area": code, "points": points}


@router.get("/near", summary="What is near a place: cameras, units on duty, the service centre; areas it lies in")
def near(
    request: HttpRequest, lon: Annotated[float, Query(description="degrees")], lat: Annotated[float, Query()],
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> Any:  # fmt: skip
    """Straight distances in metres (EPSG:4547)."""
    actor, now = actor_of_request(request), timezone.now()
    lon, lat = position(lon, lat)
    chain = chain_at(lon, lat)
    return {
        "at": instant(now), "lon": lon, "lat": lat, "note_zh": STRAIGHT["zh"], "note_en": STRAIGHT["en"],
        "cameras": cameras_near(lon, lat, scope=visible(actor, CAMERAS), limit=limit),
        "units": units_near(
            lon, lat, grid=chain.code("grid"), scope=visible(actor, UNITS), limit=limit, now=now
        ),
        "service_center": nearest_place(lon, lat, kind="service_center", scope=visible(actor, PLACES)),
        "chain": [area.as_dict() for area in chain.areas], "unit_grid": chain.unit_grid,
    }  # fmt: skip


@router.get("/duty", summary="Who is on duty now: teams by subdistrict, posts of the teams")
def who_is_on_duty(request: HttpRequest, area: Area = "") -> Any:
    """Names of staff only for posts that run a shift; `people` is null for everybody else."""
    actor, now, code = actor_of_request(request), timezone.now(), asked_area(area)
    found = duty(scope=visible(actor, UNITS), area=code, names=may_read_names(actor))
    found["posts"] = [
        {"post": post, **dict(zip(("title_zh", "title_en"), post_words(post), strict=True)), **figures}
        for post, figures in found["posts"].items()
    ]  # fmt: skip
    return {"at": instant(now), "area": code, **found}


def may_read_names(actor: Actor) -> bool:
    """True for an account whose posts run a shift, unless a display's token speaks for it."""
    return actor.token_scope != "display" and bool(NAMES_FOR & actor.roles)
