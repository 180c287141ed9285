"""Rosters: 78 teams of one leader and four members (一长四员), and the patrol vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from .areas import AreaTree
from .frame import stream
from .names import people

POSTS = ("leader", "service", "mediator", "patrol", "safety")


@dataclass
class Rosters:
    """Rows of both tables and the leader of each grid."""

    teams: list[tuple[str, str, str, str]]
    vehicles: list[tuple[str, str, str, str, str, str]]
    leader: dict[str, str]


def make_rosters(seed: int, tree: AreaTree) -> Rosters:
    """Return 390 invented staff members and 26 vehicles; no telephone, no number plate, no identity number."""
    rng = stream(seed, "rosters")
    staff = iter(people(rng, len(tree.grids) * len(POSTS)))
    teams, leader = [], {}
    for grid in sorted(tree.grids, key=lambda g: g.code):
        for post in POSTS:
            name, name_en = next(staff)
            teams.append((grid.code, post, name, name_en))
            if post == "leader":
                leader[grid.code] = name
    vehicles = []
    labels = {
        "ebike": ("巡逻电动车", "Patrol E-bike"),
        "car": ("巡逻车", "Patrol Car"),
        "van": ("保障车", "Support Van"),
        "boat": ("巡河艇", "River Boat"),
    }
    fleet = [("ebike", c.code) for c in tree.communities[::2]] + [("car", c.code) for c in tree.communities[1::2]]
    fleet += [("car", tree.communities[i].code) for i in (0, 14)]
    fleet += [("van", tree.communities[i].code) for i in (4, 9, 17)]
    fleet += [("boat", tree.communities[i].code) for i in (1, 13)]
    for serial, (kind, community) in enumerate(fleet, start=1):
        zh, en = labels[kind]
        vehicles.append(
            (f"CL{serial:03d}", kind, f"源汇{serial:02d}", community, f"{zh}{serial:02d}", f"{en} {serial:02d}")
        )
    return Rosters(teams, vehicles, leader)
