"""What every table of /admin/ has in common: doors asked of the permission functions, an allow-list of filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import lazystr
from django.utils.translation import get_language

from layers.errors import NotFound, WanggeError
from layers.people.rights import Actor
from layers.people.selectors import actor_of


def actor_in(request: HttpRequest) -> Actor:
    """Whoever asks, with the posts in force."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else actor_of(request.user)


def in_chinese() -> bool:
    """True when the page speaks Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def either(zh: str, en: str) -> Any:
    """A text that is Chinese or English when the page is rendered: for names that are data, not messages."""

    class _Either:
        def __str__(self) -> str:
            return zh if in_chinese() else en or zh

    return lazystr(_Either())


def sentence(error: WanggeError) -> str:
    """What went wrong and what to do about it, in the page's language."""
    problem = error.problem(get_language() or "zh-hans")
    return f"{problem['detail']}{'。' if in_chinese() else '. '}{problem['remedy']}"


if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class GuardedAdmin(_ModelAdmin):
    """A table of /admin/: nothing is filtered by a look-up of the address bar, nothing deleted, nothing logged twice.

    A spatial look-up value would be opened as a GDAL raster (CVE-2026-15307), so that only the filters named by the
    table itself are accepted, and all of them are of our own making.
    """

    actions: Sequence[Any] | None = None
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    list_filter: ClassVar[Any] = ()
    view_on_site = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """True for the parameters of this table's own filters alone."""
        return lookup in {getattr(entry, "parameter_name", None) for entry in self.list_filter}

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """True for the primary key alone."""
        return to_field == self.opts.pk.name

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is ever deleted here; rows end."""
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the event log knows already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the event log knows already."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Model]) -> Any:
        """Nothing: the event log knows already."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Nothing: the event log holds what changed."""
        return []

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """An unknown row and one outside the caller's area: the same 404."""
        raise NotFound(field="id", found=object_id[:40])


class ReadOnlyAdmin(GuardedAdmin):
    """A table that is only looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
