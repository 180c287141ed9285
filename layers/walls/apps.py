from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WallsConfig(AppConfig):
    """Scenes, walls and the screens that show them."""

    name = "layers.walls"
    label = "walls"
    verbose_name = _("Walls")
    default_auto_field = "django.db.models.BigAutoField"
