from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    """District > subdistrict > community > grid, unit grids and the ground they lie on."""

    name = "layers.territory"
    label = "territory"
    verbose_name = _("Territory and ground")
    default_auto_field = "django.db.models.BigAutoField"
