"""The territory in the database: chains, tiling under concurrent writers, versions that never overwrite."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import date

import psycopg
import pytest
import shapely
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from layers.catalog.features import FeatureRow
from layers.catalog.models import LayerVersion
from layers.catalog.registry import spec_of
from layers.catalog.services import Source, publish_version
from layers.errors import InvalidGeometry, TilingBroken
from layers.live.models import Event
from layers.territory.models import Area
from layers.territory.selectors import chain_at, chain_of, kind_counts, level_count
from layers.territory.services import prove_tiling

TODAY = date(2026, 6, 1)


@pytest.fixture
def border(db, district) -> tuple[float, float, str, str]:
    """A point on the border of two grids, and their codes (smaller first)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code, b.code, ST_X(p), ST_Y(p) FROM territory_area a JOIN territory_area b ON a.code < b.code"
            " AND a.level = 'grid' AND b.level = 'grid' AND ST_Touches(a.geom, b.geom),"
            " LATERAL (SELECT (ST_DumpPoints(ST_Intersection(a.geom, b.geom))).geom AS p LIMIT 1) AS q"
            " WHERE a.version_to IS NULL AND b.version_to IS NULL ORDER BY 1, 2 LIMIT 1"
        )
        one, other, lon, lat = cursor.fetchone()
    return lon, lat, one, other


def test_the_district_has_its_four_nineteen_and_seventy_eight(db, district):
    assert [level_count(level) for level in ("district", "subdistrict", "community", "grid")] == [1, 4, 19, 78]


def test_the_core_measures_eighteen_square_kilometres(db, district):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_Area(ST_Transform(geom, 4547)) / 1e6 FROM territory_area WHERE level = 'district'")
        assert cursor.fetchone()[0] == pytest.approx(18.0, rel=0.01)


def test_every_level_tiles_the_one_above(db, district):
    prove_tiling(TODAY)


def test_a_point_on_a_border_has_exactly_one_chain(border):
    lon, lat, one, other = border
    chain = chain_at(lon, lat)
    assert chain.code("grid") in (one, other)
    assert chain.code("community") == chain.code("grid")[:12]
    assert chain == chain_at(lon, lat)


def test_the_past_is_kept_and_counts_differ_by_the_day(db, district):
    """干河陈 was a township when a 2018 article counted three subdistricts."""
    assert kind_counts(on=date(2018, 6, 1)) == {"subdistrict": 3, "township": 1}
    assert kind_counts()["subdistrict"] == 4
    assert "township" not in kind_counts()
    (then,) = chain_of("411102004", on=date(2018, 6, 1))
    assert (then.kind_zh, then.name) == ("乡", "干河陈乡")
    assert chain_of("411102004")[-1].kind_zh == "街道"


def test_outside_the_district_there_is_no_chain(db, district):
    assert chain_at(116.4, 39.9).codes == ()


def test_a_day_before_the_first_publication_has_no_areas(db, district):
    assert chain_of(district.first("grid"), on=date(1990, 1, 1)) == ()


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(113.97, 114.07), st.floats(33.53, 33.61))
def test_the_chain_is_a_path_of_the_tree_wherever_one_stands(db, district, lon, lat):
    chain = chain_at(lon, lat)
    codes = chain.codes
    assert codes == () or [len(code) for code in codes] == [6, 9, 12, 15]
    assert all(deeper.startswith(upper) for upper, deeper in itertools.pairwise(codes))
    assert bool(chain.unit_grid) is bool(codes)


@pytest.mark.parametrize("place", [(float("nan"), 33.5), (float("inf"), 33.5), (114.0, -91.0)])
def test_a_position_that_is_none_is_refused(db, place):
    with pytest.raises(InvalidGeometry):
        chain_at(*place)


def add_grid(cursor, code: str, wkt: str) -> None:
    cursor.execute(
        "INSERT INTO territory_area (feature_id, feature_version, code, name, name_en, valid_from, version_from, rank,"
        " digest, level, kind, parent, subdistrict, community, leader, service_code20, area_m2, geom)"
        " VALUES (%s, 1, %s, '', '', '2025-01-01', 1, 5, ''::bytea, 'grid', 'resident', %s, %s, %s, '', '', 1,"
        " ST_Multi(ST_GeomFromText(%s, 4326)))",
        [code, code, code[:12], code[:9], code[:12], wkt],
    )


