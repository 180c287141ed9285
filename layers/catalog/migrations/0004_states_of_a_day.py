"""A feature has one state a day: kept by statement triggers; no index names a version or a day any more."""

from django.db import migrations, models

from layers.territory.features import one_state_a_day


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0004_states_of_a_day"),
        ("catalog", "0003_histories_of_staff_layers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="datasetfeature",
            name="catalog_feature_one_state_a_day",
        ),
        migrations.RemoveIndex(
            model_name="datasetfeature",
            name="catalog_feature_open",
        ),
        migrations.RemoveIndex(
            model_name="datasetfeature",
            name="catalog_feature_versions",
        ),
        migrations.AddIndex(
            model_name="datasetfeature",
            index=models.Index(fields=["feature_id"], name="catalog_feature_feature"),
        ),
        *(migrations.RunSQL(*one_state_a_day(table, "layer", fill_percent=100)) for table in ("catalog_feature",)),
    ]
