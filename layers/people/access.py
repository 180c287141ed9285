"""What each address asks of its caller; declared at the view, enforced in one middleware, tested whole.

An address without a declaration answers nobody: the gate is closed by default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from layers.errors import Forbidden, NotSignedIn, WanggeError, WrongScope
from layers.people.rights import Actor, may
from layers.roles import Capability, Role, TokenScope

_View = TypeVar("_View", bound=Callable[..., Any])
#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Access:
    """The door of one address.

    `public`: open to everybody. Otherwise an account is needed, and `capability` (any area) or one of `roles` when
    given. `scopes` are the token scopes that open it besides `full` (and `read` for reading); `readers` are scopes that
    open it for reading alone. Where reading asks for another capability than writing, it is `reading`.
    """

    public: bool = False
    capability: Capability | None = None
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[TokenScope] = frozenset()
    readers: frozenset[TokenScope] = frozenset()
    reading: Capability | None = None

    def refusal(self, actor: Actor, method: str) -> WanggeError | None:
        """Why this caller may not pass, or None when he may."""
        if self.public:
            return None
        if not actor.known:
            return NotSignedIn()
        if actor.token_scope is not None and not self._scope_fits(actor.token_scope, method):
            return WrongScope(
                f"该令牌的用途是 {actor.token_scope}",
                f"this token's scope is {actor.token_scope}",
                found=actor.token_scope,
            )
        if self.roles and not self.roles & actor.roles:
            return Forbidden()
        wanted = self.reading if self.reading is not None and method in SAFE else self.capability
        if wanted is not None and not may(actor, wanted):
            return Forbidden()
        return None

    def _scope_fits(self, scope: TokenScope, method: str) -> bool:
        if scope is TokenScope.FULL or scope in self.scopes:
            return True
        return method in SAFE and (scope is TokenScope.READ or scope in self.readers)


PUBLIC = Access(public=True)
SIGNED_IN = Access()
#: What walls read as well: any account, and tokens of scope `display`.
SHOWN = Access(readers=frozenset({TokenScope.DISPLAY}))


def access(door: Access) -> Callable[[_View], _View]:
    """Decorator: declares the door of a view."""

    def declare(view: _View) -> _View:
        view.access = door  # type: ignore[attr-defined]
        return view

    return declare


def door_of(view: Any) -> Access | None:
    """The declared door of a view callable, or None."""
    door = getattr(view, "access", None)
    return door if isinstance(door, Access) else None
