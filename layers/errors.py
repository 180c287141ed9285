"""Errors as types: one class per cause, each with a code, a status, a sentence in both languages and a remedy.

Nothing here knows HTTP frameworks: `gis.errors` alone turns these into problem+json or a page.
"""

from __future__ import annotations

from typing import Any, ClassVar


class WanggeError(Exception):
    """An expected failure that a caller can act on.

    Args:
        zh, en: what exactly was found, one sentence each; empty means the class sentence says it all.
        field: the input field at fault, when there is one.
        found: the offending value, already cut to something printable.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title_zh: ClassVar[str] = "系统出错"
    title_en: ClassVar[str] = "Something failed"
    remedy_zh: ClassVar[str] = "请稍后重试；仍不行时把编号告诉系统管理员。"
    remedy_en: ClassVar[str] = "Try again shortly; if it persists, give the reference to the administrator."

    def __init__(
        self, zh: str = "", en: str = "", *, field: str | None = None, found: object = None, **extra: Any
    ) -> None:
        super().__init__(en or self.title_en)
        self.zh = zh
        self.en = en
        self.field = field
        self.found = None if found is None else str(found)[:200]
        self.extra = extra

    def problem(self, language: str) -> dict[str, Any]:
        """The RFC 9457 members of this error in one language (`zh…` or anything else for English)."""
        chinese = language.startswith("zh")
        body: dict[str, Any] = {
            "type": f"urn:wangge:error:{self.code}",
            "title": self.title_zh if chinese else self.title_en,
            "status": self.status,
            "code": self.code,
            "detail": (self.zh if chinese else self.en) or (self.title_zh if chinese else self.title_en),
            "remedy": self.remedy_zh if chinese else self.remedy_en,
        }
        if self.field is not None:
            body["field"] = self.field
        if self.found is not None:
            body["found"] = self.found
        body.update(self.extra)
        return body


class InvalidInput(WanggeError):
    """A value that cannot be used as it stands."""

    code, status = "invalid_input", 400
    title_zh, title_en = "输入有误", "The input cannot be used"
    remedy_zh, remedy_en = "按提示改正该字段后再提交。", "Correct the field named here and send it again."


class InvalidGeometry(InvalidInput):
    """A geometry that is not finite, not valid, empty, too large or outside the district."""

    code, status = "invalid_geometry", 422
    title_zh, title_en = "几何有误", "The geometry cannot be used"
    remedy_zh, remedy_en = (
        "检查坐标是否为数字、顺序为经度在前、图形不自相交。",
        "Check that coordinates are numbers, longitude first, and that the shape does not cross itself.",
    )


class NotSignedIn(WanggeError):
    """Nobody is signed in and the address is not public."""

    code, status = "not_signed_in", 401
    title_zh, title_en = "需要登录", "Sign-in needed"
    remedy_zh, remedy_en = (
        "登录，或在请求头带上 Authorization: Bearer 令牌。",
        "Sign in, or send the header Authorization: Bearer TOKEN.",
    )


class InvalidToken(NotSignedIn):
    """A bearer token that is unknown, revoked or expired (told apart only for its owner's log)."""

    code = "invalid_token"
    title_zh, title_en = "令牌无效", "The token is not valid"
    remedy_zh, remedy_en = (
        "令牌可能已过期或被吊销：请管理员用 manage.py issue_token 重新签发。",
        "It may have expired or been revoked: ask an administrator for a new one (manage.py issue_token).",
    )


class Forbidden(WanggeError):
    """The person is known but may not do this."""

    code, status = "forbidden", 403
    title_zh, title_en = "没有权限", "Not permitted"
    remedy_zh, remedy_en = (
        "需要相应岗位的授权：请联系本级管理员。",
        "This needs an assignment that allows it: ask the administrator of your centre.",
    )


class WrongScope(Forbidden):
    """A token used outside the scope it was issued for."""

    code = "wrong_scope"
    title_zh, title_en = "令牌用途不符", "The token was not issued for this"
    remedy_zh, remedy_en = "换用具有所需用途的令牌。", "Use a token with the scope named here."


class NotFound(WanggeError):
    """No such thing, or none that this person may see: both get the same answer."""

    code, status = "not_found", 404
    title_zh, title_en = "找不到", "Not found"
    remedy_zh, remedy_en = (
        "检查编号或地址；也可能超出您的权限范围。",
        "Check the id or address; it may lie outside what you may see.",
    )


class UnknownLayer(NotFound):
    """A layer id that the catalog does not hold or the person may not see."""

    code = "unknown_layer"
    title_zh, title_en = "没有这个图层", "No such layer"
    remedy_zh, remedy_en = "可用图层见 /api/layers。", "The layers you may use are listed at /api/layers."


class Conflict(WanggeError):
    """The same key was used with another body, or the object has moved on."""

    code, status = "conflict", 409
    title_zh, title_en = "内容冲突", "Conflict"
    remedy_zh, remedy_en = "取回最新内容，核对后再提交。", "Fetch the current state, compare, and send again."


class StaleVersion(Conflict):
    """An update made against an older version than the one stored."""

    code = "stale_version"
    title_zh, title_en = "已被他人更新", "Changed by someone else meanwhile"


class LayerMovedOn(Conflict):
    """A publication that was prepared against a version of its layer that is not the last any more."""

    code = "layer_moved_on"
    title_zh, title_en = "图层已有新版本", "The layer has moved on"
    remedy_zh, remedy_en = (
        "系统会按最新版本重新比对；核对差异后再提交。",
        "It is compared with the newest version again: look at the differences and commit then.",
    )


class TilingBroken(WanggeError):
    """Areas that overlap, leave a gap or leave their parent by more than the tolerance."""

    code, status = "tiling_broken", 422
    title_zh, title_en = "区划不成面", "The areas do not tile"
    remedy_zh, remedy_en = (
        "按列出的图形对修正边界：容差为每对 1 平方米（EPSG:4547）。",
        "Mend the borders of the pairs listed: the tolerance is 1 m² a pair in EPSG:4547.",
    )


class ProfileRefused(WanggeError):
    """A district profile that cannot be loaded as it stands; nothing of it was stored."""

    code, status = "profile_refused", 422
    title_zh, title_en = "辖区数据未载入", "The district profile was refused"
    remedy_zh, remedy_en = (
        "按清单改正文件后重新运行 load_district。",
        "Mend the files as listed and run load_district again.",
    )


class TooManyAttempts(WanggeError):
    """Sign-in is paused after repeated failures."""

    code, status = "too_many_attempts", 429
    title_zh, title_en = "登录尝试过多", "Too many sign-in attempts"
    remedy_zh, remedy_en = (
        "请在提示的时间后再试，或联系管理员解锁。",
        "Wait as long as stated, or ask an administrator to unlock it.",
    )


class Unavailable(WanggeError):
    """A part that this needs is not answering now."""

    code, status = "unavailable", 503
    title_zh, title_en = "暂时不可用", "Temporarily unavailable"


class TookTooLong(Unavailable):
    """The database stopped a statement at its time limit."""

    code = "took_too_long"
    title_zh, title_en = "查询超时", "The query took too long"
    remedy_zh, remedy_en = "缩小范围或放大地图后再试。", "Narrow the area, or zoom in, and try again."


class NewerDatabase(WanggeError):
    """The database was migrated by a newer Wangge than this one."""

    code, status = "newer_database", 500
    title_zh, title_en = "数据库版本比程序新", "The database is newer than this program"
    remedy_zh, remedy_en = (
        "换用同版或更新的程序，或把 WANGGE_VAR 指向另一目录重新建库。",
        "Run the same or a newer Wangge, or point WANGGE_VAR at another folder to start a fresh database.",
    )
