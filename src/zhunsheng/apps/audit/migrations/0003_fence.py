"""Leave to send, and what left before a restore."""

import django.db.models.deletion
from django.db import migrations, models

# A database that is there when this is first run has leave to send, on the cluster where it is.
MADE_HERE = """
    INSERT INTO audit_fence (cluster, why, backup, raised_at, compared, first_by, second_by)
    SELECT system_identifier::text, 'made', '{}', clock_timestamp(), '{}', '', '' FROM pg_control_system()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_entry_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cluster", models.CharField(max_length=40, verbose_name="数据库标识")),
                (
                    "why",
                    models.CharField(
                        choices=[("made", "新建"), ("restored", "恢复")], max_length=10, verbose_name="来由"
                    ),
                ),
                ("backup", models.JSONField(default=dict, verbose_name="备份")),
                ("raised_at", models.DateTimeField(verbose_name="起")),
                ("compared", models.JSONField(default=dict, verbose_name="核对")),
                ("first_by", models.CharField(blank=True, default="", max_length=40, verbose_name="解除人")),
                ("first_at", models.DateTimeField(null=True, verbose_name="解除")),
                ("second_by", models.CharField(blank=True, default="", max_length=40, verbose_name="复核人")),
                ("second_at", models.DateTimeField(null=True, verbose_name="复核")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("second_at", None), ("second_by", "")),
                            models.Q(
                                ("second_at__isnull", False),
                                models.Q(("first_by", ""), _negated=True),
                                models.Q(("second_by", ""), _negated=True),
                                models.Q(("second_by", models.F("first_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="two_persons_lift_a_fence",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SentBefore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=48, verbose_name="途径")),
                ("reference", models.CharField(max_length=64, verbose_name="编号")),
                ("gateway_id", models.CharField(blank=True, default="", max_length=120, verbose_name="网关编号")),
                (
                    "fence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sent_before", to="audit.fence"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "reference"), name="sent_before_once")],
            },
        ),
        migrations.RunSQL(MADE_HERE, migrations.RunSQL.noop),
    ]
