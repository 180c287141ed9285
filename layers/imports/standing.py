"""What stands on an import: the later versions of its layer that touch the same features, and theirs, and so on."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg import sql

from layers.catalog.models import LayerVersion
from layers.catalog.selectors import own_rows, table_of
from layers.errors import Conflict
from layers.imports import rights
from layers.imports.models import Import
from layers.spec import LayerSpec
from layers.territory.features import DORMANT

#: Features named a version.
_NAMED = 20


@dataclass
class Undoing:
    """What taking back one version means: the versions to undo, newest last, and since which each feature goes back."""

    versions: list[int]
    since: dict[str, int]
    shared: dict[int, list[str]] = field(default_factory=dict)

    @property
    def later(self) -> list[int]:
        """The versions that stand on the first, newest first."""
        return sorted(self.versions[1:], reverse=True)


def undoing(spec: LayerSpec, version: int) -> Undoing:
    """What must go when `version` goes. Versions that were taken back, and those that took back, weigh nothing."""
    known = touches(spec, version)
    settled = settled_versions(spec.id)
    undone = Undoing([version], dict.fromkeys(known.get(version, ()), version))
    for later in sorted(number for number in known if number > version and number not in settled):
        shared = [key for key in known[later] if key in undone.since]
        if shared:
            undone.versions.append(later)
            undone.shared[later] = sorted(shared)
            for key in known[later]:
                undone.since.setdefault(key, later)
    return undone


def settled_versions(layer: str) -> frozenset[int]:
    """Versions of a layer that were taken back and those that did it."""
    numbers: set[int] = set()
    for rollback, undone in Import.objects.filter(Q(rollback_version__isnull=False), layer=layer).values_list(
        "rollback_version", "undone_versions"
    ):
        numbers |= {rollback or 0, *undone}
    return frozenset(numbers)


def touches(spec: LayerSpec, since: int) -> dict[int, list[str]]:
    """Version -> the features whose rows came or went with it, from `since` on."""
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT version_from, feature_id FROM {table} WHERE version_from >= %s AND version_from < {dormant} AND {own}"
        " UNION SELECT version_to, feature_id FROM {table} WHERE version_to >= %s AND version_to <= {dormant} AND {own}"
    ).format(table=sql.Identifier(table_of(spec)), own=where, dormant=sql.Literal(DORMANT))
    found: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [since, *values, since, *values])
        for version, key in cursor.fetchall():
            found[version].append(key)
    return found


def standing_on(import_id: uuid.UUID) -> list[dict[str, Any]]:
    """The versions that stand on an import, newest first; empty when it can be taken back alone.

    Each: `version`, `published_at`, `by`, `source`, `import_id` (None for what was published otherwise), `file`,
    `features` (how many the two share) and some of their ids.
    """
    row = Import.objects.get(pk=import_id)
    spec = rights.known_spec(row.layer)
    if spec is None or row.version_after in (None, row.version_before):  # nothing was changed, so nothing stands on it
        return []
    assert row.version_after is not None
    undone = undoing(spec, row.version_after)
    versions = {one.version: one for one in LayerVersion.objects.filter(layer=spec.id, version__in=undone.later)}
    imports = {one.version_after: one for one in Import.objects.filter(layer=spec.id, version_after__in=undone.later)}
    return [
        {
            "version": number, "published_at": versions[number].published_at, "by": versions[number].actor,
            "source": versions[number].source, "features": len(undone.shared[number]),
            "ids": undone.shared[number][:_NAMED],
            "import_id": str(imports[number].pk) if number in imports else None,
            "file": imports[number].file_name if number in imports else "",
        }
        for number in undone.later
    ]  # fmt: skip


def standing_conflict(row: Import, standing: list[dict[str, object]]) -> Conflict:
    """The refusal that names what stands on an import."""
    versions = ", ".join(f"v{one['version']}" for one in standing[:10])
    return Conflict(
        f"之后的版本 {versions} 改动了同样的要素：连同它们一起撤销，或先撤销它们",
        f"later versions ({versions}) changed the same features: take them back too, or first",
        field="with_later", standing=[{k: str(v) if k == "published_at" else v for k, v in one.items()} for one in standing],
    )  # fmt: skip
