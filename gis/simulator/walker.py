"""People and vehicles on streets, pure: where they are, how fast, which way they look, and what their receiver says.

Coordinates are metres (EPSG:4547); fixes are turned into degrees by whoever sends them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from gis.simulator.streets import Street, StreetMap, Xy

#: A receiver is never further off than this, so that a track stays on its street.
NOISE_BOUND_M = 12.0
#: How likely a class of street is taken on a stroll, by those who walk and by those who drive.
_ON_FOOT = {"arterial": 0.6, "collector": 0.9, "street": 1.0, "lane": 1.2, "alley": 1.0}
_ON_WHEELS = {"arterial": 1.6, "collector": 1.4, "street": 1.0, "lane": 0.15, "alley": 0.001}


@dataclass(frozen=True)
class Gait:
    """How a kind of unit moves: usual and highest speed in m/s, and the share of time it stands."""

    speed_mps: float
    limit_mps: float
    stands: float
    wheels: bool


GAITS: dict[str, Gait] = {
    "team": Gait(1.25, 3.0, 0.25, False),
    "ebike": Gait(4.2, 8.0, 0.15, False),
    "car": Gait(7.5, 16.0, 0.12, True),
    "van": Gait(7.0, 15.0, 0.2, True),
    "pump": Gait(6.0, 13.0, 0.3, True),
    "boat": Gait(2.8, 6.0, 0.1, True),
}


@dataclass(frozen=True)
class Fix:
    """What a receiver says."""

    place: Xy
    accuracy_m: float
    speed_mps: float
    bearing_deg: float


@dataclass
class Walker:
    """One unit on its way; `home` is the area code it prefers to stay in, `hurry` multiplies its speed.

    Everything random comes from `rng`, and time only through `advance`.
    """

    kind: str
    streets: StreetMap
    home: str
    rng: Random
    node: int
    hurry: float = 1.0
    _street: int | None = None
    _way_m: float = 0.0
    _speed_mps: float = 0.0
    _standing_s: float = 0.0
    _route: list[int] = field(default_factory=list)
    _errand: bool = False
    _error: Xy = (0.0, 0.0)
    _came_by: int | None = None

    @property
    def gait(self) -> Gait:
        """How this kind moves."""
        return GAITS[self.kind]

    @property
    def arrived(self) -> bool:
        """True when an errand is done, or none was given."""
        return not self._route and (not self._errand or self._street is None)

    def go_to(self, place: Xy) -> None:
        """Sends it to the node nearest to a place by the quickest way its kind may take."""
        goal = self.streets.nearest_node(place)
        self._standing_s = 0.0
        begin = self._node_ahead()
        self._route, self._errand = self.streets.route(begin, goal, self._cost), True

    def release(self) -> None:
        """Ends an errand: it strolls again."""
        self._errand, self._route = False, []

    def advance(self, seconds: float) -> None:
        """Moves on by that many seconds."""
        while seconds > 0:
            if self._standing_s > 0:
                waited = min(seconds, self._standing_s)
                self._standing_s -= waited
                seconds -= waited
                self._speed_mps = 0.0
            elif self._street is None and not self._set_out():
                self._speed_mps = 0.0
                return
            else:
                seconds -= self._walk(seconds)

    def fix(self) -> Fix:
        """Where its receiver believes it is: an error that drifts slowly and stays below `NOISE_BOUND_M`."""
        drift = [0.8 * part + self.rng.gauss(0.0, 1.6) for part in self._error]
        size = math.hypot(*drift)
        scale = min(1.0, (NOISE_BOUND_M - 1.0) / size) if size else 1.0
        self._error = (drift[0] * scale, drift[1] * scale)
        (x, y), bearing = self.true_position()
        return Fix(
            (x + self._error[0], y + self._error[1]),
            round(3.0 + abs(self.rng.gauss(0.0, 3.0)), 1),
            round(max(0.0, self._speed_mps + self.rng.gauss(0.0, 0.08)) if self._speed_mps else 0.0, 2),
            round(bearing, 1) % 360.0,
        )

    def true_position(self) -> tuple[Xy, float]:
        """Where it really is, and the bearing it looks to."""
        if self._street is None:
            return self.streets.nodes[self.node], 0.0
        street = self.streets.streets[self._street]
        forward = street.a == self.node
        place, bearing = street.at(self._way_m if forward else street.length_m - self._way_m)
        return place, bearing if forward else (bearing + 180.0) % 360.0

    def _node_ahead(self) -> int:
        return self.node if self._street is None else self.streets.streets[self._street].other(self.node)

    def _cost(self, street: Street) -> float:
        return street.length_m / self._liking_of_class(street)

    def _liking_of_class(self, street: Street) -> float:
        return (_ON_WHEELS if self.gait.wheels else _ON_FOOT).get(street.road_class, 1.0)

    def _liking(self, street: Street) -> float:
        """On a stroll, home streets are taken far more often than those outside; one that has strayed comes back."""
        at_home = not self.home or street.grid.startswith(self.home)
        return self._liking_of_class(street) * (1.0 if at_home else 0.02)

    def _set_out(self) -> bool:
        """Enters the next edge; false when it has nowhere to go or stands at its errand."""
        if self._route:
            self._street = self._route.pop(0)
        elif self._errand:
            return False
        elif self.rng.random() < self.gait.stands:
            self._standing_s = self.rng.uniform(10.0, 90.0)
            return True
        else:
            self._street = self.streets.wander(self.rng, self.node, self._came_by, self._liking)
        self._way_m = 0.0
        pace = self.gait.speed_mps * self.rng.uniform(0.75, 1.25) * self.hurry * (1.25 if self._errand else 1.0)
        self._speed_mps = min(pace, self.gait.limit_mps)
        return True

    def _walk(self, seconds: float) -> float:
        """Moves along the edge; returns the seconds used."""
        if self._street is None:
            return 0.0
        street = self.streets.streets[self._street]
        left_m = street.length_m - self._way_m
        if self._speed_mps * seconds < left_m:
            self._way_m += self._speed_mps * seconds
            return seconds
        used = left_m / self._speed_mps
        self.node, self._came_by, self._street = street.other(self.node), self._street, None
        return used
