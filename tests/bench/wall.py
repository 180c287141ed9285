"""The wall in a real browser with software GL: first picture, cost of moving points, memory in a storm, weight, silence outside."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.report import Figure, share
from tests.bench.servers import free_port, running
from tests.bench.stage import Database
from tests.browser.conftest import FLAGS, Watched
from tests.wall_front import WallFront

SIZE = {"width": 1280, "height": 720}
MEMORY_FLAGS = ("--enable-precise-memory-info", "--js-flags=--expose-gc")
POINTS, RATE_S, EVENTS_A_SECOND = 2_000, 10, 10
FIRST_PICTURE_S, LOSS, DOWNLOAD_MB, GROWTH = 3.0, 0.2, 1.2, 1.1
WARM_S, STORM_S = 20, 60
DRAWN = "['useful', 'ready'].includes(document.documentElement.dataset.map) && Number(document.documentElement.dataset.open) > 0"
WHOLE = "document.documentElement.dataset.map === 'ready'"
#: Frames that the browser drew within so many seconds.
FRAMES = """(seconds) => new Promise((done) => {
  let count = 0;
  const begun = performance.now();
  const one = (now) => { count += 1; if (now - begun < seconds * 1000) requestAnimationFrame(one); else done(count / ((now - begun) / 1000)); };
  requestAnimationFrame(one);
})"""


def measure(database: Database, folder: Path, rounds: int) -> list[Figure]:
    """All figures of the wall."""
    from tests.bench.live import _token

    port = free_port()
    environment = database.environment | {"WANGGE_VAR": str(folder), "EDGE": "0"}
    environment.pop("DATABASE_OWNER_URL", None)
    command = [sys.executable, "manage.py", "stream", "--with-web", "--port", str(port)]
    with (
        running(command, environment, folder / "wall.log", f"http://127.0.0.1:{port}/healthz"),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *MEMORY_FLAGS])
        with _front(f"http://127.0.0.1:{port}") as front:
            bench = Bench(browser, front, _token(environment))
            return [
                *bench.first_picture(min(rounds, 3)),
                bench.moving_points(min(rounds, 3)),
                bench.memory(STORM_S),
                bench.silence(),
            ]


@contextlib.contextmanager
def _front(url: str) -> Iterator[WallFront]:
    front = WallFront(url, units=POINTS)
    front.beating = False
    try:
        yield front
    finally:
        front.close()


class Storm:
    """What the stream brings from a thread of its own: heartbeats always, frames and events when they are asked for."""

    def __init__(self, front: WallFront, *, frames: bool = False, events: bool = False) -> None:
        self.front, self.frames, self.events = front, frames, events
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Storm:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        tick = 0
        while not self._over.wait(1 / EVENTS_A_SECOND):
            if self.events:
                self.front.storm_event()
            if self.frames and tick % EVENTS_A_SECOND == 0:
                self.front.frame()
            if tick % (2 * EVENTS_A_SECOND) == 0:
                self.front.beat()
            tick += 1


class Bench:
    """Figures of one browser on one site."""

    def __init__(self, browser: Browser, front: WallFront, token: str) -> None:
        self.browser, self.front, self.token = browser, front, token
        self.violations: list[str] = []
        self.outside: list[str] = []

    @contextlib.contextmanager
    def page(self) -> Iterator[Watched]:
        """A fresh browser profile on the wall; what it does wrong is kept."""
        context = self.browser.new_context(
            viewport=SIZE,
            locale="zh-CN",
            color_scheme="dark",
            extra_http_headers={"Authorization": f"Bearer {self.token}"},
        )
        watched = Watched(context.new_page(), self.front.url)
        watched.watch()
        try:
            watched.page.goto(f"{self.front.url}/wall/", wait_until="commit")
            yield watched
        finally:
            self.violations += [text for text in watched.errors if "Content Security Policy" in text]
            self.outside += watched.outside
            context.close()

    def first_picture(self, rounds: int) -> list[Figure]:
        """Seconds from navigation to a drawn map with open cases, nothing cached; and what was downloaded for it."""
        taken, whole_s, worked_s = [], [], []
        for _ in range(rounds):
            before = processor_s(self.browser)
            with Storm(self.front), self.page() as watched:
                watched.wait_until(DRAWN, 120)
                taken.append(watched.page.evaluate("performance.now()") / 1000)
                worked_s.append(processor_s(self.browser) - before)
                watched.wait_until(WHOLE, 120)
                whole_s.append(watched.page.evaluate("performance.now()") / 1000)
        told = (
            f"1280x720, software GL, cold cache; whole after {statistics.median(whole_s):.2f} s;"
            f" all processes of the browser worked {statistics.median(worked_s):.2f} s for it"
        )
        by_kind = self.front.download()
        whole = sum(by_kind.values()) / 1e6
        note = ", ".join(
            f"{kind} {size / 1000:.0f} KB" for kind, size in sorted(by_kind.items(), key=lambda one: -one[1])[:6]
        )
        return [
            share("wall: first useful picture", FIRST_PICTURE_S, taken, told),
            _bounded("wall: download before tiles, gzip -6", DOWNLOAD_MB, [whole], "MB", note),
        ]

    def moving_points(self, rounds: int) -> Figure:
        """Share of the idle frame rate that moving all points once a second costs, turn by turn on one page."""
        losses, idle_rates, busy_rates, worked = [], [], [], {False: 0.0, True: 0.0}
        with self.page() as watched, Storm(self.front) as storm:
            watched.wait_until(WHOLE, 120)
            # Scenes that change fly over the city, which costs more than any point: both turns look at the same one.
            self.front.command("pause")
            watched.wait_until("document.documentElement.dataset.turn !== 'rotating'")
            watched.page.evaluate(FRAMES, 3)
            for _ in range(rounds):
                rates = []
                for moving in (False, True):
                    storm.frames = moving
                    before = processor_s(self.browser)
                    rates.append(watched.page.evaluate(FRAMES, RATE_S))
                    worked[moving] += processor_s(self.browser) - before
                idle, busy = rates
                idle_rates.append(idle)
                busy_rates.append(busy)
                losses.append(max(0.0, 1 - busy / idle) / LOSS)
        note = f"{POINTS} points at 1 Hz: {statistics.median(busy_rates):.1f} frames/s, idle {statistics.median(idle_rates):.1f};"
        note += f" the browser worked {worked[True] / worked[False]:.2f} times as much"
        return Figure(
            "wall: frame rate lost to moving points",
            f"bound {LOSS:.0%}",
            1.0,
            False,
            losses,
            statistics.median(losses) * LOSS,
            LOSS,
            "",
            note,
        )

    def memory(self, seconds: float) -> Figure:
        """The heap after a storm over the heap before it, both after a forced collection."""
        with Storm(self.front, events=True, frames=True), self.page() as watched:
            watched.wait_until(DRAWN, 120)
            watched.page.wait_for_timeout(WARM_S * 1000)
            before = heap_mb(watched.page)
            watched.page.wait_for_timeout(seconds * 1000)
            after = heap_mb(watched.page)
        note = (
            f"{before:.1f} MB, after {seconds:.0f} s of {EVENTS_A_SECOND} events/s and {POINTS} points {after:.1f} MB"
        )
        return _bounded("wall: heap after a storm over before", GROWTH, [after / before], "", note)

    def silence(self) -> Figure:
        """Violations of the content policy and requests to other hosts on all pages so far."""
        wrong = [*self.violations, *self.outside]
        return Figure(
            "wall: policy violations and outside requests",
            "bound 0",
            0.0,
            False,
            [float(len(wrong))],
            len(wrong),
            0,
            "",
            "; ".join(wrong[:3]),
        )


def processor_s(browser: Browser) -> float:
    """Seconds that all processes of a browser have worked; unlike a clock's it tells little of what else the machine does."""
    link = browser.new_browser_cdp_session()
    try:
        return sum(float(one["cpuTime"]) for one in link.send("SystemInfo.getProcessInfo")["processInfo"])
    finally:
        link.detach()


def heap_mb(page: Page) -> float:
    """Megabytes that a page's scripts hold after a forced collection."""
    link = page.context.new_cdp_session(page)
    try:
        link.send("HeapProfiler.collectGarbage")
        link.send("HeapProfiler.collectGarbage")
        used: float = link.send("Runtime.getHeapUsage")["usedSize"]
        return used / 1e6
    finally:
        link.detach()


def _bounded(name: str, bound: float, values: list[float], unit: str, note: str) -> Figure:
    """A figure as a share of its bound."""
    return Figure(
        name,
        f"bound {bound:g} {unit}".strip(),
        1.0,
        False,
        [value / bound for value in values],
        statistics.median(values),
        bound,
        unit,
        note,
    )
