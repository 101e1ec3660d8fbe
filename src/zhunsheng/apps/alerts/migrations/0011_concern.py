"""Which open groups concern whom, and the label and unit of what a group is about, both kept by triggers; and indexes
from which pages count without reading a row."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    INSERT INTO alerts_concern (officer_id, group_id)
    SELECT a.officer_id, g.key FROM alerts_alertgroup g JOIN alerts_alert a ON a.group_id = g.key
    WHERE g.closed_at IS NULL AND a.officer_id IS NOT NULL
    UNION SELECT owner_id, key FROM alerts_alertgroup WHERE closed_at IS NULL AND owner_id IS NOT NULL
    UNION SELECT handed_to_id, key FROM alerts_alertgroup WHERE closed_at IS NULL AND handed_to_id IS NOT NULL
"""
MIRROR = """
    SET zs.deriving = 'on';
    UPDATE alerts_alertgroup g SET seen_label = c.label, seen_unit = c.unit_id FROM cases_case c
    WHERE c.number = g."case";
    UPDATE alerts_alertgroup g SET seen_label = 'ordinary', seen_unit = i.unit_id FROM cases_incident i
    WHERE g."case" IS NULL AND i.number = g.incident;
    SET zs.deriving = 'off';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0010_urgent_and_bait_reasons"),
        ("org", "0001_initial"),
        ("cases", "0003_lighter_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Concern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="alerts.alertgroup",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alert_concerns",
                        to="org.officer",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("officer", "group"), name="concerned_once")],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="alertgroup",
            name="seen_label",
            field=models.CharField(editable=False, max_length=10, null=True, verbose_name="密级标签"),
        ),
        migrations.AddField(
            model_name="alertgroup",
            name="seen_unit",
            field=models.CharField(editable=False, max_length=12, null=True, verbose_name="案件单位"),
        ),
        migrations.AddIndex(
            model_name="alertgroup",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["inhibited_by"], name="alerts_group_under"
            ),
        ),
        migrations.RunSQL(MIRROR, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="alertgroup",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["seen_unit", "due"],
                include=[
                    "key",
                    "case",
                    "incident",
                    "unit",
                    "rule",
                    "nature",
                    "liberty",
                    "level",
                    "state",
                    "held",
                    "outer",
                    "outer_at_end",
                    "closed_at",
                    "seen_label",
                ],
                name="alerts_group_open",
            ),
        ),
        migrations.AddIndex(
            model_name="alertgroup",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["closed_at"],
                include=["key", "case", "incident", "rule", "nature", "level", "state", "seen_label", "seen_unit"],
                name="alerts_group_closed",
            ),
        ),
    ]
