from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WanggeAdminConfig(AdminConfig):
    """Django's admin behind our own gate."""

    default_site = "gis.admin_site.WanggeAdminSite"


class GisConfig(AppConfig):
    """The project: wires and pages, no tables."""

    name = "gis"
    label = "wangge"

    def ready(self) -> None:
        """Registers the system checks."""
        from gis import checks  # noqa: F401
