import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import zhunsheng.apps.audit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0001_initial"),
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Planted",
            fields=[
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("case", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="案件编号")),
                ("result", models.CharField(max_length=80, verbose_name="办结事件")),
                ("ended_on", models.DateField(verbose_name="办结日期")),
                (
                    "known",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), default=list, size=None, verbose_name="已知问题"
                    ),
                ),
                (
                    "uses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None, verbose_name="评查表"
                    ),
                ),
                ("said", models.JSONField(default=dict, verbose_name="数据判断")),
                ("at", models.DateTimeField(verbose_name="放入时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="放入",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["xid"], name="planted_xid")],
            },
        ),
        migrations.CreateModel(
            name="ApiCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("account", models.CharField(max_length=150, verbose_name="账号")),
                ("key", models.CharField(max_length=100, verbose_name="请求编号")),
                ("digest", models.CharField(max_length=64, verbose_name="请求摘要")),
                ("answer", models.JSONField(verbose_name="答复")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["xid"], name="apicall_xid")],
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="inspection_call_once")],
            },
        ),
    ]
