"""What was exceeded or broken, by when: pages and the wall count it by months and days. What was withdrawn, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0007_red")]
    operations = [
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["found_at", "key"],
                name="finding_found",
                condition=models.Q(kind__in=("overdue", "broken"), state="current"),
            ),
        ),
        migrations.AddIndex(
            "finding",
            models.Index(fields=["state_at", "key"], name="finding_withdrawn", condition=models.Q(state="withdrawn")),
        ),
    ]
