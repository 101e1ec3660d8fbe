"""Counts of open alerts, kept by triggers; and indexes for what is still counted singly: those of some cases, and those
whose outer time passes on one day."""

from django.db import migrations, models

COUNTS = {
    "open": "未结",
    "red": "红色",
    "yellow": "黄色",
    "blue": "蓝色",
    "ask": "待核实",
    "waiting": "待签收",
    "acknowledged": "已签收",
    "snoozed": "稍后提醒",
    "claimed_done": "已办结待核",
    "disputed": "误报待裁",
    "over": "已超期",
    "today": "今天到期",
}
PASSED = ("key", "case", "incident", "unit", "due", "outer_at_end", "seen_label", "seen_unit")
COUNTED = ("key", "incident", "unit", "level", "state", "due", "outer", "outer_at_end", "seen_label", "seen_unit")


class Migration(migrations.Migration):
    dependencies = [("alerts", "0015_counted")]
    operations = [
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.TextField(verbose_name="单位代码")),
                ("seen_unit", models.CharField(max_length=12, verbose_name="案件单位")),
                ("label", models.CharField(max_length=10, verbose_name="密级")),
                ("day", models.DateField(verbose_name="日期")),
                *((name, models.IntegerField(verbose_name=title)) for name, title in COUNTS.items()),
                ("is_sum", models.BooleanField(db_default=False, verbose_name="合计")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_sum", False)), fields=["id"], name="alerts_kept_single")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_sum", True)),
                        fields=("unit", "seen_unit", "label", "day"),
                        name="alerts_kept_sum_once",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            "alertgroup",
            models.Index(
                condition=models.Q(("closed_at", None)), fields=["outer"], include=PASSED, name="alerts_group_outer"
            ),
        ),
        migrations.RemoveIndex("alertgroup", "alerts_group_counted"),
        migrations.AddIndex(
            "alertgroup",
            models.Index(
                condition=models.Q(("closed_at", None)), fields=["case"], include=COUNTED, name="alerts_group_counted"
            ),
        ),
    ]
