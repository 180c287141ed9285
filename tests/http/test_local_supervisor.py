"""``make run`` from outside: what it prints, what it survives, how it stops, and what the edge does and refuses."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from gis.local.places import find_places
from tests.local_tree import (
    Tree,
    clean_environment,
    end,
    free_port,
    open_folder,
    stand_in,
    tree_in,
    wait_for_ready,
    wait_until,
)

ROOTED = os.geteuid() == 0


@pytest.fixture(scope="module")
def running():
    """A stand-in application behind the real supervisor, cluster and edge."""
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        output = folder / "run.log"
        run = tree.start(output)
        wait_for_ready(run, output, 120)
        tree.output, tree.run = output, run
        yield tree
        assert end(run, signal.SIGTERM) < 20
        wait_until("the end of all processes", lambda: not tree.processes(), 5)


def ask(tree, path, method="GET", body=None, **headers):
    """(status, headers, body) through the edge."""
    connection = http.client.HTTPConnection("127.0.0.1", tree.port, timeout=20)
    try:
        connection.request(
            method, path, body=body, headers={name.replace("__", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def again(tree, **env):
    """The output and exit code of another ``make run`` in the same tree."""
    result = subprocess.run(
        ["make", "run"],
        cwd=tree.path,
        env={**clean_environment(), **env},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return result.returncode, result.stdout + result.stderr


def test_says_ready_once_at_the_start_of_a_line_without_colours(running):
    text = running.output.read_text()
    assert re.findall(r"^ready .*$", text, re.MULTILINE) == [f"ready http://127.0.0.1:{running.port}/"]
    assert "\x1b" not in text


def test_shows_the_demo_accounts(running):
    text = running.output.read_text()
    assert str(running.path / "var" / "demo" / "accounts.json") in text
    assert "a  b  seat" in text


def test_a_second_start_in_the_same_tree_is_refused(running):
    code, text = again(running, PORT=str(running.port))
    assert code != 0
    assert "already running" in text and "WANGGE_VAR" in text


def test_a_port_in_use_is_named_with_its_holder_and_a_way_out(running):
    code, text = again(running, PORT=str(running.port), WANGGE_VAR=str(running.path / "var2"))
    assert code != 0
    assert f"Port {running.port} is in use by nginx" in text
    assert re.search(r"make run PORT=\d+", text)


@pytest.mark.parametrize("port", ["0", "65536", "x", "8e3", "-1"])
def test_a_port_that_cannot_be_meant_is_refused(running, port):
    code, text = again(running, PORT=port)
    assert code != 0 and "PORT must be" in text and "Traceback" not in text


@pytest.mark.skipif(not ROOTED, reason="only root has other users to become")
def test_no_service_runs_as_root(running):
    owners = {}
    for line in running.processes():
        pid, command = line.split(" ", 1)
        if "gis.local" in command or command.startswith("make"):
            continue
        owners[command] = Path(f"/proc/{pid}").stat().st_uid
    assert owners and 0 not in owners.values(), owners


def test_the_database_listens_on_no_network_address(running):
    about = json.loads((running.path / "var" / "cluster.json").read_text())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", about["port"])) != 0
    assert len(os.fsencode(about["socket_dir"])) <= 90


def test_secrets_are_not_readable_for_everybody(running):
    var = running.path / "var"
    assert (var / "owner.json").stat().st_mode & 0o777 == 0o600
    for name in ("cluster.json", "secret_key"):
        assert (var / name).stat().st_mode & 0o007 == 0
    assert (var / "demo").stat().st_mode & 0o077 == 0


def test_roles_have_the_rights_they_need_and_no_more(running):
    import psycopg

    app = json.loads((running.path / "var" / "cluster.json").read_text())["app_url"]
    with psycopg.connect(app, autocommit=True) as connection:
        for statement in (
            "CREATE TABLE t (i int)",
            "DELETE FROM live_event",
            "UPDATE live_event SET seq = 1",
            "CREATE ROLE r",
            "CREATE DATABASE d",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY live_event TO PROGRAM 'true'")
        row = connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('fsync'), current_setting('data_checksums')"
        ).fetchone()
        assert row == ("5s", "on", "on")


def web_master(tree) -> int:
    """The web process that the supervisor started (its workers came later); 0 when it is away."""
    return min((int(line.split()[0]) for line in tree.processes() if "-m granian" in line), default=0)


@pytest.mark.skipif(not ROOTED, reason="the other start runs as the services' user too")
@pytest.mark.parametrize("both", [True, False])
def test_a_given_database_is_used_and_one_role_alone_is_warned_about(running, both):
    var = running.path / "var"
    urls = {"DATABASE_URL": json.loads((var / "owner.json").read_text())["owner_url"]}
    if both:
        urls = {
            "DATABASE_OWNER_URL": urls["DATABASE_URL"],
            "DATABASE_URL": json.loads((var / "cluster.json").read_text())["app_url"],
        }
    with open_folder() as folder:
        output = folder / "other.log"
        other = Tree(running.path, free_port())
        run = other.start(output, WANGGE_VAR=str(folder / "var"), EDGE="0", **urls)
        try:
            wait_for_ready(run, output, 60)
            assert not (folder / "var" / "cluster").exists()
            assert ("Only one database role was given" in output.read_text()) is not both
        finally:
            end(run)


def served_by_another(tree, before):
    """True once a worker of another master answers: those of a killed one outlive it for a moment."""
    master = web_master(tree)
    if master in (0, before):
        return False
    status, _, body = ask(tree, "/whoami")
    if status != 200:
        return False
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{json.loads(body)['pid']}/stat").read_text()
        return int(stat.rpartition(")")[2].split()[1]) == master
    return False


def test_a_killed_web_process_comes_back(running):
    before = web_master(running)
    os.kill(before, signal.SIGKILL)
    wait_until("a new web process", lambda: served_by_another(running, before), 30)
    wait_until("a word about it", lambda: "killed by SIGKILL; starting again" in running.output.read_text(), 5)


def test_a_killed_postmaster_comes_back(running):
    pid = int((running.path / "var" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    wait_until("a database that answers again", lambda: ask(running, "/readyz")[0] == 200 and str(pid) not in
               (running.path / "var" / "cluster" / "postmaster.pid").read_text().splitlines()[:1], 30)  # fmt: skip


def test_while_the_web_process_is_away_the_edge_says_so(running):
    before = web_master(running)
    os.kill(before, signal.SIGKILL)
    status, headers, body = ask(running, "/whoami")
    if status != 200:  # it may be back already
        assert status == 503 and headers["retry-after"] and "服务正在启动" in body.decode()
    wait_until("a new web process", lambda: served_by_another(running, before), 30)


def test_what_a_client_says_about_its_address_is_not_passed_on(running):
    _, _, body = ask(
        running,
        "/whoami",
        X__Forwarded__For="1.2.3.4",
        X_Forwarded_For="9.9.9.9",
        X__Real__IP="1.2.3.4",
        Forwarded="for=1.2.3.4",
    )
    seen = json.loads(body)
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1" and seen["HTTP_X_REAL_IP"] == "127.0.0.1"
    assert not seen["HTTP_FORWARDED"]
    assert seen["HTTP_HOST"] == f"127.0.0.1:{running.port}"


def test_a_tile_with_version_is_kept_and_keyed_on_its_whole_address(running):
    first = ask(running, "/tiles/grids/1/2/3.mvt?v=1&s=a")
    assert ask(running, "/tiles/grids/1/2/3.mvt?v=1&s=a")[2] == first[2]
    assert ask(running, "/tiles/grids/1/2/3.mvt?v=1&s=a")[1]["x-cache"] == "HIT"
    assert ask(running, "/tiles/grids/1/2/3.mvt?v=1&s=b")[1]["x-cache"] == "MISS"
    assert ask(running, "/tiles/grids/1/2/3.mvt?v=2&s=a")[1]["x-cache"] == "MISS"


@pytest.mark.parametrize("query", ["", "?s=a", "?v=", "?v=7&private", "?v=7&vary", "?v=7&cookie"])
def test_no_version_or_a_personal_answer_is_never_kept(running, query):
    path = "/tiles/grids/4/5/6.mvt" + query
    assert ask(running, path)[1]["x-cache"] != "HIT"
    assert ask(running, path)[1]["x-cache"] != "HIT"


def test_a_condition_never_makes_a_kept_304(running):
    path = "/tiles/grids/7/8/9.mvt?v=1&s=a"
    assert ask(running, path, If__None__Match='"other"')[0] == 200
    assert ask(running, path)[0] == 200
    assert ask(running, path, If__None__Match='"t"')[0] == 304
    assert ask(running, "/tiles/grids/7/8/9.mvt", If__None__Match='"t"')[0] == 304


def test_static_files_say_how_long_they_may_be_kept(running):
    assert "immutable" in ask(running, "/static/x.abcdef012345.css")[1]["cache-control"]
    assert "immutable" in ask(running, "/static/plain.css?v=3")[1]["cache-control"]
    status, headers, _ = ask(running, "/static/plain.css")
    assert (status, headers["cache-control"], headers["x-content-type-options"]) == (200, "no-cache", "nosniff")
    assert ask(running, "/static/plain.css", If__None__Match=headers["etag"])[0] == 304
    key = (running.path / "var" / "secret_key").read_bytes().strip()
    for path in (
        "/static/../secret_key",
        "/static/%2e%2e/secret_key",
        "/static../secret_key",
        "/static//../../secret_key",
    ):
        assert key not in ask(running, path)[2]


def test_a_body_larger_than_its_address_accepts_is_refused_in_words(running):
    status, headers, body = ask(running, "/x", "POST", b"0" * 1_100_000)
    assert (
        status == 413
        and headers["content-type"] == "application/problem+json"
        and json.loads(body)["code"] == "too_large"
    )
    assert ask(running, "/api/imports", "POST", b"0" * 1_100_000)[2] == b"1100000"


def test_tokens_in_addresses_reach_no_log(running):
    for path in (
        "/x?id=SECRET1",
        "/x?a=1&api_key=SECRET2",
        "/wall/?display=SECRET3",
        "/x?%69d=SECRET4",
        "/x?ID=SECRET5",
    ):
        ask(running, path)
    ask(running, "/x?q=seen")
    log = running.path / "var" / "log"
    wait_until("the access log", lambda: "q=seen" in (log / "edge" / "access.log").read_text(), 10)
    for path in log.rglob("*.log"):
        assert "SECRET" not in path.read_text(), path


def test_sigint_to_make_alone_stops_everything():
    """make keeps a SIGINT to itself and waits for its child: the supervisor has to notice."""
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        output = folder / "run.log"
        with output.open("wb") as sink:
            run = subprocess.Popen(
                ["make", "run"], cwd=tree.path, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**clean_environment(), "PORT": str(tree.port), "EDGE": "0"},
            )  # fmt: skip
        wait_for_ready(run, output, 120)
        os.kill(run.pid, signal.SIGINT)
        run.wait(20)
        wait_until("the end of all processes", lambda: not tree.processes(), 5)


@pytest.mark.parametrize("to", ["the group", "make alone"])
def test_sigint_stops_everything_also_when_it_was_ignored_at_start(to):
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        output = folder / "run.log"
        run = tree.start(output, EDGE="0")  # starts with SIGINT ignored, as a script's background job
        wait_for_ready(run, output, 120)
        (os.killpg if to == "the group" else os.kill)(run.pid, signal.SIGINT)
        run.wait(20)
        wait_until("the end of all processes", lambda: not tree.processes(), 5)
        assert "Traceback" not in output.read_text()
        assert not find_places(tree.path).socket_base.exists()
