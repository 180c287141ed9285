"""The letters that a screen needs first are in the small font files, or twenty large pieces would be fetched for a few names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from gis.local.letters import face, groups, ranges

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "gis" / "static" / "gis" / "js"
#: Group of letters -> where its names are kept.
NAMES = {
    "ground": ("territory_area", "territory_road", "territory_water", "territory_green", "patrols_unit"),
    "cases": ("incidents_itemtype",),
    "places": ("places_place", "cameras_camera"),
}
_COMMENTS = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def upto(group: str) -> set[str]:
    """Letters of a group and of those before it, which a screen has fetched by then."""
    names = list(groups())
    return {letter for name in names[: names.index(group) + 1] for letter in groups()[name]}


def foreign(text: str) -> set[str]:
    """Letters that are not in ASCII."""
    return {letter for letter in text if ord(letter) > 126}


@pytest.mark.parametrize("group", NAMES)
def test_every_letter_of_the_names_of_the_district_is_there(district, django_db_blocker, group):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        found = set()
        for table in NAMES[group]:
            cursor.execute(f'SELECT name FROM "{table}"')
            found |= {letter for (name,) in cursor.fetchall() for letter in foreign(name or "")}
    assert found, "the district has names"
    assert found - upto(group) == set(), f"add them to `{group}` in gis/local/letters.json"


def test_every_letter_of_the_words_of_the_wall_is_there():
    files = [*(SCRIPTS / "wall").rglob("*.js"), SCRIPTS / "words.js"]
    said = {letter for file in files for letter in foreign(_COMMENTS.sub("", file.read_text(encoding="utf-8")))}
    assert said - upto("words") == set(), "add them to `words` in gis/local/letters.json"


def test_no_letter_is_in_two_groups():
    letters = [letter for group in groups().values() for letter in group]
    assert len(letters) == len(set(letters))


def test_a_range_holds_neighbours_together():
    assert ranges([49, 48, 97, 50]) == "U+30-32,U+61"
    assert "unicode-range: U+61;" in face("Noto Sans SC", 700, "a/b.woff2", "U+61")
