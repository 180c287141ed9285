"""Devices against a server that fails in every way a server can: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gis.simulator.devices import DONE, OVERTAKEN, REFUSED, Letter, PostOffice
from gis.simulator.link import Link, ServerAway


def wait_until(true, seconds):
    limit, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < limit
        pause.wait(0.1)


class Unreliable(ThreadingHTTPServer):
    """Does each client_id once, and fails on the way in or out as the script of the test says."""

    daemon_threads = True

    def __init__(self, faults=(), port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.faults, self.done, self.order = list(faults), {}, defaultdict(list)
        self.bodies, self.version, self.lock = defaultdict(set), 1, threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Silence: connections that break are what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"properties": {"version": self.server.version}})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        with self.server.lock:
            fault = self.server.faults.pop(0) if self.server.faults else ""
            if self.path == "/poison":
                return self.answer(500, {})
            if isinstance(fault, int):
                return self.answer(fault, {"code": "unavailable"})
            if fault == "before":
                return self.drop()
            if body.get("version", self.server.version) < self.server.version:
                return self.answer(409, {"code": "stale_version", "current": self.server.version})
            self.server.bodies[body["client_id"]].add(raw)
            repeated = body["client_id"] in self.server.done
            if not repeated:
                self.server.done[body["client_id"]] = body
                self.server.order[self.path].append(body["n"])
            if fault == "after":
                return self.drop()
        return self.answer(200 if repeated else 201, {"id": "case", "version": self.server.version})

    def drop(self):
        self.close_connection = True
        self.connection.close()

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        """Nothing to say."""


@pytest.fixture
def unreliable():
    servers = []

    def start(faults=(), port=0):
        servers.append(Unreliable(faults, port))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def letters(count, path="/thing", **more):
    return [Letter("step", "token", path, {"client_id": f"{path}-{n}", "n": n}, **more) for n in range(count)]


def delivered(office, *lanes):
    for name, sent in lanes:
        for letter in sent:
            office.send(name, letter)
    office.start()
    wait_until(lambda: office.waiting == 0, 30)
    office.stop(2)


def test_lost_answers_broken_lines_and_busy_servers_lose_and_double_nothing(unreliable):
    server = unreliable(["after", "before", 503, "after", "", 502, "after", 500, "before", ""] * 3)
    office = PostOffice(server.url, threads=3)
    delivered(office, *((f"lane{k}", letters(10, f"/lane{k}")) for k in range(4)))
    assert dict(server.order) == {f"/lane{k}": list(range(10)) for k in range(4)}
    assert all(len(bodies) == 1 for bodies in server.bodies.values())
    assert office.counts["step"] == 40 and not office.counts[REFUSED]


def test_what_is_said_while_the_server_is_down_arrives_when_it_is_back(unreliable):
    first = unreliable()
    port = first.server_port
    first.shutdown()
    first.server_close()
    office = PostOffice(f"http://127.0.0.1:{port}", threads=2)
    office.start()
    for letter in letters(5):
        office.send("lane", letter)
    wait_until(lambda: office.away, 10)
    assert office.waiting == 5
    second = unreliable(port=port)
    wait_until(lambda: office.waiting == 0, 10)
    office.stop(2)
    assert second.order["/thing"] == list(range(5)) and not office.away


def test_a_letter_that_breaks_the_server_is_given_up_and_stops_nobody_else(unreliable, monkeypatch):
    monkeypatch.setattr("gis.simulator.devices._DEFECT_TRIES", 2)
    server = unreliable()
    office = PostOffice(server.url, threads=2)
    delivered(office, ("bad", letters(1, "/poison")), ("good", letters(20, "/good")))
    assert server.order == {"/good": list(range(20))} and office.counts[REFUSED] == 1


def test_a_lane_that_is_done_with_is_forgotten(unreliable):
    office = PostOffice(unreliable().url, threads=1)
    delivered(office, ("case", [*letters(1, opens=True), *letters(1, "/end", closes=True)]), ("unit", letters(1)))
    assert set(office.lanes()) == {"unit"}


def test_a_stale_version_is_read_again_and_the_letter_keeps_its_id(unreliable):
    server = unreliable()
    server.version = 7
    office = PostOffice(server.url, threads=1)
    office.know("unit", id="u", version=3)
    delivered(office, ("unit", letters(3, "/units/{id}", versioned=True)))
    assert [body["version"] for body in server.done.values()] == [7, 7, 7]
    assert office.counts["stale"] == 1 and office.counts["step"] == 3


def test_refusals_are_told_and_what_depends_on_them_is_not_sent(unreliable):
    server, ends = unreliable([422]), []
    office = PostOffice(server.url, threads=1)
    report = letters(1, "/incidents", opens=True, ended=lambda outcome, answer: ends.append(outcome))
    steps = letters(2, "/incidents/{id}/accept", ended=lambda outcome, answer: ends.append(outcome))
    delivered(office, ("case", [*report, *steps]))
    assert ends == [REFUSED] * 3 and not server.done


def test_somebody_else_s_step_is_no_refusal(unreliable, monkeypatch):
    server, ends = unreliable(), []
    monkeypatch.setattr(
        Handler, "do_POST", lambda self: (
            self.rfile.read(int(self.headers["Content-Length"])), self.answer(409, {"code": "action_not_possible"})
        ),
    )  # fmt: skip
    office = PostOffice(server.url, threads=1)
    delivered(office, ("case", letters(1, ended=lambda outcome, answer: ends.append(outcome))))
    assert ends == [OVERTAKEN] and office.counts == Counter({OVERTAKEN: 1})


def test_the_first_answer_gives_a_case_its_id_and_version(unreliable):
    server, ends = unreliable(), []
    server.version = 4
    office = PostOffice(server.url, threads=2)
    report = letters(1, "/incidents", opens=True, ended=lambda outcome, answer: ends.append(outcome))
    delivered(office, ("case", [*report, *letters(1, "/incidents/{id}/accept", versioned=True)]))
    assert ends == [DONE] and set(server.order) == {"/incidents", "/incidents/case/accept"}
    assert server.done["/incidents/{id}/accept-0"]["version"] == 4


def test_an_address_that_is_none_is_told_at_once():
    with pytest.raises(ValueError, match="http://host:port"):
        PostOffice("127.0.0.1:8000")


def test_a_link_says_when_nobody_is_there(unreliable):
    server = unreliable()
    server.shutdown()
    server.server_close()
    with pytest.raises(ServerAway):
        Link(server.url).request("GET", "/", "token")
