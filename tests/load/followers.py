"""Clients of the stream that come back after every cut, and remember what they were told."""

from __future__ import annotations

import http.client
import threading
import time

from tests.streaming import Listener

_PAUSE_S = 0.1


class Follower:
    """A screen: reads the state, follows the stream, connects again behind its cursor, reads afresh on `reset`."""

    def __init__(self, live_url: str, token: str, *, through: str = "") -> None:
        self.fresh_url, self.token = live_url, token
        self.listener = Listener(through or live_url, token)
        self.faults: list[str] = []
        self.cuts = 0
        self.resets: list[str] = []
        self.ids: list[int] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Follower:
        """Begins to follow."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hangs up at the next message."""
        self._stopped.set()
        self._thread.join(20)

    @property
    def seq(self) -> int:
        """How far it has come."""
        return self.listener.state.seq

    def _run(self) -> None:
        known = False
        while not self._stopped.is_set():
            try:
                if not known:
                    self._read_state()
                    known = True
                self.listener.open()
                if self.listener.status != 200:
                    raise ConnectionError(f"status {self.listener.status}")
                known = self._listen()
            except (OSError, http.client.HTTPException, AssertionError):
                self._stopped.wait(_PAUSE_S)
            finally:
                self.listener.close()
                self.cuts += 1

    def _read_state(self) -> None:
        """From the site itself: it is the stream that is cut."""
        reader = Listener(self.fresh_url, self.token)
        reader.fetch()
        self.listener.state = reader.state

    def _listen(self) -> bool:
        """True when the stream ended and can be taken up behind the cursor; false after `reset`."""
        while not self._stopped.is_set():
            message = self.listener.next()
            if message is None:
                return True
            self.listener.heard.clear()
            if message.event == "reset":
                self.resets.append(message.data["reason"])
                return False
            if message.id is not None:
                if self.ids and message.id <= self.ids[-1] and not self.resets:
                    self.faults.append(f"seq {message.id} came after {self.ids[-1]}")
                self.ids.append(message.id)
            told = (
                message.data.get("hash") if message.event == "heartbeat" and message.data["seq"] == self.seq else None
            )
            if told not in (None, self.listener.state.hash()):
                self.faults.append(f"the hash at {self.seq} is not that of the state shown")
        return True

    def differs_from_fresh(self, seconds: float = 30) -> str:
        """Empty once what is shown equals a fresh read; else in what it still differs when the time is over."""
        limit, difference = time.monotonic() + seconds, "nothing was compared"
        while time.monotonic() < limit:
            fresh = Listener(self.fresh_url, self.token)
            fresh.fetch()
            difference = self._difference(fresh)
            if not difference:
                return ""
            self._stopped.wait(_PAUSE_S)
        return difference

    def _difference(self, fresh: Listener) -> str:
        for layer, wanted in fresh.state.layers.items():
            shown = self.listener.state.layers.get(layer, {})
            if shown != wanted:
                keys = [key for key in shown.keys() | wanted.keys() if shown.get(key) != wanted.get(key)]
                one = keys[0]
                return f"{layer}: {len(keys)} differ, such as {shown.get(one)} instead of {wanted.get(one)}"
        return ""
