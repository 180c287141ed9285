"""Forms of /admin/ whose values go to a service, and the filter by what is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from layers.errors import WanggeError
from layers.people.admin_base import sentence

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm


class ServiceForm(_ModelForm):
    """A form whose values go to a service; what the service refuses stands beside the field it names.

    `store` is set by the table's admin: called with the form, it calls the service.
    """

    store: Any
    _stored: bool | None = None

    def _post_clean(self) -> None:
        """Leaves the model to the service."""

    def is_valid(self) -> bool:
        """True when the values fit and the service has taken them; else the form holds the reason."""
        if not super().is_valid():
            return False
        if self._stored is None:
            try:
                type(self).store(self)
                self._stored = True
            except WanggeError as error:
                self._stored = False
                self.add_error(self._place_of(error), sentence(error))
        return self._stored

    def _place_of(self, error: WanggeError) -> str | None:
        """The form's own name of the field an error is about, None for the whole form."""
        return error.field if error.field in self.fields else None


class StateFilter(SimpleListFilter):
    """What is in force, unless the past is asked for; how a table tells is its own."""

    title = _("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Past states, or all."""
        return [("past", _("No longer in force")), ("all", _("All states"))]

    def choices(self, changelist: Any) -> Any:
        """The default is a choice with a name of its own."""
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("In force today")}
        yield from rest
