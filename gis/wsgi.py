"""The web process: tiles on their short way, everything else through Django."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402 - needs the settings named above

from layers.live.processes import signs_of_life  # noqa: E402 - needs Django set up
from layers.tiles.short import with_short_way  # noqa: E402 - needs Django set up

_hsts = (
    [("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")] if settings.SECURE_HSTS_SECONDS else []
)
application = with_short_way(_django, _hsts)
signs_of_life("web")
