"""Forms of the layer tables: the shape field, the form of a feature, the form that closes one.

The shape comes as GeoJSON text. It is parsed with shapely and handed on as WKB; GDAL, which opens files and addresses
that a text may name, never sees it.
"""

from __future__ import annotations

import uuid
from typing import Any

import shapely
from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from leaflet.forms.widgets import LeafletWidget
from shapely.geometry.base import BaseGeometry

from layers.catalog.edit_rules import district_frame
from layers.catalog.selectors import district_bounds
from layers.errors import WanggeError
from layers.geo.geometry import parse_geojson
from layers.people.admin_base import sentence
from layers.people.admin_forms import ServiceForm

#: A refused text longer than this is not sent back to the browser.
KEEP_CHARACTERS = 200_000
#: How far the map may be pushed past the district, in degrees.
ROOM_DEG = 0.05
SHAPE_MEDIA = forms.Media(
    css={"screen": ["leaflet/leaflet.css", "leaflet/draw/leaflet.draw.css", "gis/admin/shape.css"]},
    js=[
        "leaflet/leaflet.js", "leaflet/leaflet.extras.js", "leaflet/draw/leaflet.draw.js", "leaflet/leaflet.forms.js",
        "gis/admin/shape.js",
    ],
)  # fmt: skip


def as_geojson(value: Any) -> str:
    """GeoJSON text of a stored (GEOS) or parsed (shapely) geometry, every digit kept."""
    if not value:
        return ""
    return str(shapely.to_geojson(value if isinstance(value, BaseGeometry) else shape_of(value)))


def shape_of(value: GEOSGeometry | None) -> BaseGeometry | None:
    """The shapely twin of a stored geometry."""
    return None if value is None else shapely.from_wkb(bytes(value.wkb))


class ShapeWidget(LeafletWidget):  # type: ignore[misc]
    """django-leaflet's map with our own parser, our own store, no outside address and no GDAL."""

    template_name = "leaflet/admin/shape.html"
    field_store_class = "L.WanggeStore"
    geometry_field_class = "L.WanggeField"

    def __init__(self, *, geom_type: str, modifiable: bool, nonce: str, context_url: str, feature_id: str) -> None:
        super().__init__(attrs={"geom_type": geom_type})
        self.geom_type, self.modifiable, self.csp_nonce = geom_type, modifiable, nonce
        self.context_url, self.feature_id = context_url, feature_id
        # Nine decimals are a tenth of a millimetre: shared borders must come back as they went out.
        west, south, east, north = district_bounds()
        self.settings_overrides = {
            "DEFAULT_PRECISION": 9,
            "DEFAULT_CENTER": ((south + north) / 2, (west + east) / 2),
            "SPATIAL_EXTENT": (west - ROOM_DEG, south - ROOM_DEG, east + ROOM_DEG, north + ROOM_DEG),
        }

    def serialize(self, value: Any) -> str:
        """GeoJSON text for the browser."""
        return as_geojson(value)

    def deserialize(self, value: str) -> GEOSGeometry:
        """The geometry, made from WKB. Raises InvalidGeometry saying what is wrong with the text."""
        shape = parse_geojson(value, bounds_4326=district_frame())
        return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's own would ask GDAL for the type's name and parse a refused text again."""
        context: dict[str, Any] = forms.Widget.get_context(self, name, None, attrs)
        refused = value if isinstance(value, str) else None
        text = refused[:KEEP_CHARACTERS] if refused is not None else self.serialize(value)
        context.update(self.get_attrs(name, dict(attrs or {})))
        context.update(
            name=name, serialized=text if refused is None or len(refused) <= KEEP_CHARACTERS else "",
            geom_name=self.geom_type, csp_nonce=self.csp_nonce, context_url=self.context_url,
            feature_id=self.feature_id, with_forms=True,
        )  # fmt: skip
        return context


class ShapeField(forms.Field):
    """A geometry typed or drawn as GeoJSON; its clean value is a shapely shape."""

    def to_python(self, value: Any) -> BaseGeometry | None:
        """The shape, None for nothing. A text that stands for no sound shape is a form error."""
        if value in self.empty_values:
            return None
        try:
            return shape_of(self.widget.deserialize(value))
        except WanggeError as error:
            raise forms.ValidationError(sentence(error), code=error.code) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """True when the text differs from what was sent out."""
        return bool(data) and data != as_geojson(initial)


class FeatureForm(ServiceForm):
    """The next state of a feature. Nothing of it reaches the model: `store` calls the service."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept beside the event log."))
    effective = forms.DateField(label=_("Valid from"), initial=timezone.localdate)
    state_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["state_version"] = self.instance.feature_version

    def _place_of(self, error: WanggeError) -> str | None:
        """The form's own name of the field an error is about, None for the whole form."""
        name = (error.field or "").partition(".")[0]
        name = {"geometry": "geom", "class": "road_class"}.get(name, name)
        return name if name in self.fields and not self.fields[name].widget.is_hidden else None


class CloseForm(forms.Form):
    """The end of a feature."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept beside the event log."))
    effective = forms.DateField(label=_("Ends on"), initial=timezone.localdate)
    state_version = forms.IntegerField(widget=forms.HiddenInput)
