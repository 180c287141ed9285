"""Addresses under /tiles/. Parts are read by the views, so that each wrong one is refused by name."""

from __future__ import annotations

from django.urls import re_path

from layers.tiles import views

app_name = "tiles"
urlpatterns = [
    re_path(r"^(?P<layers>[^/]+)/(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.mvt$", views.tile, name="tile"),
    re_path(r"^(?P<layers>[^/]+)\.json$", views.tile_json, name="tilejson"),
]
