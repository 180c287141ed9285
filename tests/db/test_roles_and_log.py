"""The app's role owns nothing; the log takes inserts alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from gis.database import APPEND_ONLY
from layers.live.models import Event, EventText
from layers.live.services import Act, publish, salted_hash

ACT = Act(
    kind="test.done", object_type="test", object_id="1", object_version=1, actor="test",
    happened_at=datetime(2026, 1, 1, tzinfo=UTC), payload={"a": 1},
)  # fmt: skip


def ask(query, values=()):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_the_app_is_no_superuser_and_owns_nothing(db):
    (flags,) = ask(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert flags == (False, False, False, False)
    assert ask("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = relowner WHERE rolname = current_user") == [
        (0,)
    ]
    assert ask("SELECT pg_has_role(current_user, 'pg_execute_server_program', 'member')") == [(False,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (i int)",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY people_user TO '/tmp/x'",
        "ALTER TABLE people_user ADD COLUMN x int",
        "TRUNCATE live_event",
        "DELETE FROM django_migrations",
        "DROP TABLE people_user",
        *(f"DELETE FROM {table}" for table in APPEND_ONLY),
        "UPDATE live_event SET actor = 'nobody'",
        "UPDATE live_link SET seq = seq + 1",
    ],
)
def test_what_the_app_may_not_do(db, statement):
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be (owner|superuser)|Cannot"),
        transaction.atomic(),
    ):
        ask(statement)


def test_an_event_needs_the_transaction_of_its_change(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        assert not connection.in_atomic_block
        with pytest.raises(RuntimeError, match="inside the transaction"):
            publish(ACT)


def test_words_stay_out_of_the_log(db):
    from dataclasses import replace

    event = publish(replace(ACT, reason="张三投诉"))
    row = Event.objects.values().get(pk=event.pk)
    assert "张三" not in str(row)
    text = EventText.objects.get(event=event)
    assert row["reason"] == salted_hash(text.text, bytes(text.salt))
    text.delete()
    assert Event.objects.filter(pk=event.pk, reason=row["reason"]).exists()


def test_an_event_goes_with_its_change(db):
    count = Event.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(ACT)
        1 / 0  # noqa: B018
    assert Event.objects.count() == count


def test_recorded_time_is_the_databases_own(db):
    event = publish(ACT)
    event.refresh_from_db()
    assert event.recorded_at > event.happened_at
