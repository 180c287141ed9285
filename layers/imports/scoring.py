"""How well a column suits a field: by what it is called, then by what it holds. Pure."""

from __future__ import annotations

from layers.catalog.values import Unusable, coerce
from layers.imports.aliases import MACHINE, SHORT, SYNONYMS, plain, unit_in, without_clash, words_for
from layers.imports.coercing import label_table
from layers.imports.columns import Glance
from layers.imports.fields import AREA_DIGITS, coded, located
from layers.imports.spellings import day_in, number_in, unit_of
from layers.spec import FieldSpec, LayerSpec

#: Texts that are looked at to tell whether a column can be read as a field's type.
_TRIED = 200
_LEVELS = {"district": 6, "subdistricts": 9, "communities": 12, "grids": 15}


def score(spec: LayerSpec, field: FieldSpec, view: Glance) -> tuple[float, str, float]:
    """Confidence from 0 to 1, what it comes from, and the factor that the column's unit asks for."""
    called, reason, factor = _by_name(spec, field, view)
    held = _by_values(spec, field, view)
    if not view.there:
        return called * 0.9, reason, factor
    if held is None:
        return called, reason, factor
    if held <= 0.2:
        return called * 0.3, reason, factor
    if called == 0.0:
        return _from_values_alone(spec, field, view, held)
    return min(1.0, called * (0.8 + 0.2 * held) + (0.05 if held > 0.9 else 0.0)), reason, factor


def _by_name(spec: LayerSpec, field: FieldSpec, view: Glance) -> tuple[float, str, float]:
    """As `score`, from the name alone: 1 for the field's own, less for an alias, a part, a cut or numbered name."""
    head, unit = unit_in(view.name)
    measured = unit_of(unit) if unit else None
    if measured and field.unit and measured[0] == field.unit:
        confidence, reason = _likeness(spec, field, head)
        own, _ = _likeness(spec, field, view.name)
        return max(confidence, own), reason if confidence > own else "name", 1.0 if own == 1.0 else measured[1]
    confidence, reason = _likeness(spec, field, view.name)
    if confidence == 0.0 and head != view.name and field.name not in ("name", "code", "id"):
        confidence, reason = _likeness(spec, field, head)
        confidence *= 0.9
    return confidence, reason, 1.0


def _likeness(spec: LayerSpec, field: FieldSpec, name: str) -> tuple[float, str]:
    text = plain(name)
    own = {plain(word) for word in (field.name, field.db_column)}
    if text in own:
        return 1.0, "name"
    if text in MACHINE and field.name in ("code", "id", "area_m2", "length_m"):
        return (0.0, "") if text not in ("shapearea", "shapeleng", "shapelength") else (0.3, "alias")
    if text in {plain(field.zh), plain(field.en)}:
        return 0.97, "name"
    words = words_for(spec.id, field.name)
    if text in words:
        weak = text in ("id", "no", "num", "bsm", "lx", "lb", "class", "type") and field.name != "id"
        return (0.7 if weak else 0.93), "alias"
    if len(name) == SHORT and any(word.startswith(text) and len(word) > len(text) for word in own | words):
        return 0.85, "cut name"
    bare = plain(without_clash(name))
    twin = words_for(spec.id, "name") if field.name == "name_en" else frozenset()
    if bare != text and bare in own | words | twin:
        return 0.72, "numbered name"
    if len(text) >= 4 or not text.isascii():
        inside = [word for word in words | own if len(word) >= 2 and not word.isascii() and word in text]
        if inside:
            return 0.55 + 0.2 * max(map(len, inside)) / len(text), "part of the name"
    return 0.0, ""


def _by_values(spec: LayerSpec, field: FieldSpec, view: Glance) -> float | None:
    """How many of the column's values the field could hold, 0 to 1; None where values say nothing."""
    if field.values:
        known = meanings(field, view)
        listed = [text for text in view.distinct if text in field.values or text in known]
        return len(listed) / max(len(view.distinct), 1)
    if field.name in AREA_DIGITS and field in located(spec):
        return view.share(AREA_DIGITS[field.name])
    if field.name == "code":
        return _as_code(spec, view)
    if field.name == "id":
        return 1.0 if view.unique else 0.0
    if field.name in ("name", "name_en") and view.type == "text":
        return view.chinese if field.name == "name" else 1.0 - view.chinese
    if field.type == "text":
        return None if view.type == "text" else 0.5
    tried = view.distinct[:_TRIED]
    return sum(_reads(field, text) for text in tried) / max(len(tried), 1)


def _as_code(spec: LayerSpec, view: Glance) -> float:
    if coded(spec):
        digits = _LEVELS.get(spec.id)
        share = view.share(digits) if digits else max(view.share(14), view.share(15))
        return share if view.unique else share * 0.5
    if not view.unique:
        return 0.5 if len(view.distinct) > 0.9 * len(view.texts) else 0.0
    return 0.9


def _reads(field: FieldSpec, text: str) -> bool:
    try:
        if field.type in ("integer", "number"):
            number = number_in(text, field.unit)
            return field.type == "number" or number.is_integer() or field.unit != ""
        if field.type in ("date", "datetime"):
            return bool(day_in(text))
        coerce(field, text)
    except (Unusable, ValueError):
        return False
    return True


def _from_values_alone(spec: LayerSpec, field: FieldSpec, view: Glance, held: float) -> tuple[float, str, float]:
    """What a column holds can give it away where its name does not: area codes, and words of a code list."""
    if field.name == "code" and coded(spec) and view.unique:
        return 0.85 * held, "values", 1.0
    if field.name in AREA_DIGITS and field in located(spec):
        return 0.8 * held, "values", 1.0
    if field.values and len(view.distinct) >= 2 and held == 1.0 and not all(text.isdigit() for text in view.distinct):
        return 0.72, "values", 1.0
    return 0.0, "", 1.0


def meanings(field: FieldSpec, view: Glance) -> dict[str, str]:
    """Delivered words that are not values of the code list, and what they must mean: the list's own words, or part of one.

    A part counts only when it points to one value: `区级` to `区`, `巷道` to `巷`.
    """
    labels = label_table(field)
    found: dict[str, str] = {}
    if len(view.distinct) > 10 * max(len(field.values), 3):
        return found
    for text in view.distinct:
        if text in field.values:
            continue
        key = text.casefold().replace(" ", "").replace("_", "")
        if key in labels:
            found[text] = labels[key]
            continue
        known = [code for code in SYNONYMS.get(text, ()) if code in field.values]
        if known or not key.isascii():
            alike = known or _alike(field, key)
            if len(alike) == 1:
                found[text] = alike[0]
    return found


def _alike(field: FieldSpec, key: str) -> list[str]:
    """The values whose Chinese word shares the most with a text, one holding the other."""
    shared = {
        code: len(words.zh) if words.zh in key else len(key) if len(key) >= 2 and key in words.zh else 0
        for code, words in field.values.items()
    }
    most = max(shared.values(), default=0)
    return [code for code, length in shared.items() if length == most and most]
