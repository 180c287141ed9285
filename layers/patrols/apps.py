from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    """Grid teams, their members and vehicles."""

    name = "layers.patrols"
    label = "patrols"
    verbose_name = "巡查"
    default_auto_field = "django.db.models.BigAutoField"
