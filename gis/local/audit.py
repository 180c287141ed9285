"""The dependency audit of ``make check``: known vulnerabilities in the locked packages, where the service answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from .console import Console
from .places import Places

_TIMEOUT_S = 90


def python_packages(places: Places, console: Console, log: Path) -> bool:
    """False when a locked package has a known vulnerability; True when none has, or nobody could be asked (said so)."""
    result = places.var / "audit.json"
    result.unlink(missing_ok=True)
    command = [str(places.venv / "bin" / "python"), "-m", "pip_audit", "-r", str(places.root / "requirements.lock")]
    command += [
        "--require-hashes",
        "--disable-pip",
        "--timeout",
        "5",
        "--progress-spinner",
        "off",
        "-f",
        "json",
        "-o",
        str(result),
    ]
    with log.open("a", encoding="utf-8") as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=sink, env=dict(os.environ), start_new_session=True)
        try:
            child.wait(_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            console.line(f"  - dependency audit: its service did not answer within {_TIMEOUT_S} s, so it was NOT done")
            return True
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    try:
        packages = json.loads(result.read_text(encoding="utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError):
        console.line(f"  - dependency audit: its service can't be reached from here, so it was NOT done (see {log})")
        return True
    found = [
        (p["name"], p.get("version", "?"), v["id"], v.get("fix_versions", []))
        for p in packages
        for v in p.get("vulns", [])
    ]
    for name, version, identifier, fixes in found:
        console.line(f"    {name} {version}: {identifier}" + (f", mended in {', '.join(fixes)}" if fixes else ""))
    console.line(f"  {'✗' if found else '✓'} dependency audit ({len(packages)} packages, {len(found)} findings)")
    return not found
