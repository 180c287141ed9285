from django.apps import AppConfig


class CamerasConfig(AppConfig):
    """Cameras and what they can see."""

    name = "layers.cameras"
    label = "cameras"
    verbose_name = "摄像机"
    default_auto_field = "django.db.models.BigAutoField"
