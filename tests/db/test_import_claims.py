"""Who works on an import holds it alone, and may take longer over a statement than a request may."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from layers.imports.claims import PATIENCE, claimed


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_statements_of_an_import_may_take_their_time_and_only_those():
    before = limit()
    with claimed(uuid.uuid4()):
        assert limit() == PATIENCE != before
    assert limit() == before


@pytest.mark.django_db
def test_the_limit_comes_back_also_after_a_failure():
    before = limit()
    with pytest.raises(ValueError, match="torn"), claimed(uuid.uuid4()):
        raise ValueError("torn")
    assert limit() == before
