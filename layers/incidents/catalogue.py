"""Writing the item catalogue: each change of an item is a new version, the old one stays for the cases it governs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.errors import ProfileRefused
from layers.incidents.models import ItemType
from layers.live.services import Act, publish
from layers.people.models import Department

_FLAGS = ("needs_photo", "public", "personal_data", "delegated_counter_service")
_NUMBERS = ("accept_minutes", "resolve_hours", "severity")
_NAMES = {
    "category_zh": "category_zh", "category_en": "category_en", "group_code": "group", "group_zh": "group_zh",
    "group_en": "group_en", "name_zh": "name", "name_en": "name_en", "layer_of_first_handling": "first_layer",
    "responsible_department_code": "department_id", "resolve_clock": "resolve_clock",
    "escalation_path": "escalation_path", "geometry": "geometry", "standard_class": "standard_class",
}  # fmt: skip


def _item(row: dict[str, str]) -> dict[str, Any]:
    """The model values of one line of items.csv."""
    values: dict[str, Any] = {target: row[source] for source, target in _NAMES.items()}
    values |= {name: row[name] == "yes" for name in _FLAGS}
    values |= {name: int(row[name]) for name in _NUMBERS}
    values["category"] = row["code"][0]
    values["procedure_zh"] = [step.strip() for step in row["procedure_zh"].split(";")]
    values["procedure_en"] = [step.strip() for step in row["procedure_en"].split(";")]
    return values


@transaction.atomic
def load_catalogue(*, path: Path, actor: str) -> tuple[int, int, int]:
    """(added, changed, retired) items. Raises ProfileRefused naming the line when the file does not fit."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        wanted = {row["code"]: _item(row) for row in rows}
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ProfileRefused(
            f"{path.name} 不合格式", f"{path.name} does not fit: {error}", field="catalogue"
        ) from error
    _departments(rows)
    now = timezone.now()
    stored = {item.code: item for item in ItemType.objects.filter(current=True)}
    added = [code for code in wanted if code not in stored]
    changed = [
        code for code in wanted if code in stored and (_differs(stored[code], wanted[code]) or stored[code].retired)
    ]
    retired = [code for code, item in stored.items() if code not in wanted and not item.retired]
    ItemType.objects.filter(code__in=[*changed, *retired], current=True).update(current=False, valid_to=now)
    ItemType.objects.bulk_create(
        [ItemType(code=code, version=1, valid_from=now, **wanted[code]) for code in added]
        + [ItemType(code=c, version=stored[c].version + 1, valid_from=now, **wanted[c]) for c in changed]
        + [_retired(stored[code], now) for code in retired]
    )
    if added or changed or retired:
        publish(
            Act(
                kind="catalogue.published", object_type="catalogue", object_id="items",
                object_version=ItemType.objects.count(), actor=actor, happened_at=now,
                payload={"added": added, "changed": changed, "retired": retired},
            )
        )  # fmt: skip
    return len(added), len(changed), len(retired)


def _differs(item: ItemType, values: dict[str, Any]) -> bool:
    return any(getattr(item, name) != value for name, value in values.items())


def _retired(item: ItemType, now: Any) -> ItemType:
    kept = {f.attname: getattr(item, f.attname) for f in ItemType._meta.concrete_fields if f.attname != "id"}
    return ItemType(
        **kept | {"version": item.version + 1, "current": True, "retired": True, "valid_from": now, "valid_to": None}
    )


def _departments(rows: list[dict[str, str]]) -> None:
    """Every responsible body the catalogue names, kept up to date."""
    bodies = {
        row["responsible_department_code"]: (row["responsible_department_zh"], row["responsible_department_en"])
        for row in rows
    }
    Department.objects.bulk_create(
        [Department(code=code, name=zh, name_en=en) for code, (zh, en) in bodies.items()],
        update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_en"],
    )  # fmt: skip
