"""What a judgement needs to know of the one before: digests of rows, and why a key could not be judged."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_queue")]
    operations = [
        migrations.AddField("clock", "digest", models.BigIntegerField(default=0, verbose_name="内容摘要")),
        migrations.AddField("finding", "digest", models.BigIntegerField(default=0, verbose_name="内容摘要")),
        migrations.AddField(
            "finding",
            "events",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), null=True, size=None, verbose_name="依据事件"
            ),
        ),
        migrations.AddField(
            "finding",
            "cases",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), null=True, size=None, verbose_name="涉及案件"
            ),
        ),
        migrations.AddField(
            "duekey", "failure", models.TextField(blank=True, db_default="", default="", verbose_name="不能判断")
        ),
        migrations.AlterField(
            "finding",
            "state_reason",
            models.TextField(
                blank=True,
                choices=[
                    ("", ""),
                    ("due_moved", "期限变动"),
                    ("paused", "期限暂停"),
                    ("facts", "事实更正或补录"),
                    ("rulebook", "规则修订"),
                ],
                default="",
                verbose_name="状态原因",
            ),
        ),
    ]
