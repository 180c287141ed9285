"""The sandbox holds: no network, nothing outside the job folder, limits that bite, nothing left of a killed reader."""

from __future__ import annotations

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.samples.raw import archive, geopackage
from data.samples.shapefiles import files
from layers.imports import sandbox
from layers.imports.findings import Answers

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples" / "files"


@pytest.fixture
def private(tmp_path) -> Path:
    """A folder for job folders that the reading user may enter."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    for parent in (folder, *folder.parents[:-1]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o111)
    return folder


def inside(private: Path, code: str, **limits: float) -> tuple[int | None, str]:
    """(exit code, last line said) of Python code run where files are read: shut in, limits set."""
    text = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from layers.imports import child
def probe(job, request, extra):
    {code.strip().replace(chr(10), chr(10) + "    ")}
child._read = probe
child.main(Path(sys.argv[1]))
"""
    with pytest.MonkeyPatch.context() as patch, sandbox._job(private) as job:
        patch.setattr(sandbox, "_START", text)
        bounds = sandbox.Limits(**limits)  # type: ignore[arg-type]
        request = sandbox._prepared(job, "probe", [], Answers(), False, None, bounds)
        return sandbox._run(job, request, bounds)


def test_a_file_is_read_in_a_process_of_its_own_and_its_folder_is_gone(private):
    inspected = sandbox.inspect(SAMPLES / "plain.zip", rows=True, folder=private)
    (layer,) = inspected.delivery.layers
    assert inspected.report["verdict"] == "accept" and layer.column("NAME").values[0] == "源汇区老街街道办事处"
    assert layer.metric is not None and layer.degrees is not None
    assert inspected.confined["network"] == "none" and list(private.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads as another user")
def test_a_temporary_folder_that_the_reader_cannot_enter_is_not_used(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(sandbox.tempfile, "gettempdir", lambda: str(tmp_path))
    assert sandbox.inspect(SAMPLES / "plain.gpkg").report["verdict"] == "accept"


def test_no_packet_can_leave(private):
    code, said = inside(
        private, "from layers.imports.confinement import reachable\nraise SystemExit(7 if reachable() else 9)"
    )
    assert (code, said) == (9, "")


def test_a_server_on_this_machine_cannot_be_reached(private):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: server.settimeout(5), daemon=True).start()
        code, _ = inside(
            private,
            f"""
import socket
try:
    socket.create_connection(("127.0.0.1", {port}), 2)
except OSError:
    raise SystemExit(9)
""",
        )
    assert code == 9


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_the_reader_is_another_user_who_cannot_come_back(private):
    code, said = inside(
        private,
        f"""
import os
assert os.getuid() == {pwd.getpwnam(sandbox.READER).pw_uid if os.geteuid() == 0 else 0} and not os.getgroups()
try:
    os.setuid(0)
except PermissionError:
    raise SystemExit(9)
""",
    )
    assert code == 9, said


def test_the_environment_is_empty_but_for_what_closes_gdal(private, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    code, said = inside(
        private,
        """
import os, pyogrio
assert "DATABASE_URL" not in os.environ and "PATH" not in os.environ, dict(os.environ)
raise SystemExit(9 if "OGR_VRT" not in pyogrio.list_drivers() else 1)
""",
    )
    assert code == 9, said


def test_only_the_allowed_drivers_are_there(private):
    code, said = inside(
        private,
        """
import pyogrio
from layers.imports.drivers import ALLOWED
there = set(pyogrio.list_drivers())
assert set(ALLOWED.values()) <= there, there
raise SystemExit(",".join(sorted(there - set(ALLOWED.values()))) or 9)
""",
    )
    assert (code, said) == (9, "")


def test_memory_is_limited_over_what_the_libraries_take(private):
    code, said = inside(private, "held = bytearray(300 << 20)", memory_bytes=200 << 20)
    assert code == 1 and sandbox._why_it_ended(code, said).code == "memory_limit"
    assert inside(private, "held = bytearray(100 << 20)", memory_bytes=200 << 20)[0] == 0


def test_processor_time_is_limited(private):
    code, said = inside(private, "while True: pass", cpu_seconds=4)
    assert code in (-signal.SIGXCPU, -signal.SIGKILL) and sandbox._why_it_ended(code, said).code == "time_limit"


def test_waiting_is_limited_and_nobody_is_left_behind(private):
    code, said = inside(private, "import os; os.fork(); import threading; threading.Event().wait()", wall_seconds=6)
    assert code is None and sandbox._why_it_ended(code, said).code == "time_limit"
    assert not _running(private)


def test_a_reader_that_is_killed_leaves_a_reason_and_nothing_else(private):
    code, said = inside(private, "import os; (job / 'out' / 'half').write_bytes(b'x'); os.kill(os.getpid(), 11)")
    finding = sandbox._why_it_ended(code, said)
    assert finding.code == "reader_stopped" and "SIGSEGV" in finding.message_en
    assert list(private.iterdir()) == []


def test_a_reader_dies_with_the_command_that_started_it(private):
    """Killed hard, a command can clear nothing up: its reader must not go on alone."""
    text = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from layers.imports import sandbox
sandbox._START = sandbox._START.replace("main(Path", "import time; print; main(Path") + "; import threading; threading.Event().wait()"
sandbox.inspect(Path({str(SAMPLES / "plain.zip")!r}), folder=Path({str(private)!r}))
"""
    command = subprocess.Popen([sys.executable, "-c", text])
    try:
        assert _until(lambda: list(private.glob("*/out/result.json")))
        assert _running(private)
    finally:
        command.kill()
        command.wait()
    assert _until(lambda: not _running(private))


def _until(state) -> bool:
    """Whether a state comes within half a minute; asked again as the processor allows."""
    waiting = threading.Event()
    return any(state() or waiting.wait(0.1) for _ in range(300)) and bool(state())


def _running(private: Path) -> list[str]:
    """Processes whose command line names the folder of jobs, the test's own apart."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\x00")
        except OSError:
            continue
        if any(word.startswith(str(private).encode() + b"/") for word in words):
            found.append(entry.parent.name)
    return found


@pytest.mark.parametrize("name", ["vrt_named.shp", "vrt_remote_named.geojson", "gpkg_named.shp", "kml_entities.kml"])
def test_files_that_point_elsewhere_are_refused(name, private):
    report = sandbox.inspect(SAMPLES / name, folder=private).report
    assert report["verdict"] == "reject" and "root:" not in json.dumps(report) and "Wangge" not in json.dumps(report)


def test_gdal_itself_opens_nothing_elsewhere_even_when_asked(private):
    secret = (SAMPLES / "plain.geojson").resolve()
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{secret}</SrcDataSource><SrcLayer>plain</SrcLayer></OGRVRTLayer></OGRVRTDataSource>'
    code, said = inside(
        private,
        f"""
import pyogrio
Path("work/a.shp").write_text({vrt!r})
opened = []
for path in ("work/a.shp", "/vsicurl/http://192.0.2.1/a.geojson", "WFS:http://192.0.2.1/", "GPKG:/etc/hostname"):
    try:
        opened.append(pyogrio.list_layers(path))
    except Exception:
        pass
raise SystemExit(str(opened) if opened else 9)
""",
    )
    assert (code, said) == (9, "")


@pytest.mark.parametrize(
    ("name", "data", "codes"),
    [
        ("bomb.zip", archive({"a.shp": bytes(400_000_000)}), {"archive_ratio"}),
        ("deep.geojson", b'{"type":' + b"[" * 3_000_000, {"json_depth"}),
        ("entities.kml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 100_000 + b'">]><kml>' + b"&b;" * 10_000 + b"</kml>", {"xml_entities"}),
        ("huge.zip", archive({**files(), "areas.dbf": files()["areas.dbf"][:4] + b"\xff" * 60}), {"not_what_it_says"}),
        ("lies.gpkg", geopackage({"a": [("x", "POINT(1 1)")]}, srid=4547)[:3000], {"unreadable"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_made_to_exhaust_is_refused_within_its_bounds(name, data, codes, private, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    report = sandbox.inspect(path, folder=private, limits=sandbox.Limits(cpu_seconds=10, memory_bytes=100 << 20)).report
    assert report["verdict"] == "reject" and {item["code"] for item in report["findings"]} == codes
