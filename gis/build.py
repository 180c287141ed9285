"""Which build of the screens this process serves: the same for the same files, another as soon as one differs."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings


@cache
def build_id() -> str:
    """Sixteen hexadecimal digits over our own scripts, styles, pictures and pages and over the list of third-party
    ones, which holds the hash of each."""
    total = hashlib.sha256()
    static, templates = settings.BASE_DIR / "gis" / "static", settings.BASE_DIR / "gis" / "templates"
    files = [*(static / "gis").rglob("*"), *templates.rglob("*"), *(static / "vendor").glob("*.json")]
    for file in sorted(file for file in files if file.is_file()):
        total.update(str(file.relative_to(settings.BASE_DIR)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]
