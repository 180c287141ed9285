"""``make test``, ``test-long``, ``check``, ``bench`` and ``pictures``: the same set-up as ``make run``, on a cluster of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from . import audit, children, cluster, packages, python_env, services, start, vendor
from .console import Console
from .files import read_json
from .options import Options, read_options
from .places import Places
from .problems import SetupProblem, Stopped
from .supervisor import Supervisor

#: In the order they run: what fails early fails fast.
STAGES = ("tests/pure", "tests/db", "tests/http", "tests/browser")


def test(rest: list[str], console: Console) -> int:
    """Runs what the flags ask for; returns the first exit code that isn't 0."""
    if "--check" in rest:
        return check(console)
    if "--bench" in rest:
        return bench(console)
    if "--pictures" in rest:
        return pictures([word for word in rest if word != "--pictures"], console)
    return run_tests(console, long="--long" in rest)


def run_tests(console: Console, *, long: bool) -> int:
    """Sets up, starts the test cluster, runs the runners, stops it whatever happened."""
    options = _test_options("WANGGE_VAR_TEST", "var/test")
    with start.only_one(start.ROOT / options.var, "make test"):
        places, log = start.prepare_machine(options, console, packages.TEST)
        with console.step("Front-end test modules") as step:
            vendor.npm_install(places, step, log, with_dev=True)
        with test_cluster(places, options, console, log, durable=False) as env:
            code = _node_tests(env, console)
            pytest: list[str | Path] = [places.venv / "bin" / "python", "-m", "pytest"]
            extra = os.environ.get("PYTEST_ARGS", "").split()
            if long or extra:
                chosen = ["-m", "long", "tests"] if long else ["-m", "not long", *_stages()]
                return max(code, attached([*pytest, *chosen, *extra], env), key=abs)
            *first, browser = _stages()
            with beside([*pytest, "-m", "not long", browser], env, places.var / "browser.log") as browsed:
                code = max(code, attached([*pytest, "-m", "not long", *first], env), key=abs)
                console.line("  · in a browser, beside the others")
                # Last, so that the summary of a runner is the last line of the output.
                return max(code, browsed(), key=abs)


def _test_options(variable: str, default: str) -> Options:
    var = os.environ.get(variable, "").strip() or default
    return replace(read_options(), var=var, demo=False, simulate=False, database_url="", owner_url="")


def _stages() -> list[str]:
    """What ``make test`` runs, in order: the tests of the house itself, then the stages that exist."""
    house = sorted(str(path.relative_to(start.ROOT)) for path in (start.ROOT / "tests").glob("test_*.py"))
    return [*house, *(folder for folder in STAGES if (start.ROOT / folder).is_dir())]


