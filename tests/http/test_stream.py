"""/live/state and /live/events over real HTTP: who may, what comes, what cuts and cursors do, how it ends."""

from __future__ import annotations

import signal
import time
import uuid

import pytest
from django.test import Client as Browser
from django.utils import timezone

from layers.live.hashes import layer_hash, state_hash
from layers.people.models import Token
from layers.people.selectors import actor_of, token_digest
from layers.people.services import assign, end_assignment, issue_token, revoke_token
from layers.roles import Role, TokenScope
from tests.cases import act, relocate, report
from tests.streaming import Listener, get_json


@pytest.fixture
def site(live_site, site_cast, django_db_blocker):
    """The running site; the test's writes are committed."""
    with django_db_blocker.unblock():
        yield live_site


@pytest.fixture
def listen(site, site_cast):
    """listen(role, area=None) -> a listener that has read the state and opened the stream behind it."""
    opened = []

    def opens(role="dispatcher", area=None, token=None, cursor=None):
        listener = Listener(site.url, token or site_cast.token(role, area))
        listener.fetch()
        opened.append(listener.open(cursor))
        assert listener.status == 200
        return listener

    yield opens
    for listener in opened:
        listener.close()


def committed_report(site_cast, grid=None, **fields):
    return report(site_cast, grid=grid or site_cast.district.first("grid"), **fields)


def test_the_state_is_that_of_the_contract(site, site_cast):
    committed_report(site_cast)
    state = get_json(site.url, "/live/state", site_cast.token("dispatcher"))
    assert set(state) == {"seq", "at", "hash", "hashes", "layers"}
    assert set(state["layers"]) == {"incidents", "units", "cameras"}
    assert len(state["layers"]["cameras"]["features"]) == site_cast.district.counts["cameras"]
    assert len(state["layers"]["units"]["features"]) == site_cast.district.counts["units"]
    for collection in state["layers"].values():
        for feature in collection["features"]:
            assert isinstance(feature["id"], str) and isinstance(feature["properties"]["version"], int)
    wanted = {
        layer: layer_hash((f["id"], f["properties"]["version"]) for f in state["layers"][layer]["features"])
        for layer in ("incidents", "cameras")
    }
    assert state["hashes"] == wanted
    assert state["hash"] == state_hash(wanted)


@pytest.mark.parametrize("path", ["/live/state", "/live/events"])
def test_nobody_gets_in_without_an_account_or_with_a_token_for_something_else(site, site_cast, path):
    assert site_cast.live().get(path).status == 401
    for bad in ("wg_unknown_token_value", "x"):
        answer = site_cast.live().get(path, Authorization=f"Bearer {bad}")
        assert (answer.status, answer.headers["content-type"]) == (401, "application/problem+json")
    answer = site_cast.live("dispatcher", scope="open311").get(path)
    assert (answer.status, answer.json()["code"]) == (403, "wrong_scope")
    assert site_cast.live("dispatcher").request("POST", path).status == 405
    assert site_cast.live("dispatcher").request("HEAD", path).status == 200


def test_unknown_addresses_and_parameters_are_told_so(site, site_cast):
    assert site_cast.live("dispatcher").get("/live/nothing").status == 404
    answer = site_cast.live("dispatcher").get("/live/state?layer=units")
    assert (answer.status, answer.json()["field"]) == (400, "layer")


def test_every_answer_is_guarded(site, site_cast):
    for path in ("/live/state", "/live/nothing"):
        headers = site_cast.live("dispatcher").get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_committed_report_comes_down_the_stream_and_the_hash_agrees(listen, site_cast):
    listener = listen()
    case = committed_report(site_cast)
    message = listener.until("incident.reported", id=str(case.pk))
    assert message.id == message.data["seq"]
    assert message.data["feature"]["properties"]["number"] == case.number
    assert message.data["feature"]["properties"]["name"] == case.item.name
    beat = listener.until("heartbeat", seq=listener.state.seq)
    assert beat.id is None
    assert beat.data["hash"] == listener.state.hash()


def test_the_first_things_heard_are_a_heartbeat_and_a_full_frame(listen):
    listener = listen()
    assert [listener.next().event, listener.next().event] == ["heartbeat", "frame"]
    assert listener.heard[1].data["full"] is True


def test_two_areas_see_exactly_their_own(listen, site_cast):
    first, last = site_cast.district.first("grid"), site_cast.district.last("grid")
    here, there = listen("grid_leader", first), listen("grid_leader", last)
    mine, theirs = committed_report(site_cast, first), committed_report(site_cast, last)
    here.until("incident.reported", id=str(mine.pk))
    there.until("incident.reported", id=str(theirs.pk))
    seat = actor_of(site_cast.person("seat"))
    relocate(mine, seat, last)
    here.until("remove", id=str(mine.pk))
    there.until("incident.moved", id=str(mine.pk))
    ids = {one.data.get("id") for one in here.heard}
    assert str(theirs.pk) not in ids
    assert str(mine.pk) not in here.state.layers["incidents"]


def test_a_cut_stream_goes_on_where_it_was(listen, site_cast):
    listener = listen()
    first = committed_report(site_cast)
    listener.until("incident.reported", id=str(first.pk))
    listener.close()
    missed = [committed_report(site_cast) for _ in range(3)]
    listener.open()
    for case in missed:
        listener.until("incident.reported", id=str(case.pk))
    seqs = [message.id for message in listener.heard if message.id is not None]
    assert seqs == sorted(set(seqs))
    fresh = Listener(listener.url, listener.token)
    fresh.fetch()
    assert listener.state.layers["incidents"] == fresh.state.layers["incidents"]


