"""The stream's station without transport and database: what reloads, rights and slow readers do to open streams."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import UTC, datetime

import pytest
from django.db import InterfaceError

from layers.errors import NotSignedIn
from layers.live import feed
from layers.live import stream as streaming
from layers.live.asgi import LiveApplication
from layers.live.hub import QUEUE_BYTES, Client, Hub, Identity
from layers.live.messages import Change, Sight
from layers.live.mirror import Entry, Mirror
from layers.live.registry import LiveLayer
from layers.live.stream import Station
from layers.people.rights import LiveView

SEES_A = LiveView((("see_cases", "A"),), ())
SEES_B = LiveView((("see_cases", "B"),), ())


def entry(area, version=1, **properties):
    feature = {
        "type": "Feature",
        "id": "x",
        "geometry": None,
        "properties": {"id": "x", "version": version, **properties},
    }
    return Entry(Sight("see_cases", (area,)), version, feature, json.dumps(feature))


def mirror_of(seq=1, **layers):
    return Mirror({"incidents": {}, "units": {}, **layers}, frozenset({"incidents"}), seq)


def identity(view=SEES_A, person="p"):
    return Identity(person, "", view)


def row(seq, kind="incident.reported", object_type="incidents", object_id="x", change=None, **payload):
    return feed.Entered(seq, kind, object_type, object_id, datetime.now(UTC), payload, change)


def change(seq, area="A", version=1):
    feature = entry(area, version).feature
    return Change(
        seq, "now", "incident.reported", "incidents", "x", version, Sight("", ()), Sight("see_cases", (area,)), feature
    )


class Feed:
    """What the database would give."""

    def __init__(self, monkeypatch):
        self.loads, self.rows, self.exact = [], [], []
        monkeypatch.setattr(feed, "load", lambda: self.loads.pop(0))
        monkeypatch.setattr(feed, "exact_from", lambda pending: self.exact.pop(0))
        monkeypatch.setattr(feed, "entered", lambda after, **_: [one for one in self.rows if one.seq > after])
        monkeypatch.setattr(feed, "moved_since", lambda after: [])
        monkeypatch.setattr(feed, "oldest_pending_age_s", lambda: 0.0)
        monkeypatch.setattr(streaming, "_with_database", lambda work, *given: work(*given))
        monkeypatch.setattr(
            streaming, "live_layer", lambda key: LiveLayer(key, list, print) if key == "cameras" else None
        )


@pytest.fixture
def database(monkeypatch):
    return Feed(monkeypatch)


async def station_with(*clients, mirror=None, authenticate=lambda headers: identity()):
    station = Station(authenticate)
    station.mirror = mirror or mirror_of()
    for client in clients:
        station.hub.add(client)
    return station


def told(client):
    """(event, data) of what waits."""
    blocks = client.take().decode().split("\n\n")[:-1]
    fields = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [(one["event"], json.loads(one["data"])) for one in fields]


def test_a_layer_published_while_the_mirror_is_read_afresh_is_read_too(database):
    async def scene():
        station = await station_with()
        database.loads = [feed.Loaded(mirror_of(5), frozenset({7})), feed.Loaded(mirror_of(7), frozenset())]
        database.rows = [row(6, "layer.published", "layer", "cameras"), row(7, change=change(7))]
        database.exact = [7, 0]
        await station.reload()
        return station

    station = asyncio.run(scene())
    assert database.loads == [], "the mirror that was read before the publication was kept"
    assert station.mirror.seq == 7


def test_rights_that_changed_among_events_passed_over_by_a_reload_are_looked_at(database):
    async def scene():
        client = Client(identity(), {}, 1)
        station = await station_with(client)
        database.loads, database.exact = [feed.Loaded(mirror_of(9), frozenset())], [0]
        before = station.rechecks.people_changed
        await station.reload()
        assert station.rechecks.people_changed > before
        station.authenticate = lambda headers: identity(SEES_B)
        checking = asyncio.create_task(station.rechecks.run())
        await asyncio.wait_for(until(lambda: client.identity.viewer == SEES_B), 5)
        checking.cancel()

    asyncio.run(scene())


async def until(true):
    while not true():
        await asyncio.sleep(0)


def test_a_reload_that_failed_at_midnight_is_tried_again(database, monkeypatch):
    days = iter(["monday", "tuesday", "tuesday"])
    monkeypatch.setattr(streaming.timezone, "localdate", lambda: next(days))

    async def scene():
        station = await station_with()
        assert station._day == "monday"

        def fails():
            raise InterfaceError("connection already closed")

        monkeypatch.setattr(feed, "load", fails)
        with pytest.raises(InterfaceError):
            await station.reload()
        return station

    assert asyncio.run(scene())._day == "monday"


def test_a_client_that_hung_up_while_it_was_looked_at_is_forgotten(database):
    async def scene():
        client = Client(identity(), {}, 1)
        station = await station_with(client)

        def hangs_up(headers):
            station.hub.remove(client)
            return identity(SEES_B)

        station.authenticate = hangs_up
        await station.rechecks.look_again(client)
        return station

    assert len(asyncio.run(scene()).hub) == 0


def test_of_two_looks_at_once_the_older_answer_never_comes_last(database):
    """The first look read rights that were true then; the second must not be overtaken by it."""
    asked, go_on = threading.Event(), threading.Event()
    answers = iter(["old", "new"])

    def authenticate(headers):
        if next(answers) == "old":
            asked.set()
            go_on.wait(5)
            return identity(SEES_A)
        return identity(SEES_B)

    async def scene():
        client = Client(identity(SEES_A), {}, 1)
        station = await station_with(client, authenticate=authenticate)
        first = asyncio.create_task(station.rechecks.look_again(client))
        await until(asked.is_set)
        second = asyncio.create_task(station.rechecks.look_again(client))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not second.done()
        go_on.set()
        await asyncio.gather(first, second)
        return client

    assert asyncio.run(scene()).identity.viewer == SEES_B


def test_a_stream_that_is_being_ended_hears_nothing_more(database):
    async def scene():
        client = Client(identity(), {}, 1)
        station = await station_with(client)

        def gone(headers):
            raise NotSignedIn()

        station.authenticate = gone
        await station.rechecks.look_again(client)
        station.hub.change(change(2), 2)
        return client

    client = asyncio.run(scene())
    assert client.closing and client.take() == b""


def test_rights_that_change_at_a_seq_the_screen_has_reached_reset_it(database, monkeypatch):
    """A beat moved the client's cursor to this seq: messages of the same seq would be old to him."""
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0)

    async def scene():
        client = Client(identity(), {}, 3)
        station = await station_with(client, mirror=mirror_of(8, incidents={"x": entry("A"), "y": entry("B")}))
        station._read_at = streaming.time.monotonic()
        beating = asyncio.create_task(station._beat_hearts())
        await until(lambda: client.size)
        beating.cancel()
        client.take()
        station.authenticate = lambda headers: identity(SEES_B)
        await station.rechecks.look_again(client)
        return told(client)

    assert asyncio.run(scene()) == [("reset", {"reason": "rights", "seq": 8})]


