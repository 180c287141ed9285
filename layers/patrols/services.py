"""Writing teams: the roster of a profile. One row a post and period; a change closes the old row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from layers.live.services import Act, publish
from layers.patrols.models import Member


@transaction.atomic
def replace_members(*, rows: Sequence[dict[str, str]], effective: date, actor: str) -> int:
    """Number of posts that changed hands. Posts named by `rows` hold from `effective`; others in force end there."""
    wanted = {(row["grid"], row["post"]): (row["name"], row["name_en"]) for row in rows}
    in_force = {(m.grid, m.post): m for m in Member.objects.filter(valid_to__isnull=True)}
    ended = [m for key, m in in_force.items() if wanted.get(key) != (m.name, m.name_en)]
    for member in ended:
        member.valid_to = max(effective, member.valid_from + timedelta(days=1))
    Member.objects.bulk_update(ended, ["valid_to"])
    kept = in_force.keys() - {(m.grid, m.post) for m in ended}
    fresh = [
        Member(grid=grid, post=post, name=name, name_en=name_en, valid_from=effective)
        for (grid, post), (name, name_en) in wanted.items()
        if (grid, post) not in kept
    ]
    Member.objects.bulk_create(fresh)
    changed = len({(m.grid, m.post) for m in [*ended, *fresh]})
    if changed:
        publish(
            Act(
                kind="roster.published", object_type="roster", object_id="teams", object_version=Member.objects.count(),
                actor=actor, happened_at=timezone.now(), payload={"posts_changed": changed},
            )
        )  # fmt: skip
    return changed
