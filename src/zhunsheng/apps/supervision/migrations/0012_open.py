"""What is open, by case and by rule: pages count from these indexes without reading a row."""

from django.db import migrations, models

OPEN = models.Q(outcome__in=("running", "waiting", "paused", "unknown"))


class Migration(migrations.Migration):
    dependencies = [("supervision", "0011_units")]
    operations = [
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["case", "due"],
                include=["key", "incident", "outcome", "question", "question_fact", "question_hard"],
                name="clock_open_case",
                condition=OPEN,
            ),
        ),
        migrations.AddIndex("clock", models.Index(fields=["rule", "due"], name="clock_open_rule", condition=OPEN)),
    ]