@pytest.mark.parametrize("cursor", ["-1", "x", "1e3", "9" * 30, "99999999999", "%00", "１"])
def test_a_cursor_that_is_none_or_of_the_future_resets(listen, cursor):
    listener = listen(cursor=cursor.encode().decode("latin-1"))
    assert listener.next().event == "reset"
    assert listener.heard[0].data["reason"] == "cursor"
    listener.until("heartbeat")


def wait_for_case(listener, case, seconds=10):
    """Returns once the case is on the screen; the state may have been taken before the relay had seen it."""
    limit = time.monotonic() + seconds
    while str(case.pk) not in listener.state.layers["incidents"]:
        assert time.monotonic() < limit
        if listener.next().event == "reset":  # a beat came between the event and the look at it
            listener.fetch()


def test_an_assignment_that_ends_takes_things_off_the_screen_within_five_seconds(listen, site_cast):
    first, last = site_cast.district.first("grid"), site_cast.district.last("grid")
    mine, theirs = committed_report(site_cast, first), committed_report(site_cast, last)
    person = site_cast.person("grid_leader", first)
    token = issue_token(actor=None, person=person, scope=TokenScope.FULL, expires_at=None)
    listener = listen(token=token)
    wait_for_case(listener, mine)
    begun = time.monotonic()
    end_assignment(actor=None, assignment=person.assignments.get(), at=timezone.now())
    listener.until("remove", id=str(mine.pk))
    assign(actor=None, person=person, role=Role.GRID_LEADER, area=last, valid_from=timezone.now())
    wait_for_case(listener, theirs)
    assert time.monotonic() - begun < 10
    beat = listener.until("heartbeat")
    assert beat.data["hash"] == listener.state.hash()


def test_a_cursor_from_before_rights_changed_resets(listen, site_cast):
    first, last = site_cast.district.first("grid"), site_cast.district.last("grid")
    person = site_cast.person("grid_leader", first)
    token = issue_token(actor=None, person=person, scope=TokenScope.FULL, expires_at=None)
    listener = listen(token=token)
    listener.close()
    end_assignment(actor=None, assignment=person.assignments.get(), at=timezone.now())
    assign(actor=None, person=person, role=Role.GRID_LEADER, area=last, valid_from=timezone.now())
    wait_for_seq(listener, token)
    listener.open()
    assert listener.until("reset").data["reason"] == "rights"


def wait_for_seq(listener, token):
    """Returns once the site has read beyond the listener's seq."""
    for _ in range(200):
        if get_json(listener.url, "/live/state", token)["seq"] > listener.state.seq:
            return
    raise AssertionError("the site did not read on")


def test_a_revoked_token_ends_its_stream(listen, site_cast):
    person = site_cast.person("dispatcher")
    text = issue_token(actor=None, person=person, scope=TokenScope.READ, expires_at=None)
    listener = listen(token=text)
    listener.until("heartbeat")
    begun = time.monotonic()
    revoke_token(actor=None, token=Token.objects.get(digest=token_digest(text)))
    assert listener.to_the_end()
    assert time.monotonic() - begun < 5
    assert Listener(listener.url, text).open("0").status == 401


@pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_ends_the_streams_of_that_session_and_no_other(site, site_cast, address):
    person, streams = site_cast.person("gis_staff"), []
    for browser in (leaving := Browser(), Browser()):
        browser.force_login(person, backend="layers.people.backends.AssignmentBackend")
        cookie = f"sessionid={browser.cookies['sessionid'].value}"
        streams.append(Listener(site.url, "", cookie=cookie).open(""))
        streams[-1].until("heartbeat")
    begun = time.monotonic()
    assert leaving.post(address).status_code == 302
    assert streams[0].to_the_end()
    assert time.monotonic() - begun < 5
    streams[1].until("heartbeat")
    streams[1].close()


def test_hostile_words_come_as_words(listen, site_cast):
    listener = listen()
    hostile = "<img src=x onerror=alert(1)>\n\nevent: remove\ndata: {}\n\n"
    case = committed_report(site_cast, description=hostile, client_id=str(uuid.uuid4()))
    message = listener.until("incident.reported", id=str(case.pk))
    assert "onerror" not in str(message.data)


def test_the_stream_survives_its_killed_relay_and_its_own_kill(listen, site, site_cast):
    listener = listen()
    site.stop("relay", signal.SIGKILL)
    waiting = committed_report(site_cast)
    site.start("relay")
    listener.until("incident.reported", id=str(waiting.pk))
    site.stop("web", signal.SIGKILL)
    assert listener.to_the_end()
    missed = committed_report(site_cast)
    site.start("web")
    site.wait()
    listener.open()
    listener.until("incident.reported", id=str(missed.pk))
    fresh = Listener(site.url, listener.token)
    fresh.fetch()
    assert listener.state.layers["incidents"] == fresh.state.layers["incidents"]
    assert listener.until("heartbeat", seq=listener.state.seq).data["hash"] == listener.state.hash()


def test_a_polite_stop_ends_open_streams_and_takes_seconds(listen, site):
    listener = listen()
    listener.until("heartbeat")
    begun = time.monotonic()
    site.stop("web")
    assert time.monotonic() - begun < 8
    assert listener.to_the_end()
    site.start("web")
    site.wait()


def test_two_relays_stand_by_each_other(listen, site, site_cast):
    site.processes["relay-2"] = site.processes.pop("relay")
    site.start("relay")
    try:
        listener = listen()
        case = committed_report(site_cast)
        listener.until("incident.reported", id=str(case.pk))
        site.stop("relay-2", signal.SIGKILL)
        second = committed_report(site_cast)
        listener.until("incident.reported", id=str(second.pk))
        act(second, actor_of(site_cast.person("seat")), "accept")
        listener.until("incident.accepted", id=str(second.pk))
    finally:
        if "relay-2" in site.processes:
            site.stop("relay-2", signal.SIGKILL)
