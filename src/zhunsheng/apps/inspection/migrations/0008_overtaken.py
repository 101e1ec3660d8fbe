"""Planted files whose number a true case has since: written by triggers (sql/rules.sql)."""

import django.contrib.postgres.fields
from django.db import migrations, models

import zhunsheng.apps.audit.fields


class Migration(migrations.Migration):
    dependencies = [("inspection", "0007_counted_spans")]
    operations = [
        migrations.CreateModel(
            name="Overtaken",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("case", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="案件编号")),
                ("what", models.CharField(max_length=40, verbose_name="因何让位")),
                ("which", models.CharField(blank=True, default="", max_length=200, verbose_name="哪一条")),
                ("actor", models.CharField(blank=True, default="", max_length=160, verbose_name="由谁带来")),
                ("title", models.CharField(blank=True, default="", max_length=120, verbose_name="虚构的案件名称")),
                ("kind", models.CharField(max_length=20, verbose_name="虚构的类别")),
                ("unit", models.CharField(blank=True, default="", max_length=12, verbose_name="虚构的单位")),
                ("papers", models.JSONField(default=list, verbose_name="虚构的文书")),
                (
                    "plans",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None, verbose_name="所在计划"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="让位时间")),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["xid"], name="overtaken_xid")],
            },
        ),
    ]