def test_a_reader_that_was_too_slow_for_a_frame_gets_a_full_one_later(database):
    async def scene():
        client = Client(identity(), {}, 1)
        mirror = mirror_of(units={"u1": entry("A", status="on_duty"), "u2": entry("A", status="on_duty")})
        station = await station_with(client, mirror=mirror)
        client.put(b"x" * (QUEUE_BYTES - 10))
        station._tell_moves("t1", mirror.move([("u1", 114.0, 33.5, "t1", 1.0, 90.0)]))
        client.take()
        station._tell_moves("t2", mirror.move([("u2", 114.0, 33.5, "t2", 1.0, 90.0)]))
        frames = told(client)
        station._tell_moves("t3", [])
        return frames, client.take()

    frames, later = asyncio.run(scene())
    assert [(event, data["full"], [unit[0] for unit in data["units"]]) for event, data in frames] == [
        ("frame", True, ["u1", "u2"])
    ]
    assert later == b""


def test_the_first_frame_of_a_large_city_is_never_left_out(database):
    async def scene():
        client = Client(identity(), {}, 1)
        units = {f"u{n}": entry("A", status="on_duty") for n in range(6000)}
        mirror = mirror_of(units=units)
        mirror.move([(key, 114.0, 33.5, "2026-11-24T00:00:00.000Z", 1.0, 90.0) for key in units])
        station = await station_with(mirror=mirror)
        station._read_at = streaming.time.monotonic()
        application = LiveApplication(lambda: station)
        application.station = station
        application._welcome(client)
        return told(client)

    (beat, _), (event, data) = asyncio.run(scene())
    assert (beat, event, len(data["units"])) == ("heartbeat", "frame", 6000)


