"""The cards that are not closed, by state: every page counts those that wait for its reader."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0002_planted_and_calls")]
    operations = [
        migrations.AddIndex(
            "cardnow",
            models.Index(
                fields=["state", "card"],
                name="inspection_card_state",
                condition=models.Q(("state", "closed"), _negated=True),
            ),
        ),
    ]
