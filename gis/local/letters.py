"""Small font files of the letters that a screen needs first, cut out of the numbered pieces of the vendored font.

A numbered piece holds letters of one frequency; the names of one district's streets lie in twenty of them. What stands in
``letters.json`` is cut out once, when modules are vendored: the names on the ground, the kinds of cases, our own words.
All other letters stay in their pieces, which a browser fetches when it meets one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from . import children

HERE = Path(__file__).resolve().parent
LETTERS, CUTTER = HERE / "letters.json", HERE / "font_letters.mjs"
#: Latin letters, digits and signs go with the names on the ground, which hold digits.
_LATIN = "".join(map(chr, range(0x20, 0x7F)))


def groups() -> dict[str, str]:
    """Letters by group; each letter is in one."""
    read: dict[str, list[str]] = json.loads(LETTERS.read_text(encoding="utf-8"))
    found = {name: "".join(lines) for name, lines in read.items()}
    return found | {"ground": _LATIN + found["ground"]}


def sources() -> list[bytes]:
    """What decides how the files look."""
    return [LETTERS.read_bytes(), CUTTER.read_bytes(), Path(__file__).read_bytes()]


def make(pieces: Sequence[Path], folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Writes a file a group; yields its name and its ``unicode-range``. ``name`` holds ``{group}``.

    Raises:
        SetupProblem: the letters could not be cut out.
    """
    files = [name.format(group=group) for group in groups()]
    wishes = [
        {"pieces": [str(piece) for piece in pieces], "letters": letters, "to": str(folder / file)}
        for file, letters in zip(files, groups().values(), strict=True)
    ]
    code, output = children.run(["node", CUTTER], feed=json.dumps(wishes).encode())
    children.must(code, output, "cutting letters out of the font", "Is this the font package of package-lock.json?")
    for file, codes in zip(files, json.loads(output.splitlines()[-1]), strict=True):
        yield file, ranges(codes)


def ranges(codes: Iterable[int]) -> str:
    """`[48, 49, 50, 97]` as `U+30-32,U+61`."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


def face(family: str, weight: int, address: str, unicode_range: str) -> str:
    """One ``@font-face`` rule."""
    return (
        f"@font-face {{\n  font-family: '{family}';\n  font-style: normal;\n  font-display: swap;\n  font-weight: {weight};\n"
        f"  src: url({address}) format('woff2');\n  unicode-range: {unicode_range};\n}}"
    )
