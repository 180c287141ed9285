"""Signs of life of processes, and what the database's sessions are doing, ages and kinds alone.

`live_activity` runs with its owner's rights: the application's role sees only its own sessions in pg_stat_activity, and
a foreign transaction that holds the log back has to be named. No text of a statement leaves it, for texts hold values.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

ACTIVITY = r"""
CREATE FUNCTION live_activity() RETURNS TABLE (
    pid integer, role text, application text, state text, opened_at timestamptz, age_s double precision,
    verb text, writes boolean, in_log boolean, blocks bigint, hidden boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH waits AS (
        SELECT unnest(pg_blocking_pids(a.pid)) AS pid FROM pg_stat_activity a
        WHERE a.wait_event_type = 'Lock' AND a.datname = current_database()
    ), holds AS (
        SELECT DISTINCT l.pid FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.granted AND l.relation = 'public.live_event'::regclass
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
    )
    SELECT a.pid, a.usename::text, a.application_name, a.state, a.xact_start,
           extract(epoch FROM clock_timestamp() - a.xact_start)::double precision,
           upper(substring(a.query FROM '^\s*([A-Za-z]{2,20})')),
           a.backend_xid IS NOT NULL,
           EXISTS (SELECT FROM holds h WHERE h.pid = a.pid),
           (SELECT count(*) FROM waits w WHERE w.pid = a.pid),
           a.state IS NULL
    FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND (a.backend_type = 'client backend' OR a.backend_type IS NULL)
$$;
REVOKE ALL ON FUNCTION live_activity() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("live", "0002_receipts_and_cursors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Process",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("instance", models.CharField(max_length=40)),
                ("pid", models.IntegerField()),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("starts", models.PositiveIntegerField(default=1, help_text="how often this instance was started")),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "live_process",
                "constraints": [models.UniqueConstraint(fields=("name", "instance"), name="live_process_instance")],
            },
        ),
        migrations.RunSQL(ACTIVITY, "DROP FUNCTION live_activity()"),
    ]
