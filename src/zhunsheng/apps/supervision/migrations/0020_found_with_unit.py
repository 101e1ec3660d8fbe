"""Limits exceeded are counted by unit from their index, without reading a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0019_not_by_clock")]
    operations = [
        migrations.RemoveIndex("finding", "finding_found"),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["found_at", "key"],
                include=["case", "incident", "unit", "rule", "kind"],
                name="finding_found",
                condition=models.Q(kind__in=("overdue", "broken"), state="current"),
            ),
        ),
    ]
