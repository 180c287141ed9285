"""Areas and unit grids never overlap, whoever writes: a deferred constraint trigger behind an advisory lock.

Two writers that each see only their own rows would both pass a plain trigger. The lock makes the second wait until the
first has committed; under READ COMMITTED its look-up then sees the first one's rows. Under REPEATABLE READ it would
not, so that level is refused.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    me {table}%ROWTYPE;
    other record;
BEGIN
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'areas are written under READ COMMITTED, not REPEATABLE READ' USING ERRCODE = '25001';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tiling:{table}:' || left(NEW.code, 6){lock}, 0));
    SELECT * INTO me FROM {table} WHERE row_id = NEW.row_id;
    IF NOT FOUND OR isempty(daterange(me.valid_from, me.valid_to)) THEN
        RETURN NULL;  -- gone or closed again later in the same transaction
    END IF;
    SELECT a.code, ST_Area(ST_Intersection(ST_Transform(a.geom, 4547), ST_Transform(me.geom, 4547))) AS area_m2
      INTO other
      FROM {table} a
     WHERE a.row_id <> me.row_id{same}
       AND a.geom && me.geom
       AND daterange(a.valid_from, a.valid_to) && daterange(me.valid_from, me.valid_to)
       AND ST_Relate(a.geom, me.geom, '2********')
       AND ST_Area(ST_Intersection(ST_Transform(a.geom, 4547), ST_Transform(me.geom, 4547))) > 1.0
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'area % overlaps % by % m2', me.code, other.code, round(other.area_m2::numeric, 2)
            USING ERRCODE = '23P01', CONSTRAINT = '{name}';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OF geom, valid_from, valid_to ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}();
"""
AREA = {
    "table": "territory_area",
    "name": "territory_area_no_overlap",
    "lock": " || NEW.level",
    "same": "\n       AND a.level = me.level",
}
UNIT = {"table": "territory_unitgrid", "name": "territory_unitgrid_no_overlap", "lock": "", "same": ""}


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_areas_and_ground")]
    operations = [
        migrations.RunSQL(
            FUNCTION.format(**names),
            "DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();".format(**names),
        )
        for names in (AREA, UNIT)
    ]
