"""Sessions in the database, less what no session's key can be: such a key is nobody's and is asked of nothing."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Django's store. A cookie may carry any byte, a NUL among them, which the database refuses to compare with."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and 8 <= len(str(key)) <= 40 and str(key).isascii() and str(key).isalnum()
