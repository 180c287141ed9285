"""What a caller may send about a case, field by field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import InvalidInput, WanggeError
from layers.incidents.bodies import canonical, read_move, read_order, read_report

CLIENT = "7f6c1b52-7f0e-4d0c-9a31-411102000000"
REPORT = {
    "client_id": CLIENT, "item": "C01-003", "lon": 114.02, "lat": 33.57, "source": "patrol",
    "occurred_at": "2026-11-24T08:00:00+08:00", "description": "路灯不亮",
}  # fmt: skip
ORDER = {"client_id": CLIENT, "version": 3}
MOVE = {"client_id": CLIENT, "version": 3, "lon": 114.02, "lat": 33.57, "reason": "定位有误"}
GONE = object()

#: (field, value, field named by the error, status)
BAD_REPORTS = [
    *((name, GONE, name, 400) for name in REPORT),
    *((name, None, name, 400) for name in REPORT),
    *(("client_id", value, "client_id", 400) for value in ("", "x", 7, CLIENT + "0", f"{{{CLIENT}}}", f"urn:uuid:{CLIENT}")),
    *(("item", value, "item", 400) for value in ("", "C01", "c01-003", "C01-003 OR 1=1", 7, ["C01-003"], "Ｃ01-003")),
    *(("lon", value, "lon", 400) for value in ("114.02", True, [114], {}, 10**400)),
    *(("lon", value, "lon", 422) for value in (float("inf"), float("nan"), 181, -1e308)),
    *(("lat", value, "lat", 422) for value in (90.1, float("-inf"))),
    *(("source", value, "source", 400) for value in ("", "rumour", "PATROL", 1)),
    *(
        ("occurred_at", value, "occurred_at", 400)
        for value in ("", "yesterday", "2026-11-24T08:00:00", "2026-11-24", "2026-02-30T08:00:00Z", 1764000000, "0001-01-01T00:00:00+23:00")
    ),
    *(("description", value, "description", 400) for value in (7, ["x"], "x" * 2001, "a\x00b")),
    *(("severity", value, "severity", 400) for value in (0, 5, 2.0, "2", True, -1)),
    *(("reporter", value, "reporter", 400) for value in ("张三", [], {"name": "张三", "id_card": "1"})),
    *(("reporter", {"name": value}, "reporter.name", 400) for value in (7, "x" * 65, "a\x00", 0, False)),
    *(("reporter", {"phone": value}, "reporter.phone", 400) for value in (13800000000, "<img>", "1" * 33)),
    ("severty", 2, "severty", 400),
    ("state", "closed", "state", 400),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "field", "status"), BAD_REPORTS)
def test_a_bad_report_is_refused_by_field(name, value, field, status):
    body = {**REPORT, name: value}
    if value is GONE:
        del body[name]
    with pytest.raises(InvalidInput) as refused:
        read_report(body)
    assert (refused.value.field, refused.value.status) == (field, status)
    assert field.split(".")[-1] in refused.value.en
    assert refused.value.zh


def test_a_report_is_read_whole():
    report = read_report({**REPORT, "severity": 1, "reporter": {"name": " 张三 ", "phone": "+86 138-0000 0000"}})
    assert (report.lon, report.lat, report.severity) == (114.02, 33.57, 1)
    assert report.occurred_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert report.reporter is not None
    assert (report.reporter.name, report.reporter.phone) == ("张三", "+86 138-0000 0000")


@pytest.mark.parametrize("reporter", [None, {}, {"name": "", "phone": ""}, {"name": None}])
def test_nobody_told_of_it(reporter):
    assert read_report({**REPORT, "reporter": reporter}).reporter is None


@pytest.mark.parametrize("text", ["", "<script>alert(1)</script>", "'; DROP TABLE x; --", "🙂\u202e\n\t", "x" * 2000])
def test_any_text_is_a_description(text):
    assert read_report({**REPORT, "description": text}).description == text


def test_the_same_meaning_has_the_same_canon():
    one = read_report({**REPORT, "lon": 114, "occurred_at": "2026-11-24T08:00:00+08:00"})
    two = read_report({**REPORT, "lon": 114.0, "occurred_at": "2026-11-24T00:00:00Z", "client_id": CLIENT.upper()})
    assert canonical(one) == canonical(two)


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("version", None, "version"), ("version", 0, "version"), ("version", "3", "version"), ("version", 3.0, "version"),
        ("version", True, "version"), ("version", 2**31, "version"), ("client_id", "x", "client_id"),
        ("reason", 7, "reason"), ("reason", "x" * 501, "reason"), ("reason", "a\x00", "reason"),
        ("to", "<img>", "to"), ("to", "CG' OR 1=1", "to"), ("until", [], "until"), ("verson", 3, "verson"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_by_field(name, value, field):
    with pytest.raises(InvalidInput) as refused:
        read_order("accept", {**ORDER, name: value})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", ""), ("reason", "  "), ("reason", None), ("lon", "114"), ("lat", None), ("version", 0), ("to", "CG")],
)
def test_a_bad_move_is_refused_by_field(name, value):
    with pytest.raises(InvalidInput) as refused:
        read_move({**MOVE, name: value})
    assert refused.value.field == name


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = LEAF | st.lists(LEAF, max_size=2) | st.dictionaries(st.sampled_from(["name", "phone", "x"]), LEAF, max_size=2)


@given(st.dictionaries(st.sampled_from([*REPORT, "severity", "reporter", "x"]), JSON))
def test_garbage_is_read_or_refused_and_never_breaks(fields):
    for read in (read_report, read_move, lambda body: read_order("close", body)):
        for base in ({}, REPORT, MOVE, ORDER):
            try:
                read({**base, **fields})
            except WanggeError as error:
                assert error.status in (400, 422)
                assert error.field
