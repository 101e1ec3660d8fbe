"""A narrow index for counts of all open alerts."""

from django.db import migrations, models

COUNTED_OPEN = ("key", "case", "incident", "unit", "level", "state", "due", "outer", "outer_at_end", "seen_label")


class Migration(migrations.Migration):
    dependencies = [("alerts", "0014_opened")]
    operations = [
        migrations.AddIndex(
            "alertgroup",
            models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["seen_unit"],
                include=COUNTED_OPEN,
                name="alerts_group_counted",
            ),
        ),
    ]
