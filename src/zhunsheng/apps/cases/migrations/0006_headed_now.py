"""Who heads a case, without reading its rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_assigned_now")]
    operations = [
        migrations.AddIndex(
            "assignment",
            models.Index(
                condition=models.Q(("role", "case_officer"), ("until_at", None)),
                fields=["case", "id"],
                include=["officer"],
                name="cases_headed_now",
            ),
        ),
    ]
