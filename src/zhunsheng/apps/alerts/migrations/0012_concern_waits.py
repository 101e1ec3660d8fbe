"""What waits for whom, by level: the top of every page counts it from an index."""

from django.db import migrations, models

FILL = """
    UPDATE alerts_concern c SET waits = g.level FROM alerts_alertgroup g
    WHERE g.key = c.group_id AND g.state = 'waiting' AND g.held = ''
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0011_concern")]
    operations = [
        migrations.AddField(
            "concern", "waits", models.CharField(editable=False, max_length=8, null=True, verbose_name="级别")
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "concern",
            models.Index(fields=["officer", "waits"], name="concern_waits", condition=models.Q(waits__isnull=False)),
        ),
    ]
