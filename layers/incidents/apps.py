from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """The item catalogue and the cases."""

    name = "layers.incidents"
    label = "incidents"
    verbose_name = _("Items and cases")
    default_auto_field = "django.db.models.BigAutoField"
