"""Which fields of a layer a delivery can fill, which follow from others, and what the tables hold of them. Pure."""

from __future__ import annotations

from layers.spec import FieldSpec, LayerSpec

#: Kept by the system itself: row versions and periods come from publications, never from a file.
_OWN = frozenset({"version", "valid_from", "valid_to"})
_AREA_MODEL = "territory.Area"
_TILED = frozenset({_AREA_MODEL, "territory.UnitGrid"})
#: Digits of the code of an area, by the field that names it.
AREA_DIGITS = {"grid": 15, "community": 12, "subdistrict": 9}
_LONGEST_ID = 40
_SMALL, _WHOLE = 32767, 2147483647
#: Whole numbers that the built-in tables hold wider than two bytes.
_WIDE = frozenset({"households"})


def deliverable(spec: LayerSpec) -> tuple[FieldSpec, ...]:
    """The fields that a mapping may fill, `id` among them: our own exports carry it."""
    return tuple(field for field in spec.fields if field.name not in _OWN)


def tiles(spec: LayerSpec) -> bool:
    """True for the layers whose rows cover the ground without gap or overlap."""
    return spec.model in _TILED


def coded(spec: LayerSpec) -> bool:
    """True when the id of a row is its code, so that a row without one cannot be kept."""
    return tiles(spec)


def needed(spec: LayerSpec) -> frozenset[str]:
    """Names of the fields without which a row is refused."""
    named = {field.name for field in deliverable(spec) if field.required and field.name != "id"}
    return frozenset(named | ({"code"} if coded(spec) else set()))


def located(spec: LayerSpec) -> tuple[FieldSpec, ...]:
    """The fields that say in which area a row lies; filled from its place where a delivery lacks them."""
    if spec.model == _AREA_MODEL:
        return ()
    return tuple(field for field in spec.fields if field.name in AREA_DIGITS and not field.json)


def derived(spec: LayerSpec) -> frozenset[str]:
    """Names of the fields that follow from shape or code whatever a file says."""
    names = {field.name for field in spec.fields if not field.json}
    areas = {"subdistrict", "community", "parent", "service_code20"} if spec.model == _AREA_MODEL else set()
    return frozenset(names & ({"area_m2"} | areas))


def longest(field: FieldSpec) -> int:
    """Characters that the table holds of a text."""
    return _LONGEST_ID if field.name == "id" else field.max_length


def span(spec: LayerSpec, field: FieldSpec) -> tuple[float, float]:
    """The least and the greatest number that the table holds."""
    if field.type != "integer":
        return -1e300, 1e300
    if spec.staff:
        return -(2.0**53), 2.0**53
    return 0, _WHOLE if field.name in _WIDE else _SMALL
