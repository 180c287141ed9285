"""Child processes that never outlive the process which started them, and never run as root unless set-up needs it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .places import Account
from .problems import SetupProblem

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: int) -> None:
    """Asks the kernel to send ``death_signal`` to this process when its parent dies (prctl(2))."""
    _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: int | None = subprocess.DEVNULL,
    death_signal: int = signal.SIGKILL,
    own_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Starts ``command`` with its output in a pipe, as ``account``, tied to our life.

    Must be called from the main thread: the kernel ties the child to the *thread* that made it.
    """
    parent = os.getpid()

    def in_child() -> None:
        # After setuid, which would clear the setting; ignored signals are inherited, so give them back.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        if death_signal:
            die_with_parent(death_signal)
            if os.getppid() != parent:
                os._exit(1)

    switch = account is not None and account.switch
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=own_session,
        preexec_fn=in_child,
        user=account.uid if switch and account else None,
        group=account.gid if switch and account else None,
        extra_groups=[] if switch else None,
        umask=0o027 if switch else -1,
    )


def run(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    tick: Callable[[], None] | None = None,
    feed: bytes | None = None,
    death_signal: int = signal.SIGKILL,
    patience_s: float = 5.0,
) -> tuple[int, str]:
    """Runs ``command`` to its end; returns (exit code, the last 200 lines of output).

    ``on_line`` sees each line, ``tick`` is called five times a second. When we are told to stop meanwhile, the
    child gets ``SIGTERM`` and after ``patience_s`` ``SIGKILL``.
    """
    child = spawn(
        command,
        account=account,
        env=env,
        cwd=cwd,
        death_signal=death_signal,
        stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
    )
    tail: list[str] = []
    sink = log.open("a", encoding="utf-8", errors="replace") if log else None
    try:
        if feed and child.stdin:
            child.stdin.write(feed)
            child.stdin.close()
        for line in _lines(child, tick):
            tail = [*tail[-199:], line]
            if sink:
                sink.write(line + "\n")
            if on_line:
                on_line(line)
        return child.wait(), "\n".join(tail)
    except BaseException:
        stop_group(child, patience_s)
        raise
    finally:
        if sink:
            sink.close()
        if child.stdout:
            child.stdout.close()


def _lines(child: subprocess.Popen[bytes], tick: Callable[[], None] | None) -> Iterator[str]:
    """Yields the child's output line by line (carriage returns count as line ends)."""
    assert child.stdout is not None
    descriptor, rest = child.stdout.fileno(), b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], 0.2)
        if tick:
            tick()
        if ready:
            block = os.read(descriptor, 65536)
            if not block:
                break
            *lines, rest = re.split(rb"[\r\n]", rest + block)
            for line in lines:
                if line.strip():
                    yield line.decode("utf-8", "replace")
        elif child.poll() is not None:
            # A grandchild may hold the pipe open; the answer is complete all the same.
            break
    if rest.strip():
        yield rest.decode("utf-8", "replace")


def stop_group(child: subprocess.Popen[bytes], patience_s: float, first: int = signal.SIGTERM) -> None:
    """Ends a child and its process group: ``first``, then after ``patience_s`` SIGKILL."""
    if child.poll() is None:
        signal_group(child.pid, first)
        deadline = time.monotonic() + patience_s
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    signal_group(child.pid, signal.SIGKILL)
    if child.poll() is None:
        child.wait()


def signal_group(pid: int, number: int) -> None:
    """Sends ``number`` to the session that ``pid`` leads; nothing happens when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def must(code: int, output: str, what: str, remedy: str = "") -> None:
    """Raises a :class:`SetupProblem` with the end of ``output`` unless ``code`` is 0."""
    from .console import without_addresses
    from .problems import explain_output

    if code == 0:
        return
    known = explain_output(output, what)
    if known:
        raise known
    last = "\n".join("    " + without_addresses(line) for line in output.splitlines()[-15:])
    raise SetupProblem(f"{what} failed (exit {code}):\n{last}", remedy)
