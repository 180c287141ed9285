"""Docs that follow from the code say what the code does."""

import pytest
from django.conf import settings

from gis.documents import PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_code_says(name):
    written = (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: manage.py document"
