"""The JSON interface: thin functions that ask selectors and services."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError

from layers.api import cameras, exports, overview, positions, records, units, uploads, walls
from layers.api.description import describe_layers, described_person
from layers.api.incidents import router as incidents
from layers.catalog.reading import feature
from layers.catalog.registry import visible_spec, visible_specs
from layers.catalog.selectors import notice, search_names
from layers.errors import InvalidInput
from layers.people.rights import Actor, sees_row, visible
from layers.territory.selectors import area_names, chain_at

api = NinjaAPI(
    title="Wangge 网格",
    version="1",
    description="Errors are problem+json (RFC 9457). Programs send Authorization: Bearer TOKEN.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
for noun in (positions, units, cameras, overview, walls, exports, records):
    api.add_router("", noun.router)

api.add_router("/incidents", incidents)
api.add_router("/imports", uploads.routes)


@api.exception_handler(ValidationError)
def _refuse(request: HttpRequest, error: Any) -> Any:
    """Ninja's list of complaints as one of our errors, naming the first field at fault."""
    first = error.errors[0]
    field = ".".join(str(part) for part in first.get("loc", ())[1:])
    raise InvalidInput(
        f"参数 {field} 有误", f"{field}: {first.get('msg', '')}", field=field, found=first.get("input", "")
    )


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@api.get("/layers", summary="Layers you may see, with fields and code lists")
def layers(request: HttpRequest) -> Any:
    """Descriptions in the order of the layer switch, and the notice that must stand on every map."""
    return {"layers": describe_layers(_actor(request)), "notice": notice()}


@api.get("/layers/{layer}/features/{feature_id}", summary="One feature with its attributes and area chain")
def one_feature(request: HttpRequest, layer: str, feature_id: str) -> Any:
    """A GeoJSON feature with `chain` (district > subdistrict > community > grid)."""
    actor = _actor(request)
    return feature(visible_spec(actor, layer), feature_id, actor)


@api.get("/search", summary="Find features by name, pinyin or code")
def search(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=60, description="name, pinyin, initials or code")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Any:
    """Best matches first; only what the caller may see."""
    actor = _actor(request)
    text = q.strip()
    if not text or "\x00" in text:
        raise InvalidInput(
            "请输入要找的名称、拼音或代码", "enter a name, pinyin or code to look for", field="q", found=q
        )
    specs = [spec for spec in visible_specs(actor) if spec.searchable]
    scopes = {spec.id: visible(actor, spec) for spec in specs}
    found = search_names(
        text,
        layers=list(scopes),
        open_layers=[layer for layer, scope in scopes.items() if scope.everything],
        unplaced=[spec.id for spec in specs if sees_row(spec, scopes[spec.id], "")],
        joined=[spec.id for spec in specs if all("Line" in kind for kind in spec.geometry_types)],
        prefixes=sorted({prefix for scope in scopes.values() for prefix in scope.prefixes}),
        limit=limit,
    )
    by_id = {spec.id: spec for spec in specs}
    found = [row for row in found if sees_row(by_id[row["layer"]], scopes[row["layer"]], row["area"])]
    return {"results": _with_chains(found)}


def _with_chains(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adds `bbox`, `chain_zh` and `chain_en` (subdistrict, community, grid by name) to search results."""
    codes = {row["area"][:length] for row in found for length in (9, 12, 15) if len(row["area"]) >= length}
    names = area_names(sorted(codes))
    for row in found:
        chain = [names[row["area"][:n]] for n in (9, 12, 15) if len(row["area"]) >= n and row["area"][:n] in names]
        row["id"] = row.pop("feature_id")
        row["bbox"] = [row.pop(side) for side in ("west", "south", "east", "north")]
        row["chain_zh"] = " ".join(area.name for area in chain)
        row["chain_en"] = ", ".join(area.name_en for area in reversed(chain))
    return found


@api.get("/chain", summary="The areas a position lies in")
def chain(
    request: HttpRequest, lon: Annotated[float, Query(description="degrees")], lat: Annotated[float, Query()]
) -> Any:
    """District > subdistrict > community > grid and the unit grid; empty outside the district."""
    result = chain_at(lon, lat)
    return {"chain": [area.as_dict() for area in result.areas], "unit_grid": result.unit_grid}


@api.get("/me", summary="Your account and your posts")
def me(request: HttpRequest) -> Any:
    """Name, language, assignments in force."""
    return described_person(request.user, _actor(request))
