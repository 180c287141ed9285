"""A display without keyboard: its token, carried by a cookie, and what such a cookie may do.

Who asks is decided in this order: a bearer token in the header, a signed-in session, the cookie of a display. The cookie
never adds to what somebody signed in may do nor takes from it; it stands for a bearer token of scope `display`.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from layers.errors import Forbidden, WanggeError
from layers.people.models import Token
from layers.people.selectors import valid_token
from layers.roles import TokenScope

COOKIE = "wangge_display"
#: Browsers keep no cookie longer.
LONGEST = timedelta(days=400)
#: A page of another site can send the cookie nowhere (SameSite=Strict) and this header never without asking first.
HEADER = "X-Wangge-Display"


class DisplayRefused(WanggeError):
    """A display's token that is unknown, revoked, expired, or was issued for something else."""

    code, status = "invalid_token", 401
    title_zh, title_en = "显示令牌无效", "The display's token is not valid"
    remedy_zh, remedy_en = (
        "令牌可能已过期、被吊销或抄错：请管理员在 /admin/ 的令牌表签发新的显示令牌，再打开 /wall/?display=令牌。",
        "It may have expired, been revoked or been copied wrongly: ask an administrator to issue a display token under "
        "Tokens in /admin/, then open /wall/?display=TOKEN.",
    )


class DisplayHeaderMissing(Forbidden):
    """A write with the cookie of a display, without the header that only our own pages send."""

    code = "display_header_missing"
    title_zh, title_en = "缺少显示屏请求头", "The display's header is missing"
    remedy_zh, remedy_en = f"加上请求头 {HEADER}: 1。", f"Send the header {HEADER}: 1."


def display_token(text: str, at: datetime) -> Token | None:
    """The valid token of scope `display` that a text stands for, or None."""
    if not 8 <= len(text) <= 200 or not text.isascii() or not text.isprintable():
        return None
    token = valid_token(text, at)
    return token if token is not None and token.scope == TokenScope.DISPLAY.value else None


def cookie_age_s(token: Token, at: datetime) -> int:
    """How long the cookie of a token is kept, in seconds: until the token expires, and no longer than browsers keep any."""
    left = LONGEST if token.expires_at is None else min(LONGEST, token.expires_at - at)
    return max(1, math.floor(left.total_seconds()))
