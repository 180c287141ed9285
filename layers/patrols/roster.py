"""Who is on duty now: teams by subdistrict, and the posts of the teams that are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from layers.patrols.models import OFF_DUTY, Member
from layers.patrols.selectors import states_of, units_in_force
from layers.people.rights import RowScope

Json = dict[str, Any]
#: Figures of one subdistrict.
_FIGURES = ("on", "off", "stale")


def duty(*, scope: RowScope, area: str = "", names: bool) -> Json:
    """`{"teams", "posts", "people"}` over the units that may be seen.

    `teams`: subdistrict -> how many are on duty (heard of), off duty, on duty but stale. `posts`: post -> filled and
    vacant seats in teams on duty. `people` names who holds them, only when `names` is asked for.
    """
    units = [
        unit for unit in units_in_force().filter(kind="team").order_by("grid")
        if scope.allows(unit.grid or unit.community) and (unit.grid or unit.community).startswith(area)
    ]  # fmt: skip
    states = states_of([unit.feature_id for unit in units])
    teams: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_FIGURES, 0))
    on_duty = set()
    for unit in units:
        state = states.get(unit.feature_id)
        figure = "off" if state is None or state.status == OFF_DUTY else "stale" if state.stale else "on"
        teams[unit.community[:9]][figure] += 1
        if figure != "off":
            on_duty.add(unit.grid)
    posts: dict[str, dict[str, int]] = defaultdict(lambda: {"filled": 0, "vacant": 0})
    people = []
    for member in _members(on_duty):
        posts[member.post]["filled" if member.name else "vacant"] += 1
        if member.name:
            people.append({"grid": member.grid, "post": member.post, "name": member.name, "name_en": member.name_en})
    return {
        "teams": dict(sorted(teams.items())), "posts": dict(sorted(posts.items())), "people": people if names else None,
    }  # fmt: skip


def _members(grids: set[str]) -> list[Member]:
    today = timezone.localdate()
    rows = Member.objects.filter(grid__in=grids, valid_from__lte=today)
    return list(rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today)).order_by("grid", "post"))
