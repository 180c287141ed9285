"""The counts of cases that charts read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_serial_sequence"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncidentCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
                ("grid", models.CharField(blank=True, max_length=15)),
                ("category", models.CharField(max_length=1)),
                ("severity", models.PositiveSmallIntegerField()),
                ("reported", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "incidents_count",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "hour", "grid", "category", "severity"), name="incidents_count_one_cell"
                    )
                ],
            },
        ),
    ]
