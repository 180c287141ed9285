"""One run: clients write, screens follow, processes are killed at random moments, everything comes back by itself."""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from layers.live.verify import verify
from layers.patrols.duty import set_unit_status
from layers.patrols.models import UnitState
from layers.patrols.selectors import units_in_force
from layers.people.rights import Actor, Post
from layers.roles import Role, TokenScope
from tests.cases import point_in
from tests.cast import Cast, District
from tests.load.cluster import CrashCluster
from tests.load.followers import Follower
from tests.load.judge import counted_up_to, faults_of, faults_of_counts, faults_of_log, newest, pending
from tests.load.site import WORKER, CrashSite
from tests.load.writers import POSITIONS, REPORT, Maker, Write, Writers

#: After a kill everything works again within so long: the promise.
RECOVERY_S = 30.0
_TICK_S = 0.02


@dataclass
class Scene:
    """The district in the cluster: people with tokens, units on duty, places to write about."""

    cluster: CrashCluster
    tokens: dict[str, str]
    screens: dict[str, str]
    places: list[tuple[float, float]]
    units: list[str]

    @classmethod
    def set_up(cls, cluster: CrashCluster, district: District) -> Scene:
        """Accounts and duty, committed in the cluster (`cluster.as_database()` must be entered)."""
        cast = Cast(district, server=cluster)
        grids = district.codes["grid"]
        tokens = {REPORT: cast.token("seat"), POSITIONS: cast.token("admin", scope="positions:any")}
        screens = {
            "dispatcher": cast.token("dispatcher"),
            "leader of the first grid": cast.token("grid_leader", grids[0]),
            "community": cast.token("community_head", grids[-1][:12]),
        }
        units = [row.feature_id for row in units_in_force().filter(kind="team").order_by("feature_id")]
        for row in units_in_force(units):
            state = UnitState.objects.filter(unit=row.feature_id).first()
            if state is None or state.status == "off_duty":
                set_unit_status(
                    actor=Actor("gateway", (Post(Role.ADMIN, district.first("district")),), TokenScope.POSITIONS_ANY),
                    unit=row.feature_id, client_id=uuid.uuid4(), status="on_duty",
                    version=row.feature_version + (state.version if state else 0),
                )  # fmt: skip
        return cls(cluster, tokens, screens, [point_in(grid) for grid in grids[::4]], units)


@dataclass
class Outcome:
    """What a run found."""

    writes: list[Write]
    faults: list[str] = field(default_factory=list)
    recoveries_s: dict[str, list[float]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    resets: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def text(self) -> str:
        """For people who read the test's output."""
        slowest = {name: round(max(times), 1) for name, times in self.recoveries_s.items()}
        fixes = sum(len(write.ids) for write in self.writes)
        return (
            f"{len(self.writes)} writes ({fixes} rows) in {self.seconds:.0f} s; slowest recovery in s {slowest}; "
            f"refusals meanwhile {dict(self.refusals)}; resets {dict(self.resets)}"
        )


@contextlib.contextmanager
def following(site: CrashSite, screens: dict[str, str]) -> Iterator[dict[str, Follower]]:
    """A screen for each token."""
    followers = {name: Follower(site.live_url, token).start() for name, token in screens.items()}
    try:
        yield followers
    finally:
        for follower in followers.values():
            follower.stop()


class Campaign:
    """A run over a site with at least `count` writes: `kills` names who dies, in random order, at random moments of it."""

    def __init__(self, site: CrashSite, scene: Scene, count: int, kills: Sequence[str], seed: int) -> None:
        self.site, self.scene, self.count = site, scene, count
        self.chance = random.Random(seed)
        self.maker = Maker(self.chance, scene.places, scene.units)
        self.writers = Writers(site.url, scene.tokens, self.maker.any, seed)
        self.kills = list(kills)
        self.chance.shuffle(self.kills)
        self.outcome = Outcome(self.writers.writes, recoveries_s={name: [] for name in kills})

    def run(self) -> Outcome:
        """Writes, kills, waits for the end, judges."""
        begun = time.monotonic()
        with following(self.site, self.scene.screens) as followers:
            self._wait("the start", lambda: all(follower.seq > 0 for follower in followers.values()))
            self.writers.start()
            step = self.count / (len(self.kills) + 1)
            for name in self.kills:
                wanted = self.writers.acknowledged + int(step * self.chance.uniform(0.2, 1.2))
                self._wait("the next moment", lambda wanted=wanted: self.writers.acknowledged >= wanted)
                self._kill(name, followers["dispatcher"])
            self._wait("enough writes", lambda: self.writers.acknowledged >= self.count, self.count)
            self.writers.finish()
            self._wait("the last answers", lambda: not self.writers.busy)
            self.outcome.seconds = time.monotonic() - begun
            self._judge(followers)
        return self.outcome

    def _kill(self, name: str, screen: Follower) -> None:
        """Kills one, and waits until a new case was taken and is shown on a screen."""
        self.site.kill(name)
        begun = time.monotonic()
        probe = self.maker.report()
        self.writers.send(probe)
        self._wait(
            f"recovery from the end of {name}",
            lambda: bool(probe.answers) and probe.answers[0][1]["id"] in screen.listener.state.layers["incidents"],
        )
        if name == WORKER:
            with self.scene.cluster.connect() as link, link.cursor() as cursor:
                seq = screen.seq
                self._wait("the worker's recovery", lambda: counted_up_to(cursor) >= seq)
        self.outcome.recoveries_s[name].append(time.monotonic() - begun)

    def _wait(self, what: str, holds: Any, seconds: float = 60.0) -> None:
        limit = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > limit:
                raise AssertionError(f"{what} did not happen within {seconds:.0f} s\n{self.site.logs()}")
            self.site.look_after()
            time.sleep(_TICK_S)

    def _judge(self, followers: dict[str, Follower]) -> None:
        outcome = self.outcome
        outcome.faults += self.writers.faults
        outcome.refusals += self.writers.refusals
        connection.close()  # its server was killed
        with self.scene.cluster.connect() as link, link.cursor() as cursor:
            self._wait("a place for every event", lambda: pending(cursor) == 0)
            self._wait("every event counted", lambda: counted_up_to(cursor) == newest(cursor))
            outcome.faults += faults_of(cursor, outcome.writes) + faults_of_log(cursor) + faults_of_counts(cursor)
        outcome.faults += verify().faults
        for name, follower in followers.items():
            difference = follower.differs_from_fresh()
            outcome.faults += [f"{name} shows {difference}"] if difference else []
            outcome.faults += [f"{name}: {fault}" for fault in follower.faults]
            outcome.resets += Counter(follower.resets)
        slow = {name: times for name, times in outcome.recoveries_s.items() if max(times, default=0) > RECOVERY_S}
        outcome.faults += [f"{name} took {max(times):.0f} s to be back" for name, times in slow.items()]
