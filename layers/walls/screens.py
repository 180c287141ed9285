"""What screens say of themselves every 30 s, and what goes wrong with them: written over, counted, never in the log."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from layers.errors import Conflict
from layers.people.rights import Actor
from layers.walls.models import WallPresence
from layers.walls.rules import REPORTS
from layers.walls.selectors import seen_wall

log = logging.getLogger("wangge.walls")
#: A screen silent for so long is forgotten.
KEEP = timedelta(days=7)
#: Screens of one account: a browser that loses its own id makes a new one at each start.
MOST_SCREENS = 200

_UPSERT = """
INSERT INTO walls_presence AS p (account, screen, wall, first_seen_at, seen_at, scene, width, height, build, phase, seq,
    hash_ok, hash_mismatches, context_losses, reloads, slow_spells, reported_kind)
VALUES (%(account)s, %(screen)s, %(wall)s, now(), now(), %(scene)s, %(width)s, %(height)s, %(build)s, %(phase)s, %(seq)s,
    %(hash_ok)s, 0, 0, 0, 0, '')
ON CONFLICT (account, screen) DO UPDATE SET wall = EXCLUDED.wall, seen_at = now(), scene = EXCLUDED.scene,
    width = EXCLUDED.width, height = EXCLUDED.height, build = EXCLUDED.build, phase = EXCLUDED.phase,
    seq = EXCLUDED.seq, hash_ok = EXCLUDED.hash_ok
RETURNING (xmax = 0)
"""


@dataclass(frozen=True)
class Presence:
    """What a screen says: which scene it shows at which size, of which build, and whether it is true."""

    screen: uuid.UUID
    scene: str
    width: int
    height: int
    build: str
    phase: str
    seq: int
    hash_ok: bool | None


@transaction.atomic
def note_presence(*, actor: Actor, wall: str, presence: Presence) -> None:
    """Writes down that a screen is there. Raises NotFound for a wall that the actor may not see, Conflict for an
    account with too many screens."""
    name = seen_wall(actor, wall).name
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, {"account": actor.id, "wall": name, **vars(presence)})
        new = cursor.fetchone()[0]
    if new:
        WallPresence.objects.filter(seen_at__lt=timezone.now() - KEEP).delete()
        if WallPresence.objects.filter(account=actor.id).count() > MOST_SCREENS:
            raise Conflict(
                f"一个账号最多 {MOST_SCREENS} 块屏", f"an account has {MOST_SCREENS} screens at most", field="screen",
                found=presence.screen,
            )  # fmt: skip


@transaction.atomic
def note_report(*, actor: Actor, wall: str, screen: uuid.UUID, kind: str, seq: int) -> int:
    """How often this screen has told of trouble of this kind, this time included. A screen that is not known yet is
    logged and counts 0. Raises NotFound for a wall that the actor may not see."""
    name = seen_wall(actor, wall).name
    log.warning("wall %s screen %s: %s at seq %d", name, screen, kind, seq)
    counter = REPORTS[kind]
    rows = WallPresence.objects.filter(account=actor.id, screen=screen)
    rows.update(
        **{counter: F(counter) + 1}, reported_at=timezone.now(), reported_kind=kind, reported_seq=seq
    )  # fmt: skip
    return rows.values_list(counter, flat=True).first() or 0
