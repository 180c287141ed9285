from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """District > subdistrict > community > grid, unit grids and the ground they lie on."""

    name = "layers.territory"
    label = "territory"
    verbose_name = "辖区与底图"
    default_auto_field = "django.db.models.BigAutoField"
