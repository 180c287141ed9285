"""The modules that a page's first one imports, so that its head can ask for all of them at once.

Without it a browser learns of a module only when it has read the one that imports it: five round trips one after the other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

from django.conf import settings

#: What a bare name stands for, as the import maps of our pages say.
BARE = {"maplibre-gl": "vendor/maplibre-gl/maplibre-gl.mjs"}
_IMPORT = re.compile(
    r"""^(?:import|export)\s(?:[\w*{}\s,$]*?\sfrom\s*)?['"](?P<name>\.[^'"]+|[a-z][\w-]*)['"]""", re.MULTILINE
)


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """Static names of everything that the module `entry` needs before it runs: libraries first, then the nearest first."""
    root = settings.BASE_DIR / "gis" / "static"
    found, waiting = [entry], [entry]
    while waiting:
        name = waiting.pop(0)
        for target in _imports(root, name):
            if target not in found:
                found.append(target)
                waiting.append(target)
    return tuple(sorted(found[1:], key=lambda name: not name.startswith("vendor/")))


def _imports(root: Path, name: str) -> list[str]:
    if name.startswith("vendor/"):  # a library is one file
        return []
    text = (root / name).read_text(encoding="utf-8")
    here = PurePosixPath(name).parent
    return [_joined(here, found) if found.startswith(".") else BARE[found] for found in _IMPORT.findall(text)]


def _joined(here: PurePosixPath, relative: str) -> str:
    parts: list[str] = []
    for part in (here / relative).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
