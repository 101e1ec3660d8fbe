"""Counts of months that are over, of what no later event can change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0005_unconfirmed")]
    operations = [
        migrations.CreateModel(
            name="CountedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=64, verbose_name="所问摘要")),
                ("month", models.DateField(verbose_name="月份")),
                ("counts", models.JSONField(verbose_name="各单位次数")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("question", "month"), name="inspection_counted_once"),
                ],
            },
        ),
    ]
