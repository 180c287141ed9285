"""The admin site: entered by assignment, never by a superuser flag."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gis.pages.accounts import sign_out
from layers.people.selectors import actor_of
from layers.roles import ADMIN_ROLES

#: Pages of Django's own that would write past our services, or that nothing here needs.
LEFT_OUT = frozenset({"password_change", "password_change_done", "autocomplete", "view_on_site"})
#: Apps whose own tables would come along: rights are not kept in groups, and sign-in attempts are not for browsing.
UNWANTED_APPS = frozenset({"auth", "axes"})


class WanggeAdminSite(AdminSite):
    """Django's admin with our title, our sign-in page and our gate."""

    site_title = _("Wangge administration")
    site_header = _("Wangge administration")
    index_title = _("Tables you may see")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """True when a current assignment opens /admin/."""
        return request.user.is_active and bool(actor_of(request.user).roles & ADMIN_ROLES)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The house's own sign-out, which ends streams as well."""
        return sign_out(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes tables of ours alone."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label not in UNWANTED_APPS]  # type: ignore[union-attr]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Django's addresses without those of `LEFT_OUT`."""
        return [entry for entry in super().get_urls() if getattr(entry, "name", None) not in LEFT_OUT]
