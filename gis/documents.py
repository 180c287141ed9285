"""Pages of docs/ that follow from the code: layers, roles, addresses. A test fails when they have drifted."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from layers.catalog.registry import BUILT_IN
from layers.people.access import Access, door_of
from layers.roles import GRANTS, ROLE_LEVEL, Capability, Grant, Mode, Reach
from layers.spec import LayerSpec

_HEAD = "<!-- Written by `manage.py document`; change the code, then run it again. -->\n"


def layers_page() -> str:
    """docs/layers.md: every built-in layer with its attributes, and how staff make more."""
    parts = [
        _HEAD,
        "# Layers\n",
        "Units as written; geometry is stored in EPSG:4326. `tiles` is the zoom from which an attribute travels.\n",
        "Beside these stand the layers that staff make of their own data: [layers of their own](datasets.md).\n",
    ]
    return "\n".join([*parts, *(_layer(spec) for spec in BUILT_IN)])


def _layer(spec: LayerSpec) -> str:
    rights = (
        "public base layer" if spec.rights is None else f"rows by `{spec.rights}` over {' / '.join(spec.area_columns)}"
    )
    lines = [
        f"## `{spec.id}` {spec.zh} · {spec.en}\n",
        f"{' / '.join(spec.geometry_types)}, zoom {spec.min_zoom}-{spec.max_zoom}, {rights}"
        f"{'' if spec.editable else ', derived or live: not edited'}.\n",
        "| field | type | unit | tiles | 中文 | English | values |",
        "|---|---|---|---|---|---|---|",
    ]
    for field in spec.fields:
        values = " ".join(f"`{code}`" for code in field.values)
        zoom = "" if field.tile_zoom is None else str(field.tile_zoom)
        lines.append(f"| `{field.name}` | {field.type} | {field.unit} | {zoom} | {field.zh} | {field.en} | {values} |")
    return "\n".join(lines) + "\n"


_REACH = {Reach.AREA: "A", Reach.COMMUNITY: "C", Reach.DEPARTMENT: "O"}
_MODE = {
    Mode.FULL: "", Mode.PROPOSE: " propose", Mode.APPROVE: " approve", Mode.MASKED: " masked", Mode.NEED: " need",
    Mode.NOT_OWN: " not own", Mode.OWN: " own",
}  # fmt: skip


def _grant(grant: Grant | None) -> str:
    return "-" if grant is None else _REACH[grant.reach] + _MODE[grant.mode]


def roles_page() -> str:
    """docs/roles.md: the role table as the code holds it."""
    head = "| role | level | " + " | ".join(capability.value.replace("_", " ") for capability in Capability) + " |"
    lines = [
        _HEAD,
        "# Roles\n",
        "Rights come from assignments: a person, a role, an area, a period. `A` reaches the area of the assignment and all",
        "below it, `C` the whole community round a grid, `O` the cases of the own department; `-` is nothing. A *propose*",
        "needs another person's approval, *need* means personal data only when assigned, with a purpose, logged.\n",
        head,
        "|" + "---|" * (len(Capability) + 2),
    ]
    for role, grants in GRANTS.items():
        cells = " | ".join(_grant(grants.get(capability)) for capability in Capability)
        lines.append(f"| `{role}` | {ROLE_LEVEL[role]} | {cells} |")
    return "\n".join(lines) + "\n"


def addresses_page() -> str:
    """docs/addresses.md: every route with its door."""
    lines = [
        _HEAD,
        "# Addresses\n",
        "A door is asked before the view. `full` tokens open what their account may enter, `read` tokens the same for reading.\n",
        "| address | door |",
        "|---|---|",
    ]
    lines += [
        f"| `/{route}` | {_door(door)} |" for route, door in dict(_routes(get_resolver())).items() if door is not None
    ]
    lines.append("| `/admin/…` | roles admin, gis_staff; each table asks the role table |")
    return "\n".join(lines) + "\n"


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Access | None]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern) and not prefix.startswith("admin/"):
            yield prefix + str(entry.pattern), door_of(entry.callback)


def _door(door: Access) -> str:
    if door.public:
        return "public"
    parts = ["signed in"]
    if door.roles:
        parts.append("roles " + ", ".join(sorted(door.roles)))
    if door.capability is not None:
        parts.append(f"capability {door.capability}")
    if door.reading is not None:
        parts.append(f"for reading capability {door.reading} instead")
    if door.scopes:
        parts.append("token scopes " + ", ".join(sorted(door.scopes)))
    if door.readers:
        parts.append("for reading also " + ", ".join(sorted(door.readers)))
    return "; ".join(parts)


PAGES = {"layers.md": layers_page, "roles.md": roles_page, "addresses.md": addresses_page}
