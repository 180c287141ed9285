"""The parts of set-up and supervisor that need neither a cluster nor a network."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import io
import json
import os
import re
import socket
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from gis.local import bundle, cluster_sql, edge, files, logs, packages, places, ports, services, vendor
from gis.local.console import Console, without_addresses
from gis.local.options import read_options
from gis.local.problems import SetupProblem, explain_os_error, explain_output

ROOT = Path(__file__).resolve().parents[2]


# --- options


def test_options_have_the_defaults_of_the_manual():
    chosen = read_options({})
    assert (chosen.host, chosen.port, chosen.edge, chosen.demo, chosen.simulate) == (
        "127.0.0.1",
        8000,
        True,
        True,
        True,
    )
    assert chosen.url == "http://127.0.0.1:8000/"
    assert chosen.private_cluster


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "65536"), ("PORT", "8e3"), ("PORT", "８０００"), ("EDGE", "maybe"), ("DEMO", "2")],
)
def test_a_value_that_cannot_be_meant_is_named(name, value):
    with pytest.raises(SetupProblem) as caught:
        read_options({name: value})
    assert name in caught.value.what and value in caught.value.what and caught.value.exit_code == 64


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
def test_one_database_url_alone_is_used_without_an_owner(name):
    chosen = read_options({name: "postgresql://one@/x"})
    assert chosen.database_url == "postgresql://one@/x" and chosen.owner_url == "" and not chosen.private_cluster


@pytest.mark.parametrize(("host", "url"), [("0.0.0.0", "http://127.0.0.1:8000/"), ("::", "http://[::1]:8000/")])
def test_an_address_for_everybody_is_shown_as_one_that_can_be_opened(host, url):
    assert read_options({"HOST": host}).url == url


# --- ports


def test_a_taken_port_is_named_with_its_holder():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupProblem) as caught:
            ports.require_free(replace(read_options({}), port=port), patience_s=0)
    assert f"Port {port} is in use by" in caught.value.what and f"process {os.getpid()}" in caught.value.what
    assert "PORT=" in caught.value.remedy


def test_a_port_of_root_is_refused_before_anything_is_installed():
    with pytest.raises(SetupProblem, match="reserved for root"):
        ports.require_free(replace(read_options({}), port=80))


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(SetupProblem, match=r"HOST=|can't be used"):
        ports.require_free(replace(read_options({}), host="192.0.2.1", port=8000))


# --- problems


def test_a_full_disk_is_said_in_words():
    problem = explain_os_error(OSError(errno.ENOSPC, "No space left on device", "/x/y"))
    assert problem and "No room left" in problem.what and "/x/y" in problem.what and "WANGGE_VAR" in problem.remedy
    assert explain_output("initdb: could not write: No space left on device", "initdb")
    assert explain_os_error(OSError(errno.EINVAL, "a bug")) is None


def test_addresses_of_package_indexes_are_never_shown():
    assert without_addresses("from https://user:secret@index.example/simple x") == "from <address> x"
    assert without_addresses("ready http://127.0.0.1:8000/") == "ready http://127.0.0.1:8000/"


# --- places


def test_a_tree_under_a_private_folder_of_root_moves_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(places, "_open_to_services", lambda folder: folder != tmp_path)
    moved = places.find_places(tmp_path / "tree")
    assert moved.moved and moved.state.parent == Path("/var/lib/wangge") and str(tmp_path) in moved.why_moved
    assert moved.code == moved.state / "app"


def test_an_open_tree_keeps_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_open_to_services", lambda folder: True)
    here = places.find_places(tmp_path)
    assert not here.moved and here.state == tmp_path / "var" and here.code == tmp_path


def test_data_that_had_to_move_stay_found_when_the_tree_is_renamed_or_opened(tmp_path, monkeypatch):
    state = tmp_path / "lib" / "12345678"
    state.mkdir(parents=True)
    monkeypatch.setattr(places, "SYSTEM_STATE", tmp_path / "lib")
    monkeypatch.setattr(places, "_open_to_services", lambda folder: True)
    (tmp_path / "tree" / "var").mkdir(parents=True)
    (tmp_path / "tree" / "var" / "log").symlink_to(state / "log")
    assert places.find_places(tmp_path / "tree").state == state
    (tmp_path / "tree").rename(tmp_path / "renamed")
    assert places.find_places(tmp_path / "renamed").state == state


def test_data_shut_off_from_their_user_are_not_replaced_by_an_empty_database(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(places, "_open_to_services", lambda folder: folder != tmp_path)
    (tmp_path / "var" / "cluster").mkdir(parents=True)
    (tmp_path / "var" / "cluster" / "PG_VERSION").write_text("15")
    with pytest.raises(SetupProblem, match=r"chmod|can't be entered"):
        places.require_reachable_data(places.find_places(tmp_path))


def test_two_data_folders_have_two_socket_folders(tmp_path):
    one, other = places.find_places(tmp_path, "var"), places.find_places(tmp_path, "var/test")
    assert one.socket_base != other.socket_base
    assert len(os.fsencode(one.web_socket)) <= places.SOCKET_DIR_MAX_BYTES


# --- files


def test_a_file_is_whole_or_absent(tmp_path):
    target = tmp_path / "x"
    files.write_whole(target, "one", mode=0o640)
    assert target.read_text() == "one" and target.stat().st_mode & 0o777 == 0o640
    assert not files.write_if_changed(target, "one", mode=0o640)
    assert files.write_if_changed(target, "two", mode=0o600)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_cut_off_json_reads_as_nothing(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    assert files.read_json(tmp_path / "x") == {}


def test_a_log_is_rotated_and_never_written_through_a_link(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MAX_BYTES", 200)
    log = logs.LogFile(tmp_path / "a.log")
    for number in range(20):
        log.write(f"line {number} " + "x" * 40)
    assert (tmp_path / "a.log.1").exists() and (tmp_path / "a.log").stat().st_size <= 200
    assert len(list(tmp_path.iterdir())) <= logs.KEPT + 1
    (tmp_path / "b.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        logs.LogFile(tmp_path / "b.log")


# --- the cluster's texts


def test_the_scram_verifier_agrees_with_rfc_7677():
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    message = (
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    kind, rounds_salt, keys = cluster_sql.scram_verifier("pencil", salt).split("$")
    assert (kind, rounds_salt) == ("SCRAM-SHA-256", "4096:W22ZaJ0SNY7soEsUEjb6gQ==")
    stored, server = (base64.b64decode(key) for key in keys.split(":"))
    assert (
        base64.b64encode(hmac.digest(server, message.encode(), "sha256"))
        == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    )
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    signature = hmac.digest(stored, message.encode(), "sha256")
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored


def test_the_cluster_is_durable_private_and_quiet_about_values():
    text = cluster_sql.configuration(Path("/run/x"), 5439, 24_000, durable=True)
    for line in ("listen_addresses = ''", "fsync = 'on'", "full_page_writes = 'on'", "log_parameter_max_length = '0'"):
        assert line in text
    assert "fsync = 'off'" in cluster_sql.configuration(Path("/run/x"), 5439, 24_000, durable=False)


def test_passwords_never_stand_in_the_sql():
    text = "".join(sql for _, sql in cluster_sql.preparation({"owner": "owner-password", "app": "app-password"}))
    assert "password'" not in text and "SCRAM-SHA-256$" in text
    assert "NOSUPERUSER" in text and "statement_timeout = '5s'" in text


# --- the edge


@pytest.fixture
def configuration(tmp_path):
    return edge.configuration(places.find_places(tmp_path), read_options({}))


def test_the_edge_binds_where_it_is_told(tmp_path):
    assert "listen 127.0.0.1:8000" in edge.configuration(places.find_places(tmp_path), read_options({}))
    assert "listen [::1]:9000" in edge.configuration(
        places.find_places(tmp_path), read_options({"HOST": "::1", "PORT": "9000"})
    )


def test_every_location_with_headers_of_its_own_sets_all_of_them(configuration):
    """nginx inherits no proxy_set_header into a block that has one."""
    wanted = set(re.findall(r"proxy_set_header (\S+)", configuration.split("server {")[0]))
    for block in re.findall(r"location [^{]+\{(.*?)\n        \}", configuration, re.DOTALL):
        own = set(re.findall(r"proxy_set_header (\S+)", block))
        assert not own or wanted <= own


def test_a_folder_with_quotes_and_spaces_is_no_syntax(tmp_path):
    odd = replace(places.find_places(tmp_path), state=tmp_path / 'a "b" c;d')
    text = edge.configuration(odd, read_options({}))
    assert '\\"b\\" c;d' in text


@pytest.mark.parametrize("args", ["id=X", "a=1&api_key=X", "display=X", "ID=X", "a=1;id=X", "%69d=X", "api%5Fkey=X"])
def test_the_log_hides_queries_with_tokens(configuration, args):
    patterns = re.findall(r'"~\*([^"]+)" "\?\[masked\]"', configuration)
    assert len(patterns) == 2 and any(re.search(pattern, args, re.IGNORECASE) for pattern in patterns)


@pytest.mark.parametrize("args", ["q=id", "v=1&s=abc", "grid=3", "mid=4"])
def test_the_log_shows_other_queries(configuration, args):
    assert not any(
        re.search(pattern, args, re.IGNORECASE) for pattern in re.findall(r'"~\*([^"]+)" "\?\[masked\]"', configuration)
    )


# --- the process table


def test_the_process_table_starts_the_database_first_and_stops_it_last(tmp_path):
    if not packages.RUN[0].present:
        pytest.skip("PostgreSQL is not installed")
    here = replace(places.find_places(tmp_path), rooted=False)
    names = [service.name for service in services.table(here, read_options({}))]
    assert names == ["postgres", "relay", "web", "stream", "worker", "edge", "simulate"]
    assert "simulate" not in [s.name for s in services.table(here, read_options({"DEMO": "0"}))]
    assert "simulate" not in [s.name for s in services.table(here, read_options({"SIMULATE": "0"}))]
    stages = [service.stage for service in services.table(here, read_options({}))]
    assert stages == sorted(stages) and stages.count(0) == 1
    assert [s.name for s in services.table(here, read_options({"EDGE": "0", "DATABASE_URL": "postgresql://a@/b"}))] == [
        "relay", "web", "worker", "simulate",
    ]  # fmt: skip
    assert sum(s.stop_patience_s for s in services.table(here, read_options({})) if s.stage == 0) + 2 + max(
        s.stop_patience_s for s in services.table(here, read_options({})) if s.stage
    ) < 20  # fmt: skip


def test_no_service_knows_the_owner(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@/x")
    monkeypatch.setenv("HTTP_PROXY", "x")
    env = services.service_env(replace(places.find_places(tmp_path), rooted=False), read_options({}))
    assert "DATABASE_OWNER_URL" not in env and "HTTP_PROXY" not in env


# --- modules and bundles


def test_a_changed_module_is_found(tmp_path):
    (tmp_path / "a.mjs").write_text("x")
    manifest = {"packages": [{"name": "a", "files": {"a.mjs": files.sha256_of(tmp_path / "a.mjs")}}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert vendor.damaged_files(tmp_path) == []
    (tmp_path / "a.mjs").write_text("y")
    assert vendor.damaged_files(tmp_path) == ["a.mjs"]
    (tmp_path / "a.mjs").unlink()
    assert vendor.damaged_files(tmp_path) == ["a.mjs"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../x", tarfile.REGTYPE), ("/x", tarfile.REGTYPE), ("x", tarfile.SYMTYPE), ("x", tarfile.FIFOTYPE)],
)
def test_a_bundle_with_tricks_is_refused(tmp_path, name, kind):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.type = kind
        member.linkname = "/etc/passwd"
        tar.addfile(member)
    raw.seek(0)
    with tarfile.open(fileobj=raw) as tar, pytest.raises(SetupProblem):
        for member in tar:
            bundle._extract(tar, member, tmp_path / "into")


def test_lock_files_name_no_host():
    for name in ("requirements.lock", "package-lock.json"):
        text = (ROOT / name).read_text()
        assert "--index-url" not in text and '"resolved"' not in text, name
    assert "--hash=sha256:" in (ROOT / "requirements.lock").read_text()


def test_a_step_says_how_long_it_took_and_moves_only_on_a_terminal():
    stream = io.StringIO()
    with Console(stream).step("A step") as step:
        step.update("half", 0.5)
    assert re.fullmatch(r"  ✓ A step +\d+\.\d s\n", stream.getvalue())
