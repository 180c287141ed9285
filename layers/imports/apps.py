from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Bringing data in: read, map, check, publish."""

    name = "layers.imports"
    label = "imports"
