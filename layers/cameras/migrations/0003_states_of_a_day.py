"""A feature has one state a day: kept by statement triggers; no index names a version or a day any more."""

from django.db import migrations, models

from layers.territory.features import one_state_a_day


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0004_states_of_a_day"),
        ("cameras", "0002_camera_state"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="camera",
            name="cameras_camera_one_state_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="cameraview",
            name="cameras_view_one_state_a_day",
        ),
        migrations.RemoveIndex(
            model_name="camera",
            name="cameras_camera_open",
        ),
        migrations.RemoveIndex(
            model_name="camera",
            name="cameras_camera_versions",
        ),
        migrations.RemoveIndex(
            model_name="cameraview",
            name="cameras_view_open",
        ),
        migrations.RemoveIndex(
            model_name="cameraview",
            name="cameras_view_versions",
        ),
        migrations.AddIndex(
            model_name="camera",
            index=models.Index(fields=["feature_id"], name="cameras_camera_feature"),
        ),
        migrations.AddIndex(
            model_name="cameraview",
            index=models.Index(fields=["feature_id"], name="cameras_view_feature"),
        ),
        *(migrations.RunSQL(*one_state_a_day(table)) for table in ("cameras_camera", "cameras_view")),
    ]
