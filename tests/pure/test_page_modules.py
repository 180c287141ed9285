"""The head of the wall asks for every module at once."""

from __future__ import annotations

import re

from django.conf import settings

from gis.pages.modules import modules_of
from gis.pages.wall import ENTRY, _early

STATIC = settings.BASE_DIR / "gis" / "static"


def test_every_module_that_runs_before_the_wall_is_named_once_and_exists():
    found = modules_of(ENTRY)
    assert len(set(found)) == len(found) > 50
    assert found[0] == "vendor/maplibre-gl/maplibre-gl.mjs", "the largest first"
    assert ENTRY not in found
    assert {"gis/js/wall/map/pane.js", "gis/js/live/sse.js", "gis/js/cartography/ground.js"} <= set(found)
    assert [name for name in found if not (STATIC / name).is_file()] == []


def test_nothing_that_a_module_imports_is_left_out():
    found = {ENTRY, *modules_of(ENTRY)}
    for name in found - {"vendor/maplibre-gl/maplibre-gl.mjs"}:
        text = (STATIC / name).read_text(encoding="utf-8")
        for relative in re.findall(r"from '(\.[^']+)'", text):
            target = (STATIC / name).parent.joinpath(relative).resolve()
            assert str(target.relative_to(STATIC.resolve())) in found, f"{name} imports {relative}"


def test_what_is_asked_for_early_is_there():
    chinese, english = (_early(language)["files"] for language in ("zh", "en"))
    assert [name for name in chinese if not (STATIC / name).is_file()] == []
    assert set(english) < set(chinese)
