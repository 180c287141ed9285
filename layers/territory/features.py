"""What every row of a layer has in common: a stable id, a row version, validity, and its geometry.

A change never overwrites: it closes the row (`version_to`, `valid_to`) and adds the next. `version_from`/`version_to`
count layer versions (which publication the row came and went with), `valid_from`/`valid_to` are dates of the world.
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, GeneratedField, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

BOUNDS_4326 = (70.0, 0.0, 140.0, 60.0)  # a wide frame round China: catches swapped axes, NaN and metres


def web_geometry() -> GeneratedField:
    """The typed, stored EPSG:3857 twin of `geom` that tiles are cut from."""
    return GeneratedField(
        expression=Transform("geom", 3857), output_field=models.GeometryField(srid=3857), db_persist=True
    )


class SnapClearance(Func):
    """SQL: metres of EPSG:3857 by which any vertex may move before the shape breaks; 0 where a ring runs the wrong way.

    The right way is a clockwise outer ring seen with north up, as vector tiles ask for it. Infinite for a point.
    """

    template = (
        "(CASE WHEN ST_IsPolygonCW(ST_Transform(%(expressions)s, 3857))"
        " THEN ST_MinimumClearance(ST_Transform(%(expressions)s, 3857)) ELSE 0 END)"
    )
    output_field = models.FloatField()


def snap_clearance() -> GeneratedField:
    """How far a shape is from breaking when tiles snap it to their grid, stored: it costs as much as clipping."""
    return GeneratedField(expression=SnapClearance("geom"), output_field=models.FloatField(), db_persist=True)


class GeometryFits(Func):
    """SQL: the geometry is valid, not empty and inside the frame (which NaN and infinity are not)."""

    template = (
        "(ST_IsValid(%(expressions)s) AND NOT ST_IsEmpty(%(expressions)s)"
        " AND %(expressions)s @ ST_MakeEnvelope({:g}, {:g}, {:g}, {:g}, 4326))"
    ).format(*BOUNDS_4326)
    output_field = models.BooleanField()


class LayerFeature(models.Model):
    """One state of one feature between two layer versions."""

    row_id = models.BigAutoField(primary_key=True)
    feature_id = models.CharField(_("id"), max_length=40)
    feature_version = models.PositiveIntegerField(_("row version"), default=1)
    client_id = models.UUIDField(null=True, editable=False)
    code = models.CharField(_("code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    version_from = models.PositiveIntegerField(_("from layer version"), editable=False)
    version_to = models.PositiveIntegerField(_("to layer version"), null=True, editable=False)
    import_id = models.UUIDField(null=True, editable=False)
    rank = models.PositiveSmallIntegerField(_("rank"), default=5, help_text=_("1 is drawn first, 9 dropped first"))
    digest = models.BinaryField(max_length=16, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.code or self.feature_id


#: The layer version of rows that were laid down and that nobody sees yet; greater than any that a layer will have.
DORMANT = 2_147_483_646
_Row = TypeVar("_Row", bound=LayerFeature)
_Any = TypeVar("_Any", bound=models.Model)


def ever_seen(rows: QuerySet[_Any]) -> QuerySet[_Any]:
    """Those of `rows` that are or were in some version of their layer."""
    return rows.filter(version_from__lt=DORMANT)


def in_force(rows: QuerySet[_Row], *, on: date | None = None) -> QuerySet[_Row]:
    """Those of `rows` that hold on a day (today in Asia/Shanghai): at most one a feature."""
    day = on or timezone.localdate()
    return rows.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def feature_constraints(table: str) -> list[Any]:
    """Constraints every layer table has: versions in order, sound geometry.

    That a feature never has two states on one day is kept by a trigger on whole statements (`one_state_a_day`).
    """
    return [
        models.CheckConstraint(
            name=f"{table}_versions_in_order",
            condition=Q(version_to__isnull=True) | Q(version_to__gt=F("version_from")),
        ),
        models.CheckConstraint(name=f"{table}_geom_fits", condition=Q(geom__isnull=True) | Q(GeometryFits("geom"))),
    ]


def feature_indexes(table: str) -> list[Any]:
    """Indexes every layer table has: both geometries, the states of a feature.

    None names a version or a day, so that a row is closed in its own page, without a touch on any index.
    """
    return [
        GistIndex(fields=["geom"], name=f"{table}_geom"),
        GistIndex(fields=["geom_3857"], name=f"{table}_geom_3857"),
        models.Index(fields=["feature_id"], name=f"{table}_feature"),
    ]


#: How full pages of layer tables are written: beside a row there is room for its closed twin.
FILL_PERCENT = 50


def one_state_a_day(table: str, key: str = "", *, fill_percent: int = FILL_PERCENT) -> tuple[str, str]:
    """SQL (and what undoes it) by which a table refuses two states of a feature on one day, and leaves room in pages.

    `key` is a column that tells features of different layers in one table apart. See migration `territory.0004`.
    """
    argument = f"'{key}'" if key else ""
    return (
        "\n".join(
            f"CREATE TRIGGER {table}_one_state_{verb} AFTER {verb} ON {table} REFERENCING NEW TABLE AS came"
            f" FOR EACH STATEMENT EXECUTE FUNCTION territory_one_state_a_day({argument});"
            for verb in ("insert", "update")
        )
        + f"\nALTER TABLE {table} SET (fillfactor = {fill_percent});",
        f"DROP TRIGGER {table}_one_state_insert ON {table}; DROP TRIGGER {table}_one_state_update ON {table};"
        f" ALTER TABLE {table} RESET (fillfactor);",
    )
