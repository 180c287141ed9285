"""The app's role may have the planner's statistics refreshed after a load, though it owns no table."""

from django.db import migrations

CREATE = """
CREATE FUNCTION catalog_refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
BEGIN
    ANALYZE territory_area, territory_unitgrid, territory_building, territory_road, territory_water, territory_green,
            places_place, cameras_camera, cameras_view, patrols_unit, catalog_feature, catalog_search;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_versions_and_search"),
        ("territory", "0002_refuse_overlap"),
        ("places", "0001_places"),
        ("cameras", "0001_cameras_and_views"),
        ("patrols", "0001_units_and_members"),
    ]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION catalog_refresh_statistics()")]
