"""Cases in the database: reported once, moved by the table, told to the log, read as the log tells it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from layers.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion
from layers.incidents.bodies import read_order, read_report
from layers.incidents.errors import ActionNotPossible, OutsideDistrict, SamePerson
from layers.incidents.live import dress, live_object, read_live
from layers.incidents.models import Incident, ItemType, Reporter, Words
from layers.incidents.numbers import day_of, is_valid
from layers.incidents.selectors import actions_for, detail, sees
from layers.incidents.services import act_on_incident, report_incident
from layers.live.models import Event, EventText, Receipt
from layers.live.objects import object_of
from layers.live.services import salted_hash
from layers.people.models import Department
from layers.people.selectors import actor_of
from layers.territory.selectors import chain_at
from tests.cases import GUARDED, ITEM, act, body_of, home_of, point_in, relocate, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(district) -> str:
    return district.last("grid")


@pytest.fixture
def seat(cast):
    return actor_of(cast.person("seat"))


@pytest.fixture
def staff(cast, grid):
    """Two people of the community: whoever handles, another checks."""
    return [actor_of(cast.person("community_staff", grid[:12])) for _ in range(2)]


def events_of(incident) -> list[Event]:
    return list(Event.objects.filter(object_type="incidents", object_id=str(incident.pk)).order_by("object_version"))


def stored(incident) -> Incident:
    return Incident.objects.select_related("item").get(pk=incident.pk)


# -- report


def test_a_report_fixes_number_areas_item_and_department(cast, grid):
    incident = report(cast, grid=grid)
    item = ItemType.objects.get(code=ITEM, current=True)
    chain = chain_at(incident.geom.x, incident.geom.y)
    assert is_valid(incident.number)
    assert incident.number[:14] == f"411102{day_of(timezone.now()):%Y%m%d}"
    assert chain.codes == (incident.district, incident.subdistrict, incident.community, incident.grid)
    assert (incident.grid, incident.unit_grid) == (grid, chain.unit_grid)
    assert (incident.item, incident.department_id, incident.severity) == (item, item.department_id, item.severity)
    assert (incident.state, incident.version, incident.due, incident.closed_at) == ("reported", 1, None, None)


def test_a_caller_may_set_the_severity_and_the_items_own_stays(cast):
    own = ItemType.objects.get(code=ITEM, current=True).severity
    assert [report(cast, severity=level).severity for level in (1, 4)] == [1, 4]
    assert ItemType.objects.get(code=ITEM, current=True).severity == own


def test_the_event_of_a_report_carries_the_whole_feature_and_no_word(cast):
    secret = "张三家门口 <b>13800000000</b>"
    incident = report(cast, "grid_member", description=secret, reporter={"name": "李四", "phone": "13911112222"})
    (event,) = events_of(incident)
    assert (event.kind, event.role_used, event.visibility) == ("incident.reported", "grid_member", "see_cases")
    assert (event.areas_before, event.areas_after) == ([], [incident.grid])
    assert object_of(event) == live_object(stored(incident))
    row = str(Event.objects.values().get(pk=event.pk)) + str(Receipt.objects.values().get(pk=incident.client_id))
    for word in ("张三", "13800000000", "李四", "13911112222"):
        assert word not in row
    words, who = Words.objects.get(incident=incident), Reporter.objects.get(incident=incident)
    assert (words.text, who.name, who.phone) == (secret, "李四", "13911112222")
    assert event.payload["facts"]["words"] == {
        "description": salted_hash(secret, bytes(words.salt)),
        "reporter": salted_hash("李四\n13911112222", bytes(who.salt)),
    }


def test_the_item_stays_at_the_version_of_the_report(cast):
    incident = report(cast)
    old = incident.item
    ItemType.objects.filter(pk=old.pk).update(current=False, valid_to=timezone.now())
    values = {f.attname: getattr(old, f.attname) for f in ItemType._meta.concrete_fields if f.attname != "id"}
    ItemType.objects.create(**values | {"version": old.version + 1, "current": True, "valid_to": None, "name": "新名"})
    assert live_object(stored(incident)).properties["item_version"] == old.version
    assert report(cast).item.version == old.version + 1


def test_a_retired_or_unknown_item_is_refused(seat, grid):
    ItemType.objects.filter(code=ITEM, current=True).update(retired=True)
    for item in (ITEM, "Z99-999"):
        with pytest.raises(InvalidInput) as refused:
            report_incident(actor=seat, report=read_report(body_of(grid, item=item)))
        assert (refused.value.field, refused.value.found) == ("item", item)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(days=-367)])
def test_a_time_in_the_future_or_long_past_is_refused(seat, grid, late):
    body = body_of(grid, occurred_at=(timezone.now() + late).isoformat())
    with pytest.raises(InvalidInput) as refused:
        report_incident(actor=seat, report=read_report(body))
    assert refused.value.field == "occurred_at"


def test_a_place_outside_the_district_is_named(seat, grid):
    sent = read_report(body_of(grid, lon=114.3, lat=33.9))
    with pytest.raises(OutsideDistrict) as refused:
        report_incident(actor=seat, report=sent)
    assert "114.3, 33.9" in refused.value.en
    assert not Receipt.objects.filter(client_id=sent.client_id).exists()


def test_one_reports_inside_the_own_area_alone(cast, grid, district):
    member = actor_of(cast.person("grid_member", grid))
    assert report_incident(actor=member, report=read_report(body_of(grid))).result["area"]["grid"] == grid
    other = district.first("grid")
    sent = read_report(body_of(other))
    with pytest.raises(Forbidden) as refused:
        report_incident(actor=member, report=sent)
    assert other in refused.value.zh
    assert grid in refused.value.en
    assert not Incident.objects.filter(client_id=sent.client_id).exists()


# -- exactly once


@pytest.mark.parametrize("times", [1, 2, 50])
def test_the_same_report_again_is_one_case(seat, grid, times):
    sent = read_report(body_of(grid))
    outcomes = [report_incident(actor=seat, report=sent) for _ in range(times)]
    assert [outcome.repeated for outcome in outcomes] == [False] + [True] * (times - 1)
    assert all(outcome.result == outcomes[0].result for outcome in outcomes)
    assert Incident.objects.filter(client_id=sent.client_id).count() == 1
    assert Event.objects.filter(client_id=sent.client_id).count() == 1


def test_the_same_id_with_another_body_or_sender_is_refused(cast, seat, grid):
    body = body_of(grid)
    report_incident(actor=seat, report=read_report(body))
    for actor, again in ((seat, {**body, "description": "x"}), (actor_of(cast.person("seat")), body)):
        with pytest.raises(Conflict):
            report_incident(actor=actor, report=read_report(again))
    assert Incident.objects.filter(client_id=body["client_id"]).count() == 1


def test_the_first_result_is_kept_though_the_case_moved_on(seat, grid):
    sent = read_report(body_of(grid))
    first = report_incident(actor=seat, report=sent).result
    act(Incident.objects.get(pk=first["id"]), seat, "accept")
    assert report_incident(actor=seat, report=sent).result == first


# -- actions


def test_a_case_goes_its_whole_way_with_two_persons(cast, grid, staff):
    handler, checker = staff
    incident = report(cast, grid=grid)
    for action in ("accept", "register", "dispatch", "handle", "reply"):
        act(incident, handler, action)
    with pytest.raises(SamePerson):
        act(incident, handler, "check")
    act(incident, checker, "check")
    with pytest.raises(SamePerson):
        act(incident, handler, "close")
    assert act(incident, checker, "close")["state"] == "closed"
    kinds = [event.kind.removeprefix("incident.") for event in events_of(incident)]
    assert kinds == ["reported", "accepted", "registered", "dispatched", "handling", "replied", "checking", "closed"]
    last = events_of(incident)[-1]
    assert (last.areas_before, last.areas_after, last.payload["feature"]) == ([grid], [], None)
    assert stored(incident).closed_at is not None
    assert str(incident.pk) not in {one.id for one in read_live()}


def test_an_action_again_is_done_once(cast, seat):
    incident = report(cast)
    order = read_order("accept", {"client_id": str(uuid.uuid4()), "version": 1})
    outcomes = [act_on_incident(actor=seat, incident_id=incident.pk, order=order) for _ in range(3)]
    assert [outcome.repeated for outcome in outcomes] == [False, True, True]
    assert stored(incident).version == 2
    other = report(cast)
    with pytest.raises(Conflict):
        act_on_incident(actor=seat, incident_id=other.pk, order=order)


def test_a_stale_version_is_refused_with_both(cast, seat):
    incident = report(cast)
    act(incident, seat, "accept")
    with pytest.raises(StaleVersion) as refused:
        act(incident, seat, "register", version=1)
    assert (refused.value.extra["sent"], refused.value.extra["current"]) == (1, 2)


def test_an_action_from_the_wrong_state_names_what_is_possible(cast, seat):
    incident = report(cast)
    with pytest.raises(ActionNotPossible) as refused:
        act(incident, seat, "register")
    assert refused.value.extra == {"state": "reported", "possible": ["accept", "refuse", "self_handle"]}
    with pytest.raises(ActionNotPossible):
        act(incident, seat, "suspend")
    assert stored(incident).version == 1


def test_a_reason_is_kept_apart_from_the_log(cast, seat):
    incident = report(cast)
    act(incident, seat, "refuse", reason="重复 张三")
    event = events_of(incident)[-1]
    assert event.kind == "incident.refused"
    assert "张三" not in str(Event.objects.values().get(pk=event.pk))
    assert EventText.objects.get(event=event).text == "重复 张三"


# role, where, action, may it (True), may not (False), is the case hidden (None)
RIGHTS = [
    ("seat", "home", "accept", True), ("dispatcher", "home", "accept", True), ("duty_officer", "home", "accept", True),
    ("community_staff", "home", "accept", True), ("community_staff", "elsewhere", "accept", None),
    ("subdistrict_operator", "elsewhere", "accept", None), ("supervisor", "home", "accept", False),
    ("leader", "home", "accept", False), ("grid_member", "home", "accept", False),
    ("grid_leader", "home", "accept", False), ("grid_leader", "home", "self_handle", True),
    ("grid_member", "home", "self_handle", True), ("grid_member", "elsewhere", "self_handle", None),
    ("planner", "home", "accept", False), ("display", "home", "accept", False), ("admin", "home", "accept", None),
    ("dpo", "home", "accept", None), ("video_operator", "home", "self_handle", False), ("seat", "home", "self_handle", False),
]  # fmt: skip


@pytest.mark.parametrize(("role", "where", "action", "may_it"), RIGHTS)
def test_who_may_do_what_where(cast, district, grid, role, where, action, may_it):
    incident = report(cast, grid=grid)
    area = home_of(role, grid if where == "home" else district.first("grid"))
    actor = actor_of(cast.person(role, area))
    assert (action in actions_for(actor, incident)) is bool(may_it)
    if may_it:
        act(incident, actor, action)
    else:
        with pytest.raises(NotFound if may_it is None else Forbidden):
            act(incident, actor, action)
        assert stored(incident).version == 1


def test_a_department_sees_and_handles_its_own_cases_alone(cast, seat, grid):
    incident = report(cast, grid=grid)
    dispatcher = actor_of(cast.person("dispatcher"))
    act(incident, seat, "accept")
    act(incident, seat, "register")
    other = Department.objects.exclude(code=incident.department_id).first()
    workers = {
        code: actor_of(cast.person("department_worker", department=Department.objects.get(code=code)))
        for code in (incident.department_id, other.code)
    }
    with pytest.raises(NotFound):
        act(incident, workers[other.code], "handle")
    act(incident, dispatcher, "dispatch", to=other.code)
    assert stored(incident).department_id == other.code
    event = events_of(incident)[-1]
    assert event.payload["departments_before"] == [incident.department_id]
    assert event.payload["departments_after"] == [other.code]
    with pytest.raises(NotFound):
        act(incident, workers[incident.department_id], "handle")
    assert act(incident, workers[other.code], "handle")["state"] == "handling"


def test_a_department_head_dispatches_inside_his_department_alone(cast, seat):
    incident = report(cast)
    act(incident, seat, "accept")
    act(incident, seat, "register")
    other = Department.objects.exclude(code=incident.department_id).first()
    head = actor_of(cast.person("department_head", department=incident.department))
    with pytest.raises(Forbidden) as refused:
        act(incident, head, "dispatch", to=other.code)
    assert refused.value.field == "to"
    with pytest.raises(InvalidInput):
        act(incident, head, "dispatch", to="NOBODY")
    assert act(incident, head, "dispatch")["state"] == "dispatched"


# -- relocate


def test_a_moved_case_has_the_chain_of_its_new_place(cast, seat, district, grid):
    incident = report(cast, grid=grid)
    other = district.first("grid")
    result = relocate(incident, seat, other)
    assert result["area"] == {"district": other[:6], "subdistrict": other[:9], "community": other[:12], "grid": other}
    assert (result["version"], result["state"]) == (2, "reported")
    event = events_of(incident)[-1]
    assert (event.kind, event.areas_before, event.areas_after) == ("incident.moved", [grid], [other])
    assert object_of(event) == live_object(stored(incident))
    assert detail(seat, incident.pk)["chain"][-1]["code"] == other


def test_moving_needs_the_right_at_both_places(cast, district, grid):
    incident = report(cast, grid=grid)
    here = actor_of(cast.person("community_staff", grid[:12]))
    there = actor_of(cast.person("community_staff", district.first("community")))
    with pytest.raises(Forbidden) as refused:
        relocate(incident, here, district.first("grid"))
    assert district.first("grid") in refused.value.en
    with pytest.raises(NotFound):
        relocate(incident, there, district.first("grid"))
    with pytest.raises(Forbidden):
        relocate(incident, actor_of(cast.person("supervisor")), grid)
    with pytest.raises(OutsideDistrict):
        relocate(incident, here, grid, lon=114.3)


def test_an_ended_case_is_not_moved(cast, seat, grid):
    incident = report(cast, grid=grid)
    act(incident, seat, "refuse", reason="x")
    with pytest.raises(ActionNotPossible):
        relocate(incident, seat, grid)


# -- guarded items


def test_a_guarded_case_is_never_shown_finer_than_its_community(cast, grid):
    incident = report(cast, grid=grid, item=GUARDED)
    relocate(
        incident, actor_of(cast.person("seat")), next(c for c in cast.district.codes["grid"] if c[:12] == grid[:12])
    )
    incident = stored(incident)
    shown = live_object(incident)
    assert shown.areas == (grid[:12],)
    assert shown.visibility == "personal_data"
    assert (shown.properties["grid"], shown.properties["unit_grid"]) == ("", "")
    assert shown.geometry["coordinates"] == list(point_in(grid[:12]))
    exact = (str(incident.geom.x), incident.grid, incident.unit_grid)
    for event in Event.objects.filter(object_type="incidents", object_id=str(incident.pk)).values():
        assert not [value for value in exact if value and value in str(event["payload"]) + str(event["areas_after"])]
    told = detail(actor_of(cast.person("seat")), incident.pk)
    assert told["chain"][-1]["code"] == grid[:12]
    assert incident.grid not in str(told)


def test_only_the_reporter_of_a_guarded_case_is_told_its_grid(seat, grid):
    made = report_incident(actor=seat, report=read_report(body_of(grid, item=GUARDED))).result
    assert made["area"]["grid"] == grid
    incident = Incident.objects.get(pk=made["id"])
    for answer in (act(incident, seat, "accept"), relocate(incident, seat, grid)):
        assert answer["area"] == {**made["area"], "grid": ""}


@pytest.mark.parametrize(
    ("role", "sees_it"),
    [("seat", True), ("community_staff", True), ("leader", False), ("planner", False), ("display", False),
     ("grid_member", False), ("video_operator", False), ("admin", False)],
)  # fmt: skip
def test_who_sees_a_guarded_case(cast, grid, role, sees_it):
    incident = report(cast, grid=grid, item=GUARDED)
    assert sees(actor_of(cast.person(role, home_of(role, grid))), incident) is sees_it


# -- reading


def test_the_live_set_is_what_the_last_events_say(cast, seat, staff, district, grid):
    made = [report(cast, grid=code) for code in district.codes["grid"][::20]] + [report(cast, grid=grid, item=GUARDED)]
    moved, accepted, ended = made[:3]
    relocate(moved, seat, grid)
    act(accepted, seat, "accept")
    act(ended, seat, "refuse", reason="x")
    last = {}
    for event in Event.objects.filter(object_type="incidents").order_by("id"):
        last[event.object_id] = object_of(event)
    with connection.execute_wrapper(counting := Counter()):
        fresh = read_live()
    assert counting.queries == 1
    assert {one.id: one for one in fresh} == {key: one for key, one in last.items() if one.present}
    assert str(ended.pk) not in {one.id for one in fresh}


class Counter:
    """Counts the statements of a block."""

    queries = 0

    def __call__(self, execute, query, params, many, context):
        self.queries += 1
        return execute(query, params, many, context)


def test_features_are_dressed_with_names_and_days(cast):
    feature = live_object(report(cast)).feature()
    dress([feature])
    item = ItemType.objects.get(code=ITEM, current=True)
    properties = feature["properties"]
    assert (properties["name"], properties["name_en"]) == (item.name, item.name_en)
    assert (properties["valid_from"], properties["valid_to"]) == (day_of(timezone.now()).isoformat(), None)
    dress([])


def test_the_detail_tells_chain_and_history_without_words(cast, seat, grid):
    incident = report(cast, grid=grid, description="秘密", reporter={"name": "李四"})
    act(incident, seat, "accept", reason="也是秘密")
    told = detail(seat, str(incident.pk).upper())
    assert [area["code"] for area in told["chain"]] == [grid[:6], grid[:9], grid[:12], grid]
    assert [(row["state"], row["action"], row["version"]) for row in told["history"]] == [
        ("reported", "report", 1), ("accepted", "accept", 2),
    ]  # fmt: skip
    assert told["actions"] == ["register", "void"]
    assert "秘密" not in str(told)
    assert "李四" not in str(told)


# -- what the database itself refuses


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("state = 'void', closed_at = now()", "Invalid transition"),
        ("state = 'checking'", "Invalid transition"),
        ("state = 'nonsense'", "Invalid transition|incidents_incident_state"),
        ("state = 'refused'", "incidents_incident_ended"),
        ("severity = 5", "incidents_incident_severity"),
        ("grid = '411102001001001'", "incidents_incident_codes"),
        ("unit_grid = 'x'", "incidents_incident_codes"),
        ("number = '1'", "Cannot update|read-only"),
        ("client_id = gen_random_uuid()", "Cannot update|read-only"),
        ("geom = ST_SetSRID(ST_MakePoint('NaN', 33), 4326)", "incidents_incident_geom_fits"),
        ("shown = ST_SetSRID(ST_MakePoint(33, 114), 4326)", "incidents_incident_geom_fits"),
    ],
)
def test_no_writer_brings_a_case_into_an_impossible_shape(cast, grid, change, message):
    incident = report(cast, grid=grid)
    with pytest.raises(DatabaseError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE incidents_incident SET {change} WHERE id = %s", [incident.pk])


def test_a_case_begins_as_reported_and_is_never_deleted(cast):
    incident = report(cast)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk)._raw_delete("default")
    twin = stored(incident)
    twin.pk, twin.number, twin.client_id, twin.state = uuid.uuid4(), "1" * 20, uuid.uuid4(), "accepted"
    with pytest.raises(DatabaseError, match="Cannot insert"), transaction.atomic():
        twin.save(force_insert=True)


def test_every_state_of_a_row_is_kept(cast, seat):
    incident = report(cast)
    act(incident, seat, "accept")
    rows = incident.events.order_by("pgh_id").values_list("pgh_label", "state", "version")
    assert list(rows) == [("insert", "reported", 1), ("update", "accepted", 2)]
