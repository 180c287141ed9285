from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Layers written to files that go back in unchanged."""

    name = "layers.exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"