ELSEWHERE = "POLYGON((110 30, 110.01 30, 110.01 30.01, 110 30.01, 110 30))"
OVERLAPPING = "POLYGON((110.005 30, 110.02 30, 110.02 30.01, 110.005 30.01, 110.005 30))"
NEXT_DOOR = "POLYGON((110.01 30, 110.02 30, 110.02 30.01, 110.01 30.01, 110.01 30))"


@pytest.mark.parametrize(("second", "sound"), [(OVERLAPPING, False), (NEXT_DOOR, True)])
def test_two_areas_of_a_level_never_overlap(db, district, second, sound):
    with transaction.atomic():
        with connection.cursor() as cursor:
            add_grid(cursor, "990000001001001", ELSEWHERE)
            add_grid(cursor, "990000001001002", second)
            if sound:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            else:
                with pytest.raises(DatabaseError, match="overlaps"):
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_of_two_concurrent_writers_that_would_overlap_one_is_refused(django_db_setup, django_db_blocker, district):
    """Both hold their row uncommitted before either commits: a plain trigger would let both pass."""
    entry = settings.DATABASES["default"]
    both_wrote = threading.Barrier(2)
    results: list[str] = []

    def write(code: str, wkt: str) -> None:
        with psycopg.connect(
            host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"] or None,
            dbname=entry["NAME"],
        ) as link:  # fmt: skip
            try:
                with link.cursor() as cursor:
                    add_grid(cursor, code, wkt)
                both_wrote.wait(timeout=20)
                link.commit()
                results.append("stored")
            except psycopg.errors.ExclusionViolation as error:
                results.append(str(error.diag.constraint_name))

    writers = [
        threading.Thread(target=write, args=("990000001001001", ELSEWHERE)),
        threading.Thread(target=write, args=("990000001001002", OVERLAPPING)),
    ]
    try:
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(timeout=30)
        assert sorted(results) == ["stored", "territory_area_no_overlap"]
    finally:
        with django_db_blocker.unblock():
            Area.objects.filter(code__startswith="99").delete()


def test_of_two_concurrent_writers_of_one_feature_one_is_refused(django_db_setup, django_db_blocker, district):
    """The second waits for the first to end, and then sees its row."""
    entry = settings.DATABASES["default"]
    link_to = {
        "host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "password": entry["PASSWORD"] or None,
        "dbname": entry["NAME"],
    }  # fmt: skip
    refused: list[str] = []

    def write() -> None:
        with psycopg.connect(**link_to) as link:
            try:
                add_grid(link.cursor(), "990000001001001", ELSEWHERE)
            except psycopg.errors.ExclusionViolation as error:
                refused.append(str(error.diag.constraint_name))

    try:
        with psycopg.connect(**link_to) as first, psycopg.connect(**link_to, autocommit=True) as watching:
            add_grid(first.cursor(), "990000001001001", ELSEWHERE)
            second = threading.Thread(target=write)
            second.start()
            waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            until = time.monotonic() + 20
            while watching.execute(waits).fetchone() == (0,) and time.monotonic() < until:
                threading.Event().wait(0.02)
            first.commit()
            second.join(timeout=30)
        assert refused == ["territory_area_one_state_a_day"]
    finally:
        with django_db_blocker.unblock():
            Area.objects.filter(code__startswith="99").delete()


def test_a_feature_never_has_two_states_on_one_day(db, district):
    with transaction.atomic():
        with connection.cursor() as cursor:
            add_grid(cursor, "990000001001001", ELSEWHERE)
            with pytest.raises(DatabaseError, match="two states on one day"):
                add_grid(cursor, "990000001001001", ELSEWHERE)
        transaction.set_rollback(True)