def test_a_loop_that_breaks_ends_the_process_instead_of_standing_still(database, monkeypatch):
    async def scene():
        over = asyncio.Event()
        station = Station(lambda headers: identity(), give_up=over.set)
        station.mirror = mirror_of()
        station._day = streaming.timezone.localdate()

        def breaks(after, **_):
            raise KeyError("a layer that nobody knows")

        monkeypatch.setattr(feed, "entered", breaks)
        monkeypatch.setattr(streaming, "listen", lambda name: None)
        station.start()
        await asyncio.wait_for(over.wait(), 5)
        await station.stop()

    asyncio.run(scene())


def test_a_connection_that_was_closed_is_opened_again(database, monkeypatch):
    async def scene():
        station = Station(lambda headers: identity(), give_up=lambda: None)
        station.mirror, station._day = mirror_of(), streaming.timezone.localdate()
        tries = []

        def closed_once(after, **_):
            tries.append(after)
            if len(tries) == 1:
                raise InterfaceError("connection already closed")
            return []

        monkeypatch.setattr(feed, "entered", closed_once)
        following = asyncio.create_task(station._follow())
        await asyncio.wait_for(until(lambda: len(tries) > 1), 5)
        following.cancel()

    asyncio.run(scene())


class Wire:
    """The server's side of one request to the application: what it sends, and when its client hangs up."""

    def __init__(self, method="GET", path="/live/events", **headers):
        encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.scope = {"type": "http", "method": method, "path": path, "headers": encoded, "query_string": b""}
        self.sent = []
        self.hung_up = asyncio.Event()

    async def receive(self):
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)


async def opened(station, wire):
    application = LiveApplication(lambda: station)
    application.station = station
    station._read_at = streaming.time.monotonic()
    return asyncio.create_task(application(wire.scope, wire.receive, wire.send))


def test_a_token_revoked_while_its_stream_opens_ends_it(database):
    """The event passes before the client is among those who listen: nobody would look at him for half a minute."""

    async def scene():
        station, wire = await station_with(), Wire()
        answers = iter([identity(), None])

        def authenticate(headers):
            answer = next(answers)
            if answer is None:
                raise NotSignedIn()
            station._enter(row(2, "token.revoked", "token", "t", person="p"))
            return answer

        station.authenticate = authenticate
        await asyncio.wait_for(await opened(station, wire), 5)
        return station, wire

    station, wire = asyncio.run(scene())
    assert wire.body == b"" and len(station.hub) == 0


def test_a_database_that_goes_away_under_an_open_answer_ends_it_politely(database, monkeypatch):
    def away(seq):
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(feed, "recorded_at", away)

    async def scene():
        station, wire = await station_with(mirror=mirror_of(5)), Wire(last_event_id="3")
        await asyncio.wait_for(await opened(station, wire), 5)
        return wire.sent

    sent = asyncio.run(scene())
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[-1]["more_body"] is False


def test_a_method_that_is_refused_names_those_that_are_not(database):
    async def scene():
        station, wire = await station_with(), Wire("DELETE", "/live/state")
        await (await opened(station, wire))
        return wire.sent[0]

    start = asyncio.run(scene())
    assert start["status"] == 405 and (b"allow", b"GET, HEAD") in start["headers"]


def test_hubs_know_who_listens():
    async def scene():
        hub, client = Hub(), Client(identity(), {}, 1)
        hub.add(client)
        there = client in hub
        hub.remove(client)
        return there, client in hub

    assert asyncio.run(scene()) == (True, False)
