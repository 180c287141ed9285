"""Pages of the search index are half full: an entry that only moves is changed beside itself, without a touch on trigrams."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_states_of_a_day")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE catalog_search SET (fillfactor = 50)", "ALTER TABLE catalog_search RESET (fillfactor)"
        )
    ]
