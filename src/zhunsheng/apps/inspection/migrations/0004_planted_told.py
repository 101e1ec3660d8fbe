import django.db.models.deletion
from django.db import migrations, models

import zhunsheng.apps.audit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0003_card_state"),
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlantedTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(db_default=zhunsheng.apps.audit.fields.TransactionId(), editable=False)),
                ("case", models.CharField(max_length=40, verbose_name="案件编号")),
                ("at", models.DateTimeField(verbose_name="告知时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="告知",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="org.officer",
                        verbose_name="知情人",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["xid"], name="plantedtold_xid")],
                "constraints": [models.UniqueConstraint(fields=("case", "officer"), name="inspection_told_once")],
            },
        ),
    ]
