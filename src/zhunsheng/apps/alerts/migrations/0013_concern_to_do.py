"""What somebody has still to act on, by rule and by when it ends: the inbox counts and orders it from an index."""

from django.db import migrations, models

FILL = """
    UPDATE alerts_concern c SET to_do = g.state IN ('waiting', 'acknowledged') AND g.held = '', rule = g.rule,
        due = g.due, "outer" = g."outer", outer_at_end = g.outer_at_end
    FROM alerts_alertgroup g WHERE g.key = c.group_id
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0012_concern_waits")]
    operations = [
        migrations.AddField("concern", "to_do", models.BooleanField("待办", default=False, editable=False)),
        migrations.AddField("concern", "rule", models.TextField("规则", default="", editable=False)),
        migrations.AddField("concern", "due", models.DateTimeField("届满", null=True, editable=False)),
        migrations.AddField("concern", "outer", models.DateTimeField("最迟", null=True, editable=False)),
        migrations.AddField(
            "concern", "outer_at_end", models.BooleanField("最迟为当日24时", default=False, editable=False)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "concern",
            models.Index(
                fields=["officer"],
                include=["group", "rule", "due", "outer", "outer_at_end", "to_do"],
                name="concern_to_do",
                condition=models.Q(to_do=True),
            ),
        ),
    ]
