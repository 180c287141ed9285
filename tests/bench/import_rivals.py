"""What others do with the same files: ogr2ogr's COPY into a bare table, and GeoDjango's own LayerMapping."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.contrib.gis.db import models
from django.contrib.gis.utils import LayerMapping
from django.db import connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Footprint(models.Model):
    """The table that LayerMapping fills: the columns of the file and an indexed geometry, without history or checks."""

    jzbm = models.CharField(max_length=40)
    jzmc = models.CharField(max_length=120, null=True)
    jzyw = models.CharField(max_length=160, null=True)
    jzyt = models.CharField(max_length=24)
    cs = models.IntegerField()
    jzgd = models.FloatField()
    gdgs = models.IntegerField(null=True)
    jcnd = models.IntegerField(null=True)
    jzjg = models.CharField(max_length=24, null=True)
    hs = models.IntegerField(null=True)
    dz = models.CharField(max_length=160, null=True)
    wgdm = models.CharField(max_length=15)
    sqdm = models.CharField(max_length=12)
    jddm = models.CharField(max_length=9)
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        app_label = "bench"
        db_table = "bench_footprint"


_COLUMNS = ("JZBM", "JZMC", "JZYW", "JZYT", "CS", "JZGD", "GDGS", "JCND", "JZJG", "HS", "DZ", "WGDM", "SQDM", "JDDM")


def make_table() -> None:
    """The rival's table, empty, with the indexes Django gives it."""
    with connection.schema_editor() as editor:
        editor.create_model(Footprint)


def layer_mapping(path: Path) -> int:
    """Rows that LayerMapping stored, in one transaction as it does by itself."""
    Footprint.objects.all().delete()
    mapping = {name.lower(): name for name in _COLUMNS} | {"geom": "MULTIPOLYGON"}
    LayerMapping(Footprint, str(path), mapping, encoding="utf-8").save(strict=True)
    return Footprint.objects.count()


def ogr2ogr(path: Path, owner_url: str) -> None:
    """The file in a table of its own with a spatial index: no history, no checks, no diff."""
    target = "PG:" + make_conninfo(**conninfo_to_dict(owner_url))
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", target, str(path), "-nln", "bench_points", "-overwrite", "-lco", "GEOMETRY_NAME=geom",
         "--config", "PG_USE_COPY", "YES"],
        check=True, capture_output=True,
    )  # fmt: skip
