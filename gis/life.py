"""Signs of life of processes that come in several: each takes the first free number and keeps it while it lives."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from layers.live.processes import Beater

_MOST = 64
#: Locks held until the process ends.
_held: list[int] = []


def signs_of_life(name: str, facts: Callable[[], Mapping[str, Any]] = dict) -> Beater:
    """A running beater for this process, whose instance is its number among those of one name on this machine."""
    beater = Beater(name, place_of(name, Path(settings.SOCKET_DIR)), facts)
    beater.start()
    return beater


def place_of(name: str, folder: Path) -> str:
    """The first number that no living process of that name has; the process id where the folder cannot be used.

    The kernel gives a number back whatever way its process ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST + 1):
            descriptor = os.open(folder / f"{name}-{number}.alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            _held.append(descriptor)
            return str(number)
    except OSError:
        pass
    return f"pid-{os.getpid()}"
