"""What the caller of ``make run`` may choose, read once from the environment and checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .problems import SetupProblem

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Options:
    """``HOST PORT EDGE DEMO SIMULATE WANGGE_VAR DATABASE_URL DATABASE_OWNER_URL BUNDLE``."""

    host: str
    port: int
    edge: bool
    demo: bool
    simulate: bool
    var: str
    database_url: str
    owner_url: str
    bundle: str

    @property
    def private_cluster(self) -> bool:
        """Whether the database is ours to run."""
        return not self.database_url

    @property
    def probe_host(self) -> str:
        """The address at which we can reach ourselves."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The address people open."""
        host = f"[{self.probe_host}]" if ":" in self.probe_host else self.probe_host
        return f"http://{host}:{self.port}/"


def read_options(env: Mapping[str, str] | None = None) -> Options:
    """The checked options.

    Raises:
        SetupProblem: a value that can't be meant, named with what was found.
    """
    env = os.environ if env is None else env
    app, owner = env.get("DATABASE_URL", "").strip(), env.get("DATABASE_OWNER_URL", "").strip()
    return Options(
        host=env.get("HOST", "").strip() or "127.0.0.1",
        port=_port(env.get("PORT", "").strip()),
        edge=_flag(env, "EDGE"),
        demo=_flag(env, "DEMO"),
        simulate=_flag(env, "SIMULATE"),
        var=env.get("WANGGE_VAR", "").strip(),
        database_url=app or owner,
        owner_url=owner if app else "",
        bundle=env.get("BUNDLE", "").strip(),
    )


def _port(text: str) -> int:
    if not text:
        return 8000
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SetupProblem(
            f"PORT must be a whole number from 1 to 65535, not {text!r}.", "make run PORT=8001", exit_code=64
        )
    return int(text)


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").strip().lower()
    if text in _NO:
        return False
    if not text or text in _YES:
        return True
    raise SetupProblem(f"{name} must be 1 or 0, not {text!r}.", f"make run {name}=0", exit_code=64)
