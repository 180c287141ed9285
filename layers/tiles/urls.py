"""Addresses under /tiles/. Parts are read by the views, so that each wrong one is refused by name."""

from __future__ import annotations

from django.urls import path

from layers.tiles import views

app_name = "tiles"
urlpatterns = [
    path("<str:layers>/<str:z>/<str:x>/<str:y>.mvt", views.tile, name="tile"),
    path("<str:layers>.json", views.tile_json, name="tilejson"),
]
