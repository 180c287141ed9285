from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Service centres, compounds, alleys, parks, shops and all else with a door."""

    name = "layers.places"
    label = "places"
    verbose_name = "地点"
    default_auto_field = "django.db.models.BigAutoField"
