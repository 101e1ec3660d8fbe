"""Drafts of rule files and their trials."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("rule", models.CharField(max_length=120, primary_key=True, serialize=False, verbose_name="规则")),
                ("text", models.TextField(verbose_name="文件")),
                ("base", models.CharField(max_length=64, verbose_name="所依规则库摘要")),
                ("by", models.CharField(max_length=40, verbose_name="账号")),
                ("at", models.DateTimeField(verbose_name="保存")),
            ],
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("rule", models.CharField(max_length=120, verbose_name="规则")),
                ("text_sha256", models.CharField(max_length=64, verbose_name="文件摘要")),
                ("against", models.CharField(max_length=64, verbose_name="对照规则库摘要")),
                ("asked", models.JSONField(verbose_name="期间和假设")),
                ("answer", models.JSONField(verbose_name="结果")),
                ("by", models.CharField(max_length=40, verbose_name="账号")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"indexes": [models.Index(fields=["rule", "-at"], name="rulemaking_trials")]},
        ),
    ]
