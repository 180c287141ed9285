from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CamerasConfig(AppConfig):
    """Cameras and what they can see."""

    name = "layers.cameras"
    label = "cameras"
    verbose_name = _("Cameras")
    default_auto_field = "django.db.models.BigAutoField"
