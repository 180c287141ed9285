"""A feature has one state a day: kept by statement triggers; no index names a version or a day any more."""

from django.db import migrations, models

from layers.territory.features import one_state_a_day


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0004_states_of_a_day"),
        ("patrols", "0003_fixes_by_day"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="unit",
            name="patrols_unit_one_state_a_day",
        ),
        migrations.RemoveIndex(
            model_name="unit",
            name="patrols_unit_open",
        ),
        migrations.RemoveIndex(
            model_name="unit",
            name="patrols_unit_versions",
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["feature_id"], name="patrols_unit_feature"),
        ),
        *(migrations.RunSQL(*one_state_a_day(table)) for table in ("patrols_unit",)),
    ]
