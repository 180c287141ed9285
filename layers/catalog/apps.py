from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """The layers, their versions and the search index over them."""

    name = "layers.catalog"
    label = "catalog"
    verbose_name = _("Layer catalogue")
    default_auto_field = "django.db.models.BigAutoField"
