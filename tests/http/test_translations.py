"""Every word a person can see has its Chinese: extracted from the code, looked up in the compiled catalogue."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "gettext_noop"}
_TAG = re.compile(r"""{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
_BLOCK = re.compile(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)


def words() -> Iterator[tuple[str, str]]:
    """(file, English words) of every literal marked for translation."""
    for top in ("gis", "layers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _CALLS:
                    yield from (
                        (str(path.relative_to(ROOT)), argument.value)
                        for argument in node.args[:1]
                        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                    )
        for path in sorted((ROOT / top).rglob("*.html")):
            text = path.read_text(encoding="utf-8")
            for match in _TAG.finditer(text):
                yield str(path.relative_to(ROOT)), match.group(1) or match.group(2)
            for match in _BLOCK.finditer(text):
                yield str(path.relative_to(ROOT)), re.sub(r"{{\s*(\w+)[^}]*}}", r"%(\1)s", match.group(1))


def test_every_word_is_translated():
    """Ours first, then Django's own catalogues: what neither knows would stand in English on a Chinese page."""
    with CATALOGUE.open("rb") as handle:
        ours = gettext.GNUTranslations(handle)
    import django
    from django.conf import settings

    known = [ours]
    base = Path(django.__file__).parent
    for folder in (base / "conf", base / "contrib" / "admin", base / "contrib" / "auth"):
        path = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
        with path.open("rb") as handle:
            known.append(gettext.GNUTranslations(handle))
    assert settings.LANGUAGE_CODE == "zh-hans"
    missing = sorted(
        {
            f"{file}: {text}"
            for file, text in words()
            if not any(c.gettext(text) != text for c in known) and text.strip()
        }
    )
    assert not missing
