"""A feature has one state a day: kept by statement triggers; no index names a version or a day any more."""

from django.db import migrations, models

from layers.territory.features import one_state_a_day


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0004_states_of_a_day"),
        ("places", "0001_places"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="place",
            name="places_place_one_state_a_day",
        ),
        migrations.RemoveIndex(
            model_name="place",
            name="places_place_open",
        ),
        migrations.RemoveIndex(
            model_name="place",
            name="places_place_versions",
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["feature_id"], name="places_place_feature"),
        ),
        *(migrations.RunSQL(*one_state_a_day(table)) for table in ("places_place",)),
    ]
