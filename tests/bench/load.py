"""Load: wrk where it is installed, else a small client of our own in two processes."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local accept = os.getenv("BENCH_ACCEPT_ENCODING")
local headers = {}
if accept ~= "" then headers["Accept-Encoding"] = accept end
local number = 0
function request()
  number = number + 1
  return wrk.format("GET", paths[(number - 1) % #paths + 1], headers)
end
"""


def rate(
    base: str, paths: Sequence[str], seconds: float, folder: Path, *, connections: int = 8, accept_encoding: str = ""
) -> float:
    """Answers a second over `paths` in turn. RuntimeError when an answer was no 2xx."""
    if shutil.which("wrk"):
        return _wrk(base, paths, seconds, folder, connections, accept_encoding)
    return _python(base, paths, seconds, connections, accept_encoding)


def tool() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "two Python processes"


def _wrk(base: str, paths: Sequence[str], seconds: float, folder: Path, connections: int, accept: str) -> float:
    script, listing = folder / "load.lua", folder / "paths.txt"
    script.write_text(_SCRIPT)
    listing.write_text("\n".join(paths) + "\n")
    answer = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script), base],
        env=os.environ | {"BENCH_PATHS": str(listing), "BENCH_ACCEPT_ENCODING": accept},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    if "Non-2xx" in answer.stdout or "Socket errors" in answer.stdout:
        raise RuntimeError(f"{base}{paths[0]}:\n{answer.stdout}")
    found = re.search(r"(\d+) requests in ([0-9.]+)(m?s)", answer.stdout)
    if found is None:
        raise RuntimeError(answer.stdout)
    return int(found[1]) / (float(found[2]) / (1000 if found[3] == "ms" else 1))


def _python(base: str, paths: Sequence[str], seconds: float, connections: int, accept: str) -> float:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        jobs = [(base, list(paths[number::2]) or list(paths), seconds, accept) for number in range(2)]
        return sum(pool.starmap(_client, jobs))


def _client(base: str, paths: list[str], seconds: float, accept: str) -> float:
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    headers = {"Accept-Encoding": accept} if accept else {}
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        link.request("GET", paths[count % len(paths)], headers=headers)
        answer = link.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status} at {paths[count % len(paths)]}")
        count += 1
    return count / (time.perf_counter() - started)
