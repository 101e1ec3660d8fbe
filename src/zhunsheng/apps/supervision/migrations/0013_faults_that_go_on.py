"""What was exceeded or broken and is not over: the ledger counts it without reading what is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0012_open")]
    operations = [
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["kind", "found_at"],
                include=["key", "case", "incident", "unit", "rule"],
                name="finding_goes_on",
                condition=models.Q(kind__in=("overdue", "broken"), state="current", closed_at__isnull=True),
            ),
        ),
    ]
