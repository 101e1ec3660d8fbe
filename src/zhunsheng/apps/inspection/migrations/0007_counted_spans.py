"""Counts of months and weeks until an instant, made anew each day; what was kept before is counted again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0006_counted_months")]
    operations = [
        migrations.DeleteModel(name="CountedMonth"),
        migrations.CreateModel(
            name="CountedSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=64, verbose_name="所问摘要")),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateTimeField(verbose_name="数到")),
                ("counts", models.JSONField(verbose_name="次数")),
                ("is_final", models.BooleanField(verbose_name="不再变")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("question", "since"), name="inspection_counted_once"),
                ],
            },
        ),
    ]
