from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The event log, its relay and its streams."""

    name = "layers.live"
    label = "live"
    default_auto_field = "django.db.models.BigAutoField"
