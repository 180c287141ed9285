"""What is wrong with the screens of the walls: one that shows old data, differs from the store, or is not heard of. Pure."""

from __future__ import annotations

from gis.ops.readings import ScreenRead

#: A screen speaks every 30 s: after two that did not come it is silent.
SILENT_S = 90.0
#: For so long trouble that a screen told of is shown.
TOLD_S = 600.0

_TOLD: dict[str, tuple[str, str]] = {
    "hash_mismatch": ("与库不一致，已重取", "differed from the store and was fetched again"),
    "context_lost": ("图形环境丢失，已自愈", "lost its drawing context and healed"),
    "reloaded": ("已自行重载", "loaded itself again"),
    "slow": ("绘制过慢", "drew too slowly"),
}


def trouble(screen: ScreenRead, zh: str, en: str) -> tuple[str, str] | None:
    """Chinese and English of what is wrong now, None when nothing is. `zh` and `en`: its silence in words.

    A person's browser may be closed: only a display is missed. What a screen said of itself holds while it speaks.
    """
    if screen.age_s > SILENT_S:
        if not screen.display:
            return None
        return (
            f"已 {zh}没有报到：断网、断电或令牌停用",
            f"has not been heard of for {en}: no network, no power, or its token was revoked",
        )
    if screen.hash_ok is False:
        return "画面与库不一致", "shows a picture that differs from the store"
    if screen.phase != "live":
        return "没有心跳，画面停更", "hears no heartbeat and shows old data"
    told = _TOLD.get(screen.reported)
    if told and screen.reported_age_s is not None and screen.reported_age_s <= TOLD_S and screen.reported != "reloaded":
        return told
    return None


def is_live(screen: ScreenRead) -> bool:
    """True for a screen that speaks, hears the stream and agrees with the store as far as it could compare."""
    return screen.age_s <= SILENT_S and screen.phase == "live" and screen.hash_ok is not False
