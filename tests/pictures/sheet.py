"""The contact sheet: one HTML file beside the pictures."""

from __future__ import annotations

from html import escape
from pathlib import Path

from tests.pictures.shots import all_shots

_PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>网格 · 画面 Pictures</title>
<style>body{{margin:16px;font:14px sans-serif;background:#1b2126;color:#dfe6ea}}
main{{display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:16px}}
figure{{margin:0}}img{{width:100%;height:236px;object-fit:contain;background:#000}}a{{color:inherit}}</style>
<h1>{count} pictures</h1><main>{figures}</main></html>
"""
_FIGURE = '<figure><a href="{name}.png"><img loading="lazy" src="{name}.png" alt=""></a><figcaption>{name}</figcaption></figure>'


def write_sheet(folder: Path) -> Path:
    """The file, with every picture that is there."""
    names = [shot.name for shot in all_shots() if (folder / f"{shot.name}.png").exists()]
    path = folder / "index.html"
    figures = "\n".join(_FIGURE.format(name=escape(name)) for name in names)
    path.write_text(_PAGE.format(count=len(names), figures=figures), encoding="utf-8")
    return path
