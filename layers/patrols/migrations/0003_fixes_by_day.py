"""The track table, split by UTC day, and the two functions by which the app's role keeps its days in order.

The app's role may do no DDL. It may call these, which run as their owner, take one number, judge it, and touch days of
this one table only. Rows without a day of their own go to the default partition, so that no fix is ever lost; a day
made later takes its rows over. BRIN on the time: rows arrive in its order. No GiST on what is written this second.
"""

import django.contrib.gis.db.models.fields
from django.db import migrations, models

TABLE = """
CREATE TABLE patrols_fix (
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    client_id uuid NOT NULL,
    accuracy_m real,
    speed_mps real,
    bearing_deg real,
    marks smallint NOT NULL DEFAULT 0,
    unit varchar(40) NOT NULL,
    digest bytea NOT NULL,
    geom geometry(Point, 4326) NOT NULL,
    PRIMARY KEY (unit, at, client_id)
) PARTITION BY RANGE (at);
CREATE INDEX patrols_fix_at ON patrols_fix USING brin (at);
CREATE TABLE patrols_fix_default PARTITION OF patrols_fix DEFAULT;
ALTER TABLE patrols_unit_state SET (fillfactor = 50);
"""

MAKE = """
CREATE FUNCTION patrols_make_partitions(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $body$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    part text;
    since timestamptz;
    until timestamptz;
    made integer := 0;
BEGIN
    IF days IS NULL OR days NOT BETWEEN 1 AND 60 THEN
        RAISE EXCEPTION 'days must lie between 1 and 60, not %', days USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('patrols_fix:partitions', 0));
    FOR day IN -7 .. days LOOP
        part := 'patrols_fix_' || to_char(today + day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        since := (today + day)::timestamp AT TIME ZONE 'UTC';
        until := (today + day + 1)::timestamp AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE public.%I (LIKE patrols_fix INCLUDING DEFAULTS)', part);
        LOCK TABLE patrols_fix_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM patrols_fix_default WHERE at >= %L AND at < %L RETURNING *)'
            ' INSERT INTO public.%I SELECT * FROM moved', since, until, part);
        EXECUTE format(
            'ALTER TABLE patrols_fix ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', part, since, until);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$body$;
REVOKE ALL ON FUNCTION patrols_make_partitions(integer) FROM PUBLIC;
"""

DROP = """
CREATE FUNCTION patrols_drop_partitions(keep_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $body$
DECLARE
    oldest date := (now() AT TIME ZONE 'UTC')::date - keep_days;
    part text;
    dropped integer := 0;
BEGIN
    IF keep_days IS NULL OR keep_days NOT BETWEEN 8 AND 3650 THEN
        RAISE EXCEPTION 'keep_days must lie between 8 and 3650, not %', keep_days
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('patrols_fix:partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.patrols_fix'::regclass AND c.relname ~ '^patrols_fix_[0-9]{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < oldest
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE public.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM patrols_fix_default WHERE at < oldest::timestamp AT TIME ZONE 'UTC';
    RETURN dropped;
END
$body$;
REVOKE ALL ON FUNCTION patrols_drop_partitions(integer) FROM PUBLIC;
"""

UNDO = """
DROP FUNCTION patrols_drop_partitions(integer);
DROP FUNCTION patrols_make_partitions(integer);
ALTER TABLE patrols_unit_state RESET (fillfactor);
DROP TABLE patrols_fix;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0002_unit_state"),
    ]

    operations = [
        migrations.RunSQL(TABLE + MAKE + DROP, UNDO),
        migrations.CreateModel(
            name="Fix",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "at", "client_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("client_id", models.UUIDField()),
                ("received_at", models.DateTimeField()),
                ("geom", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                ("accuracy_m", models.FloatField(null=True)),
                ("speed_mps", models.FloatField(null=True)),
                ("bearing_deg", models.FloatField(null=True)),
                ("marks", models.SmallIntegerField(default=0, help_text="bits of layers.patrols.positions.Mark")),
                ("digest", models.BinaryField(max_length=16)),
            ],
            options={
                "db_table": "patrols_fix",
                "managed": False,
            },
        ),
    ]
