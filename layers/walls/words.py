"""What the choices of scenes and walls are called: value -> (Chinese, English). Pure."""

from __future__ import annotations

KINDS: dict[str, tuple[str, str]] = {
    "district": ("全区", "District"), "area": ("辖区", "Area"), "hotspots": ("热点", "Hot spots"),
    "flight": ("三维巡览", "Flight in 3D"), "incident": ("单个案卷", "One case"),
}  # fmt: skip
CHOROPLETHS: dict[str, tuple[str, str]] = {
    "none": ("不着色", "Nothing"), "open_now": ("未结件数", "Open now"), "per_km2": ("每平方千米件数", "Cases per km²"),
    "oldest": ("最久未结", "Age of the oldest"),
}  # fmt: skip
HEATS: dict[str, tuple[str, str]] = {
    "none": ("无", "None"), "24h": ("24 小时", "24 hours"), "7d": ("7 天", "7 days"), "30d": ("30 天", "30 days"),
}  # fmt: skip
THEMES: dict[str, tuple[str, str]] = {
    "dark": ("深色", "Dark"), "light": ("浅色", "Light"), "by-sun": ("随日照", "By the sun"),
}  # fmt: skip
LANGUAGES: dict[str, tuple[str, str]] = {
    "zh": ("中文", "Chinese"), "en": ("英文", "English"), "both": ("中英文", "Both"),
}  # fmt: skip
