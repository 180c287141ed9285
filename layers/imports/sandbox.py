"""A delivery inspected in a process of its own, shut in and thrown away. The only way from a stranger's file to data.

The child gets copies of the files in a private folder, an empty environment, no network, limits on processor time,
memory, files and their size, and where we are root another user. What it hands back is JSON and plain arrays. When it
is killed, hangs or crashes, the answer is a refusal with that reason, and nothing of it is left.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from layers.imports import confinement, handover
from layers.imports.archives import MAX_UPLOAD_BYTES, Entry, carried, too_large
from layers.imports.child import REQUEST
from layers.imports.delivery import Delivery
from layers.imports.drivers import environment
from layers.imports.findings import Answers, Refused, found, unanswered, verdict_of
from layers.imports.inspect import paths_of
from layers.imports.places import Box

#: The account that reads strangers' files when this process is root; made by set-up.
READER = "wangge"
WALL_SECONDS = 180
_PREFIX = "wangge-import-"
_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[2]); from layers.imports.child import main; from pathlib import Path; main(Path(sys.argv[1]))"


@dataclasses.dataclass
class Limits:
    """What a reading may take: processor and wall time, memory over the libraries'."""

    cpu_seconds: int = confinement.CPU_SECONDS
    wall_seconds: float = WALL_SECONDS
    memory_bytes: int = confinement.MEMORY_BYTES


@dataclasses.dataclass
class Inspected:
    """A report of the contract, and the layers when they were asked for."""

    report: dict[str, Any]
    delivery: Delivery
    confined: dict[str, Any]


def inspect(
    target: Path,
    *,
    answers: Answers | None = None,
    rows: bool = False,
    near_4326: Box | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
) -> Inspected:
    """What a file or a folder holds. Never raises for what is in it: a refusal is a finding like any other.

    `rows` brings shapes and columns back; `near_4326` is the box of the district, when the target layer is known;
    `folder` is where the private job folder is made (default: the system's for temporary files).
    """  # fmt: skip
    answers = answers or Answers()
    try:
        entries = _demanded(target)
        with _job(folder) as job:
            request = _prepared(job, target.name, entries, answers, rows, near_4326, limits or Limits())
            return _result(job, target.name, _run(job, request, limits or Limits()), rows)
    except Refused as refusal:
        delivery = Delivery(target.name, findings=[refusal.finding])
        return Inspected(delivery.report(), delivery, {})


def _demanded(target: Path) -> list[Entry]:
    if target.is_symlink():
        target = target.resolve()
    if not target.exists():
        raise Refused(found("missing_file", file=str(target)))
    entries = carried(paths_of(target))
    if target.is_file() and entries[0].path.stat().st_size > MAX_UPLOAD_BYTES:
        raise too_large(target.name, entries[0].path.stat().st_size)
    return entries


@contextmanager
def _job(folder: Path | None) -> Iterator[Path]:
    """A private folder that is gone afterwards, whatever happened in it."""
    folder = folder or _temporary()
    _sweep(folder)
    job = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder))
    try:
        for name in ("in", "work", "out"):
            (job / name).mkdir(mode=0o700)
        yield job
    finally:
        shutil.rmtree(job, ignore_errors=True)


def _temporary() -> Path:
    """The system's folder for temporary files, unless it is closed to the user who reads."""
    usual = Path(tempfile.gettempdir())
    closed = any(not parent.stat().st_mode & 0o001 for parent in (usual, *usual.parents))
    return Path("/tmp") if os.geteuid() == 0 and closed else usual


def _sweep(folder: Path) -> None:
    """Removes what commands that were killed hard had no time to remove."""
    for left in folder.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _prepared(
    job: Path, name: str, entries: list[Entry], answers: Answers, rows: bool, near_4326: Box | None, limits: Limits
) -> dict[str, Any]:
    files = []
    for number, entry in enumerate(entries):
        own = f"file{number:05d}"
        shutil.copyfile(entry.path, job / "in" / own, follow_symlinks=False)
        files.append((entry.name, own))
    request = {
        "file": name, "files": files, "answers": dataclasses.asdict(answers), "rows": rows, "near_4326": near_4326,
        "user": READER, "parent": os.getpid(), "cpu_seconds": limits.cpu_seconds, "memory_bytes": limits.memory_bytes,
    }  # fmt: skip
    (job / REQUEST).write_text(json.dumps(request), encoding="utf-8")
    _give_away(job)
    return request


def _give_away(job: Path) -> None:
    """The folder belongs to the user who reads in it."""
    if os.geteuid() != 0:
        return
    try:
        entry = pwd.getpwnam(READER)
    except KeyError:
        return
    for path in (job, *job.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _run(job: Path, request: dict[str, Any], limits: Limits) -> tuple[int | None, str]:
    """(exit code or None when time ran out, the last line it said)."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _START, str(job), str(_ROOT)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", close_fds=True,
        start_new_session=True,
        env={"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
             "ARROW_DEFAULT_MEMORY_POOL": "system", "TMPDIR": str(job / "work"), **environment()},
    )  # fmt: skip
    try:
        _, said = process.communicate(timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lines = said[-2000:].decode("utf-8", "replace").strip().splitlines()
    return process.returncode, lines[-1] if lines else ""


def _result(job: Path, name: str, ended: tuple[int | None, str], rows: bool) -> Inspected:
    code, said = ended
    held = handover.read(job / "out") if code == 0 else None
    if held is None:
        delivery = Delivery(name, findings=[_why_it_ended(code, said)])
        return Inspected(delivery.report(), delivery, {})
    body, findings = held
    layers = handover.read_layers(body, job / "out") if rows else []
    confined = {key: body[key] for key in ("network", "baseline_bytes")}
    return Inspected(body["report"], Delivery(body["file"], layers, findings), confined)


def _why_it_ended(code: int | None, said: str) -> Any:
    if code is None or (code in (-signal.SIGXCPU, -signal.SIGKILL) and not said):
        return found("time_limit", limit=confinement.CPU_SECONDS)
    if "MemoryError" in said or "cannot allocate" in said.lower():
        return found("memory_limit", limit_mb=confinement.MEMORY_BYTES >> 20)
    reason = signal.Signals(-code).name if code < 0 else said.split(":", maxsplit=1)[0][:80] or f"exit {code}"
    return found("reader_stopped", reason=reason)


def with_findings(inspected: Inspected, more: list[Any], answers: Answers) -> dict[str, Any]:
    """The report with further findings (those against a target layer) and the verdict they lead to."""
    delivery = inspected.delivery
    delivery.findings = unanswered([*delivery.findings, *more], answers)
    inspected.report["findings"] = [finding.as_dict() for finding in delivery.findings]
    inspected.report["verdict"] = verdict_of(delivery.findings).value
    return inspected.report
