"""Kept counts of open alerts until a day, found without those of the days after it."""

from django.db import migrations, models

COUNTED = (
    "open", "red", "yellow", "blue", "ask", "waiting", "acknowledged", "snoozed", "claimed_done", "disputed", "over",
    "today",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("alerts", "0016_kept_counts")]
    operations = [
        migrations.AddIndex(
            "keptcount",
            models.Index(fields=["day"], include=["unit", "seen_unit", "label", *COUNTED], name="alerts_kept_day"),
        ),
    ]
