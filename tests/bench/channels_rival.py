"""The rival: Channels with its in-memory layer, by the recipe of its own documentation. Runs in `.venv-bench`.

A view commits its row and then sends to the group; every consumer encodes the message for its own socket.
"""

from __future__ import annotations

import json
import os
import time
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings

_parts = urlsplit(os.environ["DATABASE_URL"])
_query = dict(parse_qsl(_parts.query))
settings.configure(
    SECRET_KEY="of no use elsewhere",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["channels"],
    USE_TZ=True,
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.path.strip("/"),
            "USER": unquote(_parts.username or ""),
            "PASSWORD": unquote(_parts.password or ""),
            "HOST": _query.get("host") or _parts.hostname or "",
            "PORT": _query.get("port") or str(_parts.port or ""),
            "CONN_MAX_AGE": 600,
        }
    },
)
django.setup()

from asgiref.sync import async_to_sync  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

GROUP = "live"
_FEATURE = json.loads(os.environ["BENCH_FEATURE"])


def write(request):
    """Commits one row and tells the group."""
    with transaction.atomic(), connection.cursor() as cursor:
        now = time.time()
        feature = _FEATURE | {"properties": _FEATURE["properties"] | {"t": now}}
        event = {"at": now, "kind": "camera.status", "layer": "cameras", "id": feature["id"], "feature": feature}
        cursor.execute("INSERT INTO bench_state (payload) VALUES ('{}')")
        cursor.execute("INSERT INTO bench_event (payload) VALUES (%s)", [json.dumps(event)])
    async_to_sync(get_channel_layer().group_send)(GROUP, {"type": "live.event", "event": event})
    return HttpResponse("done")


def healthz(request):
    """Running."""
    return HttpResponse("ok")


class LiveConsumer(AsyncWebsocketConsumer):
    """One client."""

    async def connect(self):
        """Joins the group."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, close_code):
        """Leaves it."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def live_event(self, message):
        """Hands one event on."""
        await self.send(text_data=json.dumps(message["event"], ensure_ascii=False))


urlpatterns = [path("write", write), path("healthz", healthz)]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws", LiveConsumer.as_asgi())])}
)
