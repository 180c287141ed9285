"""Text that spreadsheets must not run, and its way back. Pure.

A text that begins with a sign spreadsheets take for a formula gets an apostrophe in front, and so does one that begins
with apostrophes before such a sign: each text has exactly one safe form, and each safe form exactly one text.
"""

from __future__ import annotations

import re

#: ASCII signs, their full-width twins, and the white space that some programs skip before they look for a sign.
SIGNS = "=+-@\t\r\n＝＋－＠"
_RISKY = re.compile(f"'*[{re.escape(SIGNS)}]")


def safe_cell(text: str) -> str:
    """`text` as no spreadsheet runs it: `=1+1` becomes `'=1+1`; harmless text stays as it is."""
    return f"'{text}" if _RISKY.match(text) else text


def plain_cell(text: str) -> str:
    """The text whose safe form this is; a text that needs no protection stays as it is."""
    return text[1:] if text.startswith("'") and _RISKY.match(text, 1) else text
