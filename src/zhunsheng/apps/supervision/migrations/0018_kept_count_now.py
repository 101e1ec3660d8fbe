"""The cases in hand of every unit, found without a walk through all that is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0017_by_digest")]
    operations = [
        migrations.AddIndex(
            "keptcount",
            models.Index(
                fields=["unit"], include=["label", "n"], name="kept_count_now", condition=models.Q(("what", "now"))
            ),
        ),
    ]
