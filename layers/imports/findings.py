"""What an inspection says: findings, the verdict they add up to, and the answers that let a question fall away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from layers.imports.rules import RULES

#: Rows named in one finding at most; the message counts them all.
MAX_ROWS = 1000


class Severity(StrEnum):
    """How much a finding weighs."""

    INFO = "info"
    WARNING = "warning"
    QUESTION = "question"
    ERROR = "error"


class Verdict(StrEnum):
    """What becomes of a file: taken, taken with warnings stored, waiting for an answer, refused."""

    ACCEPT = "accept"
    WARN = "warn"
    ASK = "ask"
    REJECT = "reject"

    @property
    def exit_code(self) -> int:
        """The exit code of a command that ends with this verdict."""
        return {"ask": 2, "reject": 3}.get(self.value, 0)


_BY_SEVERITY = {
    Severity.INFO: Verdict.ACCEPT,
    Severity.WARNING: Verdict.WARN,
    Severity.QUESTION: Verdict.ASK,
    Severity.ERROR: Verdict.REJECT,
}


@dataclass(frozen=True)
class Candidate:
    """One possible answer to a question; `bounds_4326` lets a map show where it would put the data."""

    value: str
    zh: str
    en: str
    bounds_4326: tuple[float, float, float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        bounds = None if self.bounds_4326 is None else [round(number, 7) for number in self.bounds_4326]
        return {"value": self.value, "label_zh": self.zh, "label_en": self.en, "bounds_4326": bounds}


@dataclass(frozen=True)
class Finding:
    """One thing found in a file. `rows` count from 1 in the order of the file, deleted rows included."""

    code: str
    severity: Severity
    message_zh: str
    message_en: str
    remedy_zh: str
    remedy_en: str
    layer: str | None = None
    field: str | None = None
    rows: tuple[int, ...] = ()
    option: str | None = None
    candidates: tuple[Candidate, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "layer": self.layer,
            "field": self.field,
            "rows": list(self.rows),
            "message_zh": self.message_zh,
            "message_en": self.message_en,
            "remedy": self.remedy_zh,
            "remedy_en": self.remedy_en,
            **({"option": self.option} if self.option else {}),
            **({"candidates": [candidate.as_dict() for candidate in self.candidates]} if self.candidates else {}),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Finding:
        """The finding that `as_dict` wrote."""
        return cls(
            code=value["code"],
            severity=Severity(value["severity"]),
            message_zh=value["message_zh"],
            message_en=value["message_en"],
            remedy_zh=value["remedy"],
            remedy_en=value["remedy_en"],
            layer=value["layer"],
            field=value["field"],
            rows=tuple(value["rows"]),
            option=value.get("option"),
            candidates=tuple(
                Candidate(
                    item["value"],
                    item["label_zh"],
                    item["label_en"],
                    tuple(item["bounds_4326"]) if item["bounds_4326"] else None,
                )
                for item in value.get("candidates", ())
            ),
        )


@dataclass(frozen=True)
class Answers:
    """What a person has already said about a file; each answers the questions of the option of its name."""

    crs: int | None = None
    encoding: str | None = None
    source_layer: str | None = None
    source_datum: str | None = None
    swap_axes: bool = False
    datum_params: tuple[float, ...] = ()

    def answered(self) -> frozenset[str]:
        """Options that were given."""
        given = {
            "--crs": self.crs is not None,
            "--encoding": self.encoding is not None,
            "--source-layer": self.source_layer is not None,
            "--source-datum": self.source_datum is not None,
            "--swap-axes": self.swap_axes,
            "--datum-params": bool(self.datum_params),
        }
        return frozenset(option for option, there in given.items() if there)


def found(
    code: str,
    *,
    layer: str | None = None,
    field: str | None = None,
    rows: Iterable[int] = (),
    candidates: Sequence[Candidate] = (),
    severity: Severity | None = None,
    **values: object,
) -> Finding:
    """The finding of a rule, with its words filled in; `values` fill the rule's sentences. `n` counts all rows."""
    rule = RULES[code]
    named = [int(row) for row in rows]
    words = {"n": len(named), "field": field or "", "layer": layer or "", **{k: _short(v) for k, v in values.items()}}
    return Finding(
        code=code,
        severity=severity or Severity(rule.severity),
        message_zh=rule.zh.format_map(words),
        message_en=rule.en.format_map(words),
        remedy_zh=rule.remedy_zh,
        remedy_en=rule.remedy_en,
        layer=layer,
        field=field,
        rows=tuple(named[:MAX_ROWS]),
        option=rule.option or None,
        candidates=tuple(candidates),
    )


def _short(value: object) -> object:
    """Text from a file, cut and without control characters: it goes to terminals and pages."""
    if not isinstance(value, str):
        return value
    clean = "".join(character if character.isprintable() else "�" for character in value)
    return clean if len(clean) <= 200 else clean[:199] + "…"


class Refused(Exception):
    """Reading cannot go on; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message_en)
        self.finding = finding


def refuse(code: str, **values: Any) -> Refused:
    """The exception of a refusing rule, ready to be raised."""
    return Refused(found(code, **values))


def unanswered(findings: Iterable[Finding], answers: Answers) -> list[Finding]:
    """The findings that remain: a question whose option was given falls away."""
    given = answers.answered()
    return [
        item
        for item in findings
        if not (item.severity is Severity.QUESTION and item.option in given and not RULES[item.code].stays)
    ]


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The verdict of the strongest finding; accept when there is none."""
    order = list(Verdict)
    return max((_BY_SEVERITY[item.severity] for item in findings), key=order.index, default=Verdict.ACCEPT)


@dataclass
class Notebook:
    """Findings as they come up while one layer is read; every one is filed under that layer."""

    layer: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, **values: Any) -> None:
        """Adds the finding of a rule."""
        self.findings.append(found(code, layer=self.layer, **values))
