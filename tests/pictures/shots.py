"""Which pictures there are, and what each is of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import product

WIDE = ((1366, 768), (1920, 1080), (3840, 2160))
#: In the order in which one page goes through them.
LOOKS = (("dark", False), ("light", False), ("light", True), ("dark", True))
#: The pages of GIS staff: what they keep, an import that is ready and one that asks, a layer, the quality of all.
STAFF = ("staff", "staff-import", "staff-question", "staff-layer", "staff-quality")
ODD = ((3840, 1080), (1080, 1920))


@dataclass(frozen=True)
class Shot:
    """One picture: a page, its size and its look. `three_d` and `state` say what a wall shows."""

    page: str
    size: tuple[int, int]
    language: str
    theme: str
    state: str
    three_d: bool = False

    @property
    def name(self) -> str:
        """Its file name without ending."""
        kind = ("-3d" if self.three_d else "-2d") if self.page == "wall" else ""
        return f"{self.page}-{self.size[0]}x{self.size[1]}-{self.language}-{self.theme}{kind}-{self.state}"


def all_shots() -> list[Shot]:
    """Every picture; calm ones first, for a storm does not pass."""
    shots = []
    for state in ("calm", "storm"):
        for size, language, (theme, three_d) in product(WIDE, ("zh", "en"), LOOKS):
            shots.append(Shot("wall", size, language, theme, state, three_d))
        for size, (theme, language) in zip(ODD, (("dark", "zh"), ("light", "en")), strict=True):
            shots.append(Shot("wall", size, language, theme, state))
    for page, theme, language in product(("map", "ops", "remote"), ("dark", "light"), ("zh", "en")):
        size = (390, 844) if page == "remote" else (1366, 768)
        shots.append(Shot(page, size, language, theme, "storm"))
    for page, size, (theme, language) in product(
        STAFF, WIDE[:2], (("dark", "zh"), ("light", "en"), ("light", "zh"), ("dark", "en"))
    ):
        shots.append(Shot(page, size, language, theme, "storm"))
    return shots


def chosen(patterns: list[str]) -> list[Shot]:
    """Those whose names match one of the patterns (`*` and `?`, or a part of the name); all without any."""
    return [shot for shot in all_shots() if not patterns or any(_fits(shot.name, one) for one in patterns)]


def _fits(name: str, pattern: str) -> bool:
    return fnmatch(name, pattern) or fnmatch(name, f"*{pattern}*")
