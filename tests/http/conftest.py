"""Traps of the HTTP tests."""

import pytest


@pytest.fixture
def no_gdal(monkeypatch) -> list[str]:
    """GDAL behind a trap: whatever is opened, parsed or transformed by it fails the test and is listed here."""
    from django.contrib.gis import gdal

    touched: list[str] = []

    def trap(name):
        def spring(*args, **kwargs):
            touched.append(name)
            raise AssertionError(f"GDAL was asked for {name}")

        return spring

    for name in ("DataSource", "GDALRaster", "OGRGeometry", "SpatialReference", "CoordTransform"):
        monkeypatch.setattr(getattr(gdal, name), "__init__", trap(name))
    monkeypatch.setattr(gdal.OGRGeometry, "from_json", trap("from_json"), raising=False)
    return touched
