from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WanggeAdminConfig(AdminConfig):
    """Django's admin behind our own gate."""

    default_site = "gis.admin_site.WanggeAdminSite"

    def ready(self) -> None:
        """Jobs have no table here: they are read on /ops/ and changed by nobody."""
        super().ready()
        from django.contrib import admin
        from procrastinate.contrib.django.models import ProcrastinateJob

        if admin.site.is_registered(ProcrastinateJob):
            admin.site.unregister(ProcrastinateJob)


class GisConfig(AppConfig):
    """The project: wires and pages, no tables."""

    name = "gis"
    label = "wangge"

    def ready(self) -> None:
        """Registers the system checks."""
        from gis import checks  # noqa: F401
