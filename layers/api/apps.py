from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The JSON interface and its description."""

    name = "layers.api"
    label = "api"
