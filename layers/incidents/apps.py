from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """The item catalogue; cases join it."""

    name = "layers.incidents"
    label = "incidents"
    verbose_name = "事项与案件"
    default_auto_field = "django.db.models.BigAutoField"
