"""The one sequence that counts cases: a day's serial is its distance from where the day began."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_cases")]
    operations = [migrations.RunSQL("CREATE SEQUENCE incidents_serial_seq", "DROP SEQUENCE incidents_serial_seq")]
