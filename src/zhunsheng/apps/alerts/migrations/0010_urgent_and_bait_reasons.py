"""Two more reasons of alerts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0009_demoted"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="reason",
            field=models.CharField(
                choices=[
                    ("first", "首次"),
                    ("worse", "加重"),
                    ("repeat", "再次提醒"),
                    ("withdrawn", "更正"),
                    ("escalated", "升级"),
                    ("handed_over", "移交"),
                    ("urged", "督办"),
                    ("digest", "汇总"),
                    ("no_recipient", "无人接收"),
                    ("disputed", "误报待裁"),
                    ("silence_ended", "静默结束"),
                    ("undelivered", "短信未送达"),
                    ("fault", "无法处理"),
                    ("demoted", "规则退回试用"),
                    ("urgent_access", "紧急查阅"),
                    ("bait_read", "查阅诱饵"),
                ],
                max_length=16,
                verbose_name="事由",
            ),
        ),
    ]
