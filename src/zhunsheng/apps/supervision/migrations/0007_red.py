"""The red clocks, few among many: a large append asks for all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0006_due_first")]
    operations = [
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["key"],
                name="clock_red",
                condition=models.Q(level="red", outcome__in=("running", "waiting", "paused", "unknown")),
            ),
        ),
    ]
