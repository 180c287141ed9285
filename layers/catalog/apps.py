from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The layers, their versions and the search index over them."""

    name = "layers.catalog"
    label = "catalog"
    verbose_name = "图层目录"
    default_auto_field = "django.db.models.BigAutoField"
