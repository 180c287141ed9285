"""Starts in places that are not convenient: without a network, on a small disk, under a private folder, as a plain user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gis.local.places import find_places
from tests.local_tree import (
    ROOT,
    clean_environment,
    copy_project,
    end,
    open_folder,
    stand_in,
    status,
    tree_in,
    wait_for_ready,
    wait_until,
)

pytestmark = pytest.mark.long
ROOTED = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOTED, reason="needs root: other users, mounts")

#: Brings up lo in a network namespace of its own (there may be no ip program), then runs the rest.
ALONE = (
    "import fcntl, os, socket, struct, sys\n"
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh', b'lo', 0x41))\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


@pytest.fixture(scope="module")
def bundle_file():
    """A bundle of this tree, made once."""
    subprocess.run(["make", "bundle"], cwd=ROOT, env=clean_environment(), check=True, stdin=subprocess.DEVNULL)
    return max((ROOT / "dist").glob("wangge-bundle-*.tar"), key=lambda path: path.stat().st_mtime)


@needs_root
def test_installs_from_the_bundle_with_the_network_off(bundle_file):
    with open_folder() as folder:
        copy_project(folder / "wangge", with_environment=False)
        shutil.rmtree(folder / "wangge" / "gis" / "static" / "vendor", ignore_errors=True)
        (folder / "net.py").write_text(ALONE)
        script = (
            f"make run BUNDLE={bundle_file} > ../run.log 2>&1 & pid=$!; "
            "for i in $(seq 600); do grep -q '^ready' ../run.log && break; kill -0 $pid || break; sleep 1; done; "
            "curl -sf http://127.0.0.1:18000/readyz && touch ../answered; kill -TERM $pid; wait $pid"
        )
        environment = {
            name: value for name, value in clean_environment().items() if not name.startswith(("PIP_", "npm_", "NPM_"))
        }
        subprocess.run(
            ["unshare", "-n", sys.executable, str(folder / "net.py"), "bash", "-c", script],
            cwd=folder / "wangge", env={**environment, "PORT": "18000"}, check=False, stdin=subprocess.DEVNULL, timeout=900,
        )  # fmt: skip
        assert (folder / "answered").exists(), (folder / "run.log").read_text()[-3000:]


def test_a_damaged_bundle_is_refused_in_words(bundle_file):
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        cut = folder / "cut.tar"
        cut.write_bytes(bundle_file.read_bytes()[: 10 << 20])
        output = folder / "run.log"
        run = tree.start(output, BUNDLE=str(cut))
        assert run.wait(60) != 0
        text = output.read_text()
        assert "not a whole bundle" in text or "damaged" in text, text
        assert "Traceback" not in text


@needs_root
@pytest.mark.parametrize("size_mb", [20, 300])
def test_a_full_disk_at_first_start_is_said_and_mended_by_room(size_mb):
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        disk = folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", str(disk)], check=True)
        try:
            output = folder / "full.log"
            assert tree.start(output, WANGGE_VAR=str(disk / "var")).wait(120) != 0
            assert "No room left" in output.read_text() and "Traceback" not in output.read_text()
            subprocess.run(["mount", "-o", "remount,size=1500m", str(disk)], check=True)
            output = folder / "good.log"
            run = tree.start(output, WANGGE_VAR=str(disk / "var"))
            wait_for_ready(run, output, 120)
            end(run)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)


@needs_root
def test_under_a_private_folder_of_root_the_data_goes_to_var_lib():
    folder = Path(tempfile.mkdtemp(prefix="wangge-private-", dir="/tmp"))  # 0700
    try:
        with tree_in(folder, copy_project) as tree:
            (tree.path / ".venv").unlink()
            shutil.copytree(ROOT / ".venv", tree.path / ".venv", symlinks=True)
            places = find_places(tree.path)
            assert places.moved
            output = folder / "run.log"
            run = tree.start(output)
            try:
                wait_for_ready(run, output, 600)
                assert "can't be entered" in output.read_text()
                assert status(f"{tree.url}/healthz") == 200
                doctor = subprocess.run(
                    [tree.path / ".venv" / "bin" / "python", "manage.py", "doctor", "--json"],
                    cwd=tree.path, env=clean_environment(), capture_output=True, text=True, check=False,
                )  # fmt: skip
                found = {check["name"]: check["found"] for check in json.loads(doctor.stdout)["checks"]}
                assert str(places.state) in found["data"] and "reachable as wangge_app" in found["database"]
                assert doctor.returncode == 0, doctor.stdout
            finally:
                end(run)
            shutil.rmtree(places.state)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@needs_root
def test_as_a_plain_user_everything_belongs_to_that_user():
    with open_folder() as folder, tree_in(folder, stand_in) as tree:
        subprocess.run(["chown", "-Rh", "nobody:nogroup", str(folder)], check=True)
        output = folder / "run.log"
        with output.open("wb") as sink:
            run = subprocess.Popen(
                ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "make", "run"],
                cwd=tree.path, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PORT": str(tree.port)},
            )  # fmt: skip
        wait_for_ready(run, output, 120)
        owners = {Path(f"/proc/{line.split()[0]}").stat().st_uid for line in tree.processes()}
        assert owners == {65534}
        assert end(run) < 20
        wait_until("the end of all processes", lambda: not tree.processes(), 5)
