"""A page with nothing but the wall's map and invented cases and teams, put before the browser at an address of the site.

The site answers everything else: layers, tiles, features, scripts; the page obeys the site's own content policy.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import connection
from playwright.sync_api import Page

PATH = "/wall-map-stage"
SCRIPT = Path(__file__).with_name("wall_stage.js")
STATIC = "/static/"
NONCE = "stage"
POLICY = (
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'"
)
SHEETS = ("vendor/fonts.css", "gis/css/tokens.css", "gis/css/base.css", "vendor/maplibre-gl/maplibre-gl.css",
          "gis/css/wall-map.css", "gis/css/wall-card.css")  # fmt: skip
_AREAS = """
SELECT level, code, name, name_en, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), area_m2
FROM territory_area WHERE version_to IS NULL ORDER BY length(code), code
"""


def areas() -> list[dict[str, Any]]:
    """Every area with its bounds, as the page of the wall is told of them."""
    with connection.cursor() as cursor:
        cursor.execute(_AREAS)
        return [
            {"level": level, "code": code, "name": name, "name_en": name_en, "bbox": box, "area_km2": area_m2 / 1e6}
            for level, code, name, name_en, *box, area_m2 in cursor.fetchall()
        ]


def config(language: str) -> dict[str, Any]:
    """What the page of the wall tells its map."""
    found = areas()
    district = next(area for area in found if area["level"] == "district")
    return {
        "language": language, "areas": found, "district": {"code": district["code"], "bbox": district["bbox"]},
        "vendor": {
            "worker": f"{STATIC}vendor/maplibre-gl/maplibre-gl-worker.mjs", "icons": f"{STATIC}gis/icons/icons.svg",
            "own_icons": f"{STATIC}gis/icons/own.svg",
        },
        "urls": {
            "layers": "/api/layers", "tiles": "/tiles/{layers}.json", "search": "/api/search", "chain": "/api/chain",
            "feature": "/api/layers/{layer}/features/{id}", "incident": "/api/incidents/{id}", "near": "/api/near",
        },
    }  # fmt: skip


def document(language: str, theme: str) -> str:
    """The page."""
    links = "".join(f'<link rel="stylesheet" href="{STATIC}{sheet}">' for sheet in SHEETS)
    told = json.dumps(config(language)).replace("<", "\\u003c")
    imports = json.dumps({"imports": {"maplibre-gl": f"{STATIC}vendor/maplibre-gl/maplibre-gl.mjs"}})
    return (
        f'<!doctype html><html class="wall" lang="{language}" data-theme="{theme}"><head><meta charset="utf-8">'
        f'<title>wall map</title>{links}<link rel="icon" href="{STATIC}gis/icons/mark.svg">'
        f'<script type="importmap" nonce="{NONCE}">{imports}</script>'
        f'<script type="application/json" id="wall-config" nonce="{NONCE}">{told}</script></head>'
        f'<body><main id="map" class="stage-map"></main><aside id="card" class="stage-card"></aside>'
        f'<script type="module" nonce="{NONCE}">{SCRIPT.read_text()}</script></body></html>'
    )


def put_before(page: Page, url: str, *, language: str = "zh-hans", theme: str = "dark") -> None:
    """Opens that page as if the site had it."""
    body = document(language, theme)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    page.route(f"{url}{PATH}*", lambda route: route.fulfill(status=200, headers=headers, body=body))
    page.goto(f"{url}{PATH}")
