"""Which cases are in hand, by unit: kept by triggers, and counted by pages that compare units."""

from django.db import migrations, models

FILL = """
    INSERT INTO supervision_inhand ("case", unit)
    SELECT c.number, c.unit_id FROM cases_case c WHERE c.number IN (
        SELECT k."case" FROM supervision_clock k
        WHERE k.outcome IN ('running', 'waiting', 'paused', 'unknown') AND k.due IS NOT NULL AND k."case" IS NOT NULL
    )
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0013_faults_that_go_on"), ("cases", "0003_lighter_cases")]
    operations = [
        migrations.CreateModel(
            name="InHand",
            fields=[
                ("case", models.TextField(primary_key=True, serialize=False, verbose_name="案件编号")),
                ("unit", models.CharField(editable=False, max_length=12, null=True, verbose_name="案件单位")),
            ],
            options={"indexes": [models.Index(fields=["unit", "case"], name="in_hand_of_unit")]},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
