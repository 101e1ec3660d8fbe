"""Which cases and incidents have an act of an officer or in a place; the supervisor fills it from the log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0009_life_cycle")]
    operations = [
        migrations.CreateModel(
            name="ActType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.TextField(verbose_name="事件类型")),
                ("holder_kind", models.TextField(verbose_name="要素种类")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("type", "holder_kind"), name="act_type_once")],
            },
        ),
        migrations.CreateModel(
            name="ActKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.TextField(verbose_name="民警或场所")),
                ("holder_kind", models.TextField(verbose_name="要素种类")),
                ("at", models.DateTimeField(verbose_name="起")),
                ("until", models.DateTimeField(verbose_name="至")),
                ("kind", models.TextField(verbose_name="种类")),
                ("number", models.TextField(verbose_name="编号")),
            ],
            options={
                "indexes": [models.Index(fields=["number", "kind"], name="act_key_number")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("holder", "holder_kind", "at", "number", "kind", "until"), name="act_key_once"
                    )
                ],
            },
        ),
    ]
