"""Leads are counted from the index of what was found, too: whether each goes on stands there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0020_found_with_unit")]
    operations = [
        migrations.RemoveIndex("finding", "finding_found"),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["found_at", "key"],
                include=["case", "incident", "unit", "rule", "kind", "closed_at"],
                name="finding_found",
                condition=models.Q(kind__in=("overdue", "broken"), state="current"),
            ),
        ),
    ]
