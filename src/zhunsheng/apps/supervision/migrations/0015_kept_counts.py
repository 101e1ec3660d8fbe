"""Counts of months and of what runs, kept by triggers. What is there already is counted when the rules are applied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0014_in_hand")]
    operations = [
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=8, verbose_name="什么")),
                ("day", models.DateField(verbose_name="日期")),
                ("unit", models.CharField(max_length=12, verbose_name="单位代码")),
                ("label", models.CharField(max_length=10, verbose_name="密级")),
                ("about", models.TextField(verbose_name="规则或问题")),
                ("n", models.IntegerField(verbose_name="增减")),
                ("is_sum", models.BooleanField(db_default=False, verbose_name="合计")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["unit", "label", "what", "day"], include=["about", "n"], name="kept_count_place"
                    ),
                    models.Index(
                        condition=models.Q(("what", "exceeded")), fields=["what", "day"], name="kept_count_day"
                    ),
                    models.Index(condition=models.Q(("is_sum", False)), fields=["id"], name="kept_count_single"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_sum", True)),
                        fields=("unit", "label", "what", "day", "about"),
                        name="kept_sum_once",
                    )
                ],
            },
        ),
    ]
