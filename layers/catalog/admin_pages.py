"""The pages of a layer table beside the list and the form: neighbourhood, closing, history, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from layers.catalog.admin_forms import SHAPE_MEDIA, CloseForm
from layers.catalog.edit import Edited, close_feature
from layers.catalog.history import states_of
from layers.catalog.neighbours import neighbours, parse_bbox
from layers.errors import Forbidden, NotFound, WanggeError
from layers.people.admin_base import GuardedAdmin, actor_in, sentence
from layers.spec import LayerSpec
from layers.territory.features import ever_seen


class FeaturePages(GuardedAdmin):
    """Views of one table of features."""

    specs: tuple[LayerSpec, ...] = ()

    def spec_for(self, obj: Any) -> LayerSpec:
        """The layer a row belongs to."""
        return next(s for s in self.specs if all(getattr(obj, c) == value for c, value in s.where.items()))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """As for a change."""
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the list, or to the row that came of it."""
        done: Edited = request.edited  # type: ignore[attr-defined]
        rows = ever_seen(self.model._default_manager.filter(feature_id=done.feature_id))
        row = rows.order_by("-version_from").first()
        if done.layer_version is None:
            self.message_user(request, _("Nothing was changed."), messages.INFO)
        else:
            words = {"name": str(row), "version": done.version}
            self.message_user(request, _("%(name)s is saved as version %(version)d.") % words, messages.SUCCESS)
        if "_continue" in request.POST and row is not None:
            return HttpResponseRedirect(self._url("change", row.pk))
        return HttpResponseRedirect(self._url("changelist"))

    def _url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def get_urls(self) -> list[Any]:
        """The neighbourhood of a shape, beside Django's own pages."""
        view = self.admin_site.admin_view(self.context_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_context"
        return [path("context/", view, name=name), *super().get_urls()]

    def context_view(self, request: HttpRequest) -> HttpResponse:
        """What lies around: JSON for the map, by the same rights as every other door."""
        if not self.has_view_permission(request):
            raise Forbidden()
        box = parse_bbox(request.GET.get("bbox", ""))
        found = neighbours(self.specs, actor_in(request), box, without=request.GET.get("not", "")[:40])
        return JsonResponse(found, headers={"Cache-Control": "no-store"})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds the map's files, and for a past state the way to the present one."""
        context["media"] = context["media"] + SHAPE_MEDIA
        context["show_save_and_add_another"] = False
        obj = kwargs.get("obj")
        if obj is not None and obj.version_to is not None:
            now = self.model._default_manager.filter(feature_id=obj.feature_id, version_to__isnull=True).first()
            context |= {"past": True, "present_url": self._url("change", now.pk) if now else ""}
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Closes a feature: asks why and from when, then calls the service."""
        obj = self._the(request, object_id)
        if not self.has_delete_permission(request, obj):
            raise Forbidden()
        form = CloseForm(request.POST or None, initial={"state_version": obj.feature_version})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                close_feature(
                    spec=self.spec_for(obj), actor=actor_in(request), feature_id=obj.feature_id,
                    version=data["state_version"], reason=data["reason"], effective=data["effective"],
                )  # fmt: skip
            except WanggeError as error:
                form.add_error("effective" if error.field == "effective" else None, sentence(error))
            else:
                self.message_user(request, _("%(name)s is closed.") % {"name": str(obj)}, messages.SUCCESS)
                return HttpResponseRedirect(self._url("changelist"))
        return self._page(request, "admin/feature_close.html", obj, _("End this feature"), form=form)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every state the feature had, who brought it and why."""
        obj = self._the(request, object_id)
        states = states_of(self.spec_for(obj), obj.feature_id)
        for state in states:
            state["url"] = self._url("change", state["row_id"])
        return self._page(request, "admin/feature_history.html", obj, _("History"), states=states)

    def _the(self, request: HttpRequest, object_id: str) -> Any:
        obj = self.get_object(request, object_id)
        if obj is None:
            raise NotFound(field="id", found=object_id[:40])
        return obj

    def _page(self, request: HttpRequest, template: str, obj: Any, title: str, **context: Any) -> TemplateResponse:
        given = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": obj, "title": f"{obj} {title}",
            "change_url": self._url("change", obj.pk), "list_url": self._url("changelist"), **context,
        }  # fmt: skip
        return TemplateResponse(request, template, given)
