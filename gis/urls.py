"""Every address of the product, one line each; who may enter stands at the views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from gis.pages import accounts, health, map, ops, staff, wall

urlpatterns = [
    path("", map.home, name="home"),
    path("accounts/login/", accounts.sign_in, name="login"),
    path("accounts/logout/", accounts.sign_out, name="logout"),
    path("i18n/setlang/", accounts.language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("ops/", ops.page, name="ops"),
    path("ops/state", ops.state, name="ops_state"),
    path("api/health", ops.health, name="health"),
    path("wall/", wall.wall, name="wall"),
    path("wall/remote/", wall.remote, name="wall_remote"),
    path("wall/build", wall.build, name="wall_build"),
    path("staff/", staff.overview, name="staff"),
    path("staff/quality/", staff.quality, name="staff_quality"),
    path("staff/imports/<str:import_id>/", staff.one_import, name="staff_import"),
    path("staff/layers/<str:layer>/", staff.one_layer, name="staff_layer"),
    path("tiles/", include("layers.tiles.urls")),
    path("api/", include("layers.api.urls", namespace="api")),
    path("admin/", admin.site.urls),
]
handler400 = "gis.pages.errors.bad_request"
handler403 = "gis.pages.errors.permission_denied"
handler404 = "gis.pages.errors.not_found"
handler500 = "gis.pages.errors.server_error"
