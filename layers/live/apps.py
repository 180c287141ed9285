from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    """The event log, its relay and its streams."""

    name = "layers.live"
    label = "live"
    verbose_name = _("Event log")
    default_auto_field = "django.db.models.BigAutoField"