def test_repeatable_read_would_not_see_the_other_writer_and_is_refused(django_db_setup, district):
    entry = settings.DATABASES["default"]
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"] or None,
        dbname=entry["NAME"],
    ) as link:  # fmt: skip
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.Error, match="READ COMMITTED"):
            add_grid(link.cursor(), "990000001001001", ELSEWHERE)


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON((110 30, 110.01 30.01, 110.01 30, 110 30.01, 110 30))",
        "POLYGON EMPTY",
        "POLYGON((30 110, 30.01 110, 30.01 110.01, 30 110.01, 30 110))",
        "POLYGON((500000 3700000, 500100 3700000, 500100 3700100, 500000 3700100, 500000 3700000))",
    ],
)
def test_the_table_itself_refuses_unsound_geometry(db, district, wkt):
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            add_grid(cursor, "990000001001001", wkt)
        transaction.set_rollback(True)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_the_table_refuses_numbers_that_are_none(db, district, value):
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cameras_camera (feature_id, feature_version, code, name, name_en, valid_from, version_from,"
                " rank, digest, bearing_deg, fov_deg, range_m, height_m, status, tier, kind, mount, grid, community, geom)"
                " VALUES ('x', 1, 'x', '', '', '2025-01-01', 1, 5, ''::bytea, 0, 90, 50, 6, 'online', 'district', '', '',"
                " '', '', ST_SetSRID(ST_MakePoint(%s::float8, 33.5), 4326))",
                [value],
            )
        transaction.set_rollback(True)


WATER = {"code": "W1", "name": "试河", "name_en": "Test River", "kind": "river"}


def water(name: str = "试河", at: float = 114.0) -> FeatureRow:
    return FeatureRow("w1", shapely.multipolygons([shapely.box(at, 33.5, at + 0.01, 33.51)]), {**WATER, "name": name})


def release(rows, effective=TODAY, whole=True):
    return publish_version(
        spec=spec_of("waters"), rows=rows, effective=effective, actor="test", source=Source("test"), whole=whole
    )


def test_a_publication_closes_and_adds_and_tells_the_log(db, district):
    before = LayerVersion.objects.filter(layer="waters").first()
    first = release([water()], whole=False)
    assert (first.version, first.added, first.changed, first.removed) == (before.version + 1, 1, 0, 0)
    assert release([water()], whole=False) is None
    second = release([water("新名")], whole=False, effective=date(2026, 7, 1))
    assert (second.changed, second.total) == (1, first.total)
    from layers.territory.models import Water

    old, new = Water.objects.filter(feature_id="w1").order_by("version_from")
    assert (old.version_to, old.valid_to, old.feature_version) == (second.version, date(2026, 7, 1), 1)
    assert (new.version_to, new.valid_from, new.feature_version) == (None, date(2026, 7, 1), 2)
    event = Event.objects.filter(kind="layer.published", object_id="waters").latest("id")
    assert event.object_version == second.version
    assert event.payload["changed"] == 1


def test_a_whole_import_takes_away_what_it_does_not_name(db, district):
    kept = district.counts["waters"]
    gone = release([water()])
    assert (gone.added, gone.removed, gone.total) == (1, kept, 1)


def test_a_feature_that_comes_back_goes_on_counting(db, district):
    release([water()], whole=False)
    release([], effective=date(2026, 7, 1))
    again = release([water()], whole=False, effective=date(2026, 8, 1))
    from layers.territory.models import Water

    assert Water.objects.get(feature_id="w1", version_from=again.version).feature_version == 2


def test_the_same_id_twice_is_refused(db, district):
    with pytest.raises(ValueError, match="same id"):
        release([water(), water("zwei")])


def test_two_publications_on_one_day_leave_one_state_that_day(db, district):
    release([water("a")], whole=False)
    release([water("b")], whole=False)
    from layers.territory.models import Water

    on_day = [w for w in Water.objects.filter(feature_id="w1") if w.valid_to is None or w.valid_to > TODAY]
    assert [w.name for w in on_day] == ["b"]


def test_a_gap_is_found_at_publish(db, district):
    with transaction.atomic():
        Area.objects.filter(code=district.first("grid")).update(valid_to=date(2026, 1, 1))
        with pytest.raises(TilingBroken) as caught:
            prove_tiling(TODAY)
        assert caught.value.extra["pairs"][0]["code"] == district.first("grid")[:12]
        transaction.set_rollback(True)
