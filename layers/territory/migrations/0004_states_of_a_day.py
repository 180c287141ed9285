"""A feature has one state a day: kept by statement triggers; no index names a version or a day any more."""

from django.db import migrations, models

from layers.territory.features import one_state_a_day

#: Whoever writes a layer's rows: a feature never has two states on one day. Judged once a statement, by a join over the
#: index of ids: an exclusion constraint does the same row by row over GiST and took half the time of a publication.
#: Two writers that each see only their own rows would both pass, so the second waits for the first: a few rows lock
#: their features, many lock the table.
FUNCTION = """
CREATE FUNCTION territory_one_state_a_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    twice text;
    loops text := current_setting('enable_nestloop');
    same text := CASE WHEN TG_NARGS > 0 THEN format(' AND o.%1$I = n.%1$I', TG_ARGV[0]) ELSE '' END;
BEGIN
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'layers are written under READ COMMITTED, not REPEATABLE READ' USING ERRCODE = '25001';
    END IF;
    IF (SELECT count(*) FROM (SELECT 1 FROM came LIMIT 33) AS first) > 32 THEN
        PERFORM set_config('enable_nestloop', 'off', true);  -- a table that was just filled has no statistics yet
        PERFORM pg_advisory_xact_lock(hashtextextended('states:' || TG_TABLE_NAME, 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('states:' || TG_TABLE_NAME, 0));
        PERFORM pg_advisory_xact_lock(key) FROM (
            SELECT DISTINCT hashtextextended('state:' || TG_TABLE_NAME || ':' || feature_id, 0) AS key FROM came ORDER BY 1
        ) AS keys;
    END IF;
    EXECUTE format(
        'SELECT n.feature_id FROM came n JOIN %I o ON o.feature_id = n.feature_id%s AND o.row_id <> n.row_id'
        ' AND daterange(o.valid_from, o.valid_to) && daterange(n.valid_from, n.valid_to) LIMIT 1',
        TG_TABLE_NAME, same) INTO twice;
    PERFORM set_config('enable_nestloop', loops, true);
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION 'feature % has two states on one day', twice
            USING ERRCODE = '23P01', CONSTRAINT = TG_TABLE_NAME || '_one_state_a_day';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0003_snap_clearance"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="area",
            name="territory_area_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="building",
            name="territory_building_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="green",
            name="territory_green_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="road",
            name="territory_road_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="unitgrid",
            name="territory_unitgrid_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="water",
            name="territory_water_one_state_a_day",
        ),
        migrations.RemoveIndex(
            model_name="area",
            name="territory_area_open",
        ),
        migrations.RemoveIndex(
            model_name="area",
            name="territory_area_versions",
        ),
        migrations.RemoveIndex(
            model_name="building",
            name="territory_building_open",
        ),
        migrations.RemoveIndex(
            model_name="building",
            name="territory_building_versions",
        ),
        migrations.RemoveIndex(
            model_name="green",
            name="territory_green_open",
        ),
        migrations.RemoveIndex(
            model_name="green",
            name="territory_green_versions",
        ),
        migrations.RemoveIndex(
            model_name="road",
            name="territory_road_open",
        ),
        migrations.RemoveIndex(
            model_name="road",
            name="territory_road_versions",
        ),
        migrations.RemoveIndex(
            model_name="unitgrid",
            name="territory_unitgrid_open",
        ),
        migrations.RemoveIndex(
            model_name="unitgrid",
            name="territory_unitgrid_versions",
        ),
        migrations.RemoveIndex(
            model_name="water",
            name="territory_water_open",
        ),
        migrations.RemoveIndex(
            model_name="water",
            name="territory_water_versions",
        ),
        migrations.AddIndex(
            model_name="area",
            index=models.Index(fields=["feature_id"], name="territory_area_feature"),
        ),
        migrations.AddIndex(
            model_name="building",
            index=models.Index(fields=["feature_id"], name="territory_building_feature"),
        ),
        migrations.AddIndex(
            model_name="green",
            index=models.Index(fields=["feature_id"], name="territory_green_feature"),
        ),
        migrations.AddIndex(
            model_name="road",
            index=models.Index(fields=["feature_id"], name="territory_road_feature"),
        ),
        migrations.AddIndex(
            model_name="unitgrid",
            index=models.Index(fields=["feature_id"], name="territory_unitgrid_feature"),
        ),
        migrations.AddIndex(
            model_name="water",
            index=models.Index(fields=["feature_id"], name="territory_water_feature"),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION territory_one_state_a_day()"),
        *(
            migrations.RunSQL(*one_state_a_day(table))
            for table in (
                "territory_area",
                "territory_unitgrid",
                "territory_building",
                "territory_road",
                "territory_water",
                "territory_green",
            )
        ),
    ]
