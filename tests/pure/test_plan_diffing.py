"""How a delivery differs from what is in force: matched, judged to the millimetre, settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from layers.catalog.registry import spec_of
from layers.geo.crs import reproject_all
from layers.imports.alike import differs
from layers.imports.assembling import assemble
from layers.imports.diffing import diff, settled, stored_from
from layers.imports.plan_types import KINDS, Mapping, Stored
from layers.spec import FieldSpec
from tests.pure.test_plan_assembling import EAST, NORTH, layer, mapped, point
from tests.pure.test_plan_mapping import column

PLACES = spec_of("places")
NUMBER, TEXT = FieldSpec("n", "number", "", ""), FieldSpec("t", "text", "", "")


def places(names, spots, codes=None, **more):
    """Rows of places as a delivery gives them; `more` are further columns by field."""
    columns = [column("name", *names), *(column(field, *values) for field, values in more.items())]
    if codes is not None:
        columns.append(column("code", *codes))
    pairs = [(one.name, one.name) for one in columns]
    rows, _ = assemble(PLACES, layer(spots, *columns), mapped(*pairs, kind="shop"), None)
    return rows


def in_force(rows):
    """The same rows as they stand in the database: shapes come back through degrees."""
    stored = stored_from(rows, np.arange(100, 100 + len(rows)), np.ones(len(rows), dtype=int))
    return replace(stored, metric=reproject_all(rows.degrees, 4326, 4547))


def kinds(difference):
    """What became of every row, in order."""
    return [KINDS[kind] for kind in difference.kinds]


NAMES, CODES = ["甲", "乙", "丙"], ["a", "b", "c"]
SPOTS = [point(10), point(60), point(150)]
squares = [shapely.box(EAST + 20 * n, NORTH, EAST + 20 * n + 10, NORTH + 10) for n in range(3)]


@pytest.mark.parametrize("codes", [CODES, None])
@pytest.mark.parametrize(
    "shapes", [SPOTS, squares, [shapely.LineString([(EAST, NORTH + n), (EAST + 50, NORTH + n)]) for n in (0, 30, 60)]]
)
def test_the_same_again_is_unchanged(codes, shapes):
    rows = places(NAMES, shapes, codes)
    difference = diff(PLACES, rows, in_force(rows))
    assert difference.counts == dict.fromkeys(KINDS, 0) | {"unchanged": 3}
    assert difference.matched_by == ("code" if codes else "geometry")
    assert difference.fields == {}
    assert not len(difference.differing)


def test_everything_is_added_to_nothing_and_removed_by_nothing():
    rows = places(NAMES, SPOTS, CODES)
    assert diff(PLACES, rows, Stored.nothing()).counts["added"] == 3
    empty = places([], [], [])
    difference = diff(PLACES, empty, in_force(rows))
    assert difference.counts["removed"] == 3
    assert [change.row_id for change in difference.each()] == [100, 101, 102]


def test_every_kind_of_change_is_told_apart_with_its_columns_and_distance():
    stored = in_force(
        places(["甲", "乙", "丙", "丁", "戊"], [*squares, point(100), point(120)], ["a", "b", "c", "d", "e"])
    )
    moved = translate(squares[0], 3.0, 4.0)
    bent = shapely.box(EAST + 20, NORTH, EAST + 32, NORTH + 10)
    new = places(
        ["甲", "乙二", "丙丙", "丁", "新"], [moved, bent, squares[2], point(100), point(300)], ["a", "b", "c", "d", "f"]
    )
    difference = diff(PLACES, new, stored)
    assert kinds(difference) == ["moved", "reshaped", "changed", "unchanged", "added", "removed"]
    first, second, third, fifth, sixth = difference.each()
    assert (first.kind, round(first.distance_m, 3), first.row, first.row_id, first.columns) == (
        "moved",
        5.0,
        1,
        100,
        (),
    )
    assert (second.columns, round(second.area_change_m2, 3), round(second.distance_m, 3)) == (("name",), 20.0, 2.0)
    assert (third.columns, third.distance_m) == (("name",), 0.0)
    assert (fifth.row_id, sixth.row, sixth.row_id) == (None, None, 104)
    assert difference.fields == {"name": 2}


@pytest.mark.parametrize(("shift_m", "kind"), [(0.0009, "unchanged"), (0.0011, "moved"), (0.0, "unchanged")])
def test_a_millimetre_decides(shift_m, kind):
    stored = in_force(places(["甲"], [squares[0]], ["a"]))
    shifted = translate(squares[0], shift_m)
    assert kinds(diff(PLACES, places(["甲"], [shifted], ["a"]), stored)) == [kind]


@pytest.mark.parametrize(
    ("mine", "theirs", "differing"),
    [
        ([1.0, 2.0], [1.0, 2.0], [False, False]),
        ([1.23, 4.57, 7.89], [1.2345, 4.5678, 7.8912], [False] * 3),  # N(10,2) throughout
        ([10.0, 3.0, 4.0, 5.0], [9.6, 3.0, 4.0, 5.0], [True, False, False, False]),  # one value made round
        ([0.1 + 0.2, None], [0.3, None], [False, False]),
        ([None, 1.0], [0.0, None], [True, True]),
        ([3.0], [3], [False]),
    ],
)
def test_numbers_that_lost_what_the_column_does_not_print_are_the_same(mine, theirs, differing):
    found = differs(NUMBER, np.array(mine, dtype=object), np.array(theirs, dtype=object))
    assert found.tolist() == differing


def test_a_number_that_is_really_another_is_told_among_rounded_ones():
    theirs = [place + 0.123456 for place in range(40)]
    mine = [round(number, 2) for number in theirs]
    mine[7] = 9.99
    found = differs(NUMBER, np.array(mine, dtype=object), np.array(theirs, dtype=object))
    assert np.flatnonzero(found).tolist() == [7]


def test_texts_are_compared_trimmed_and_nothing_is_empty():
    mine, theirs = np.array(["甲 ", "", "乙", None], dtype=object), np.array(["甲", None, "丙", ""], dtype=object)
    assert differs(TEXT, mine, theirs).tolist() == [False, False, True, False]


def test_a_moment_is_the_same_in_every_zone():
    here = datetime(2024, 3, 5, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    moments = np.array([here, here], dtype=object)
    others = np.array([datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 5, 8, tzinfo=UTC)], dtype=object)
    assert differs(FieldSpec("m", "datetime", "", ""), moments, others).tolist() == [False, True]


def test_what_a_delivery_does_not_fill_stays_and_is_no_change():
    stored = in_force(places(NAMES, SPOTS, CODES, address=["路1", "路2", "路3"], households=[1, 2, 3]))
    new = places(["甲", "乙乙", "丙"], SPOTS, CODES)
    difference = diff(PLACES, new, stored)
    assert difference.counts["changed"] == 1
    assert difference.fields == {"name": 1}
    done = settled(PLACES, new, stored, difference)
    assert done.values["address"].tolist() == ["路1", "路2", "路3"]
    assert done.values["households"].tolist() == [1, 2, 3]


def test_rows_that_differ_in_nothing_are_the_stored_rows_to_the_bit():
    stored = in_force(places(NAMES, SPOTS, CODES))
    nudged = places(NAMES, [shapely.Point(spot.x + 0.0004, spot.y) for spot in SPOTS], CODES)
    done = settled(PLACES, nudged, stored, diff(PLACES, nudged, stored))
    assert done.digests == stored.digests
    assert shapely.equals_exact(done.degrees, stored.degrees, 0).all()


def test_a_code_finds_its_row_even_where_the_id_is_another():
    rows = places(NAMES, SPOTS, CODES)
    stored = replace(in_force(rows), ids=np.array(["x", "y", "z"], dtype=object))
    difference = diff(PLACES, rows, stored)
    assert difference.counts["unchanged"] == 3
    assert difference.ids.tolist() == ["x", "y", "z"]


def test_an_id_finds_its_row_where_the_code_was_changed():
    stored = in_force(places(NAMES, SPOTS, CODES))
    new = places(NAMES, SPOTS, ["a", "bb", "c"], id=stored.ids.tolist())
    difference = diff(PLACES, new, stored)
    assert kinds(difference) == ["unchanged", "changed", "unchanged"]
    assert difference.fields == {"code": 1}


def test_without_codes_the_nearest_within_a_metre_is_the_same_point():
    stored = in_force(places(NAMES, SPOTS))
    new = places(NAMES, [point(10.4), point(61.2), point(150)])
    difference = diff(PLACES, new, stored)
    assert kinds(difference) == ["moved", "added", "unchanged", "removed"]
    assert difference.ids[0] == stored.ids[0]


def test_without_codes_areas_that_share_four_fifths_are_the_same():
    stored = in_force(places(["甲", "乙"], squares[:2]))
    near = shapely.box(EAST + 1, NORTH, EAST + 11, NORTH + 10)
    far = shapely.box(EAST + 25, NORTH, EAST + 35, NORTH + 10)
    assert kinds(diff(PLACES, places(["甲", "乙"], [near, far]), stored)) == ["moved", "added", "removed"]


def test_two_at_one_door_are_told_apart_by_what_they_are_called():
    stored = in_force(places(["面馆", "书店", "药店"], [point(10), point(10), point(10.2)]))
    new = places(["药店", "面馆", "书店"], [point(10.1), point(10.1), point(10.1)])
    difference = diff(PLACES, new, stored)
    assert difference.counts["moved"] == 3
    assert difference.fields == {}


def test_twins_are_matched_one_to_one():
    stored = in_force(places(["甲"] * 4, [point(10)] * 4))
    assert diff(PLACES, places(["甲"] * 5, [point(10)] * 5), stored).counts == dict.fromkeys(KINDS, 0) | {
        "unchanged": 4,
        "added": 1,
    }


def test_codes_that_all_changed_leave_the_shapes_to_decide():
    stored = in_force(places(NAMES, SPOTS, CODES))
    difference = diff(PLACES, places(NAMES, SPOTS, ["x1", "x2", "x3"]), stored)
    assert (difference.counts["changed"], difference.fields, difference.matched_by) == (3, {"code": 3}, "geometry")
    assert difference.ids.tolist() == stored.ids.tolist()


def test_ids_that_hold_are_all_different():
    stored = in_force(places(["甲"], [point(10)]))
    moved = replace(stored, metric=np.array([point(200)]), degrees=reproject_all(np.array([point(200)]), 4547, 4326))
    new = places(["甲", "甲"], [point(200), point(10)])
    difference = diff(PLACES, new, moved)
    assert len(set(difference.ids)) == len(difference.ids) == 2
    assert difference.counts["added"] == 1


town = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from("甲乙丙"), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


def drawn(rows, coded):
    """Places from drawn rows: on a lattice of 0.7 m, so that some are near each other."""
    spots = [shapely.Point(EAST + 0.7 * x, NORTH + 0.7 * y) for x, y, _, _ in rows]
    codes = [f"c{place}" for place in range(len(rows))] if coded else None
    return places([name for _, _, name, _ in rows], spots, codes, households=[count for *_, count in rows])


@settings(deadline=None)
@given(town, st.booleans())
def test_a_layer_against_itself_is_unchanged(rows, coded):
    made = drawn(rows, coded)
    assert diff(PLACES, made, in_force(made)).counts["unchanged"] == len(rows)


@settings(deadline=None)
@given(town, town, st.booleans())
def test_what_is_settled_and_then_compared_again_is_unchanged(before, after, coded):
    stored = in_force(drawn(before, coded))
    new = drawn(after, coded)
    difference = diff(PLACES, new, stored)
    done = settled(PLACES, new, stored, difference)
    assert len(set(done.ids)) == len(done)
    assert diff(PLACES, new, in_force(done)).counts["unchanged"] == len(after)
    assert sum(difference.counts.values()) == len(after) + difference.counts["removed"]
    for name in ("name", "households"):
        assert done.values[name].tolist() == new.values[name].tolist()


@settings(deadline=None)
@given(town, town, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_a_delivery_changes_no_count(before, after, coded, random):
    stored, new = in_force(drawn(before, coded)), drawn(after, coded)
    order = list(range(len(after)))
    random.shuffle(order)
    turned = replace(
        new, ids=new.ids[order], rows=new.rows[order], degrees=new.degrees[order], metric=new.metric[order],
        values={name: held[order] for name, held in new.values.items()}, ranks=new.ranks[order],
        digests=[new.digests[place] for place in order], coded=new.coded[order],
    )  # fmt: skip
    one, other = diff(PLACES, new, stored), diff(PLACES, turned, stored)
    assert one.counts == other.counts
    assert one.fields == other.fields


def test_a_mapping_without_anything_makes_rows_that_are_still_compared():
    rows, _ = assemble(PLACES, layer(SPOTS), Mapping(), None)
    assert diff(PLACES, rows, in_force(rows)).counts["unchanged"] == 3
