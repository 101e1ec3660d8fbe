"""Access in an emergency, its review, baits and their alarms."""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import zhunsheng.apps.audit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_own_password"),
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("case", "案件"), ("person", "人员")], max_length=10, verbose_name="种类"
                    ),
                ),
                ("key", models.CharField(max_length=80, verbose_name="编号")),
                ("by", models.CharField(max_length=40, verbose_name="设置人")),
                ("at", models.DateTimeField(verbose_name="设置")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="撤除")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("kind", "key"), name="a_bait_is_set_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UrgentAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("account", models.CharField(max_length=40, verbose_name="账号")),
                ("case", models.CharField(max_length=40, verbose_name="案件编号")),
                ("unit", models.CharField(blank=True, default="", max_length=12, verbose_name="单位代码")),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                ("at", models.DateTimeField(verbose_name="起")),
                ("real_at", models.DateTimeField(verbose_name="实际起")),
                ("until", models.DateTimeField(verbose_name="实际止")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="urgent_accesses", to="org.officer"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UrgentReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("by", models.CharField(max_length=40, verbose_name="审查人")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("justified", models.BooleanField(verbose_name="确有必要")),
                ("note", models.CharField(max_length=200, verbose_name="说明")),
                (
                    "access",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="access.urgentaccess"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BaitAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField(unique=True, verbose_name="审计序号")),
                ("actor", models.TextField(verbose_name="谁")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("told_at", models.DateTimeField(null=True, verbose_name="已告知")),
                (
                    "bait",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="access.bait"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("told_at", None)), fields=["at"], name="access_bait_untold")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="urgentaccess",
            index=models.Index(fields=["xid"], name="urgentaccess_xid"),
        ),
        migrations.AddIndex(
            model_name="urgentaccess",
            index=models.Index(fields=["officer", "until"], name="access_urgent_officer"),
        ),
        migrations.AddConstraint(
            model_name="urgentaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="urgent_access_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="urgentaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "until__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("real_at"), "+", models.Value(dt.timedelta(seconds=3600))
                        ),
                    )
                ),
                name="urgent_access_is_an_hour",
            ),
        ),
        migrations.AddIndex(
            model_name="urgentreview",
            index=models.Index(fields=["xid"], name="urgentreview_xid"),
        ),
    ]