@contextmanager
def test_cluster(
    places: Places, options: Options, console: Console, log: Path, *, durable: bool
) -> Iterator[dict[str, str]]:
    """A running private cluster; yields the environment in which a test finds it. Stopped at the end, come what may."""
    supervisor = Supervisor(places, options, console)
    try:
        with console.step("Test database") as step:
            cluster.create(places, step, log)
            cluster.configure(places, durable=durable)
            child = supervisor.start(services.postgres(places), quiet=True)
            cluster.wait_ready(places, child, step)
            cluster.prepare(places, log)
        yield {
            **os.environ,
            "WANGGE_VAR": str(places.var),
            "DATABASE_URL": str(read_json(places.state / "cluster.json")["app_url"]),
            "DATABASE_OWNER_URL": str(read_json(places.var / "owner.json")["owner_url"]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": f"{places.venv / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        }
    finally:
        supervisor.stop()


def attached(command: Sequence[str | Path], env: dict[str, str]) -> int:
    """Runs a program on our own terminal, in our own process group (Ctrl-C reaches it); returns its exit code."""
    sys.stdout.flush()
    parent = os.getpid()

    def in_child() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        children.die_with_parent(signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    child = subprocess.Popen([str(part) for part in command], cwd=start.ROOT, env=env, preexec_fn=in_child)
    try:
        return child.wait()
    except Stopped:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


@contextmanager
def beside(command: Sequence[str | Path], env: dict[str, str], log: Path) -> Iterator[Callable[[], int]]:
    """Runs a program while the caller does other things; what it yields waits for the end, prints all and gives the code.

    The tests in a browser mostly wait for pictures and the others for processes, so two lanes share two cores well.
    """
    with log.open("wb") as said:
        child = subprocess.Popen(
            [str(part) for part in command], cwd=start.ROOT, env=env, stdout=said, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=lambda: children.die_with_parent(signal.SIGTERM),
        )  # fmt: skip

    def ended() -> int:
        code = child.wait()
        sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
        sys.stdout.flush()
        return code

    try:
        yield ended
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def _node_tests(env: dict[str, str], console: Console) -> int:
    """``node --test`` over ``tests/js``, where there are such tests."""
    folder = start.ROOT / "tests" / "js"
    files = sorted(str(path.relative_to(start.ROOT)) for path in folder.glob("**/*.test.*js"))
    if not files:
        return 0
    console.line("  · front-end unit tests")
    return attached(["node", "--test", *files], env)


def check(console: Console) -> int:
    """Lint, format, types, import directions, routes, migrations, audit: all of them, then the verdict."""
    options = _test_options("WANGGE_VAR_TEST", "var/test")
    places, log = start.prepare_machine(options, console)
    python = places.venv / "bin" / "python"
    env = {**os.environ, "WANGGE_VAR": str(places.var), "PYTHONDONTWRITEBYTECODE": "1"}
    tests = start.ROOT / "tests"
    patterns = ("test_import*direction*.py", "test_architecture*.py", "test_route*.py")
    structure = sorted(
        {
            str(p.relative_to(start.ROOT))
            for pattern in patterns
            for folder in (tests, tests / "pure")
            for p in folder.glob(pattern)
        }
    )
    checks: list[tuple[str, list[str | Path]]] = [
        ("lint", [python, "-m", "ruff", "check", "."]),
        ("format", [python, "-m", "ruff", "format", "--check", "."]),
        ("types", [python, "-m", "mypy"]),
        ("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run", "--skip-checks"]),
    ]
    if structure:
        checks.append(("directions and routes", [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *structure]))
    failed = []
    for name, command in checks:
        started = time.monotonic()
        console.line(f"  · {name}")
        code = attached(command, env)
        console.line(f"  {'✓' if code == 0 else '✗'} {name} ({time.monotonic() - started:.1f} s)")
        failed += [name] if code else []
    failed += ["dependency audit"] if not audit.python_packages(places, console, log) else []
    if failed:
        console.line(f"✗ check: {', '.join(failed)}")
        return 1
    console.line("✓ check")
    return 0


def bench(console: Console) -> int:
    """``python -m tests.bench`` on a durable cluster of its own; rivals come from ``.venv-bench`` and its own lock."""
    if not (start.ROOT / "tests" / "bench" / "__main__.py").exists():
        raise SetupProblem("There is no tests/bench/__main__.py.", "The clone is not whole: git checkout tests/bench")
    options = _test_options("WANGGE_VAR_BENCH", "var/bench")
    with start.only_one(start.ROOT / options.var, "make bench"):
        places, log = start.prepare_machine(options, console, (packages.WRK,))
        rivals = python_env.install_rivals(places, console, log)
        with test_cluster(places, options, console, log, durable=True) as env:
            env["WANGGE_BENCH_PYTHON"] = str(rivals or "")
            env["WANGGE_BENCH_RESULT"] = str(start.ROOT / "var" / "bench.json")
            return attached([places.venv / "bin" / "python", "-m", "tests.bench"], env)


def pictures(words: list[str], console: Console) -> int:
    """``python -m tests.pictures`` on the test cluster; `words` are its own arguments."""
    options = _test_options("WANGGE_VAR_TEST", "var/test")
    with start.only_one(start.ROOT / options.var, "make pictures"):
        places, log = start.prepare_machine(options, console, packages.TEST)
        with test_cluster(places, options, console, log, durable=False) as env:
            return attached([places.venv / "bin" / "python", "-m", "tests.pictures", *words], env)
