"""The audit log for lists: Django learns of the table and does not manage it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("actor", models.TextField(verbose_name="谁")),
                ("action", models.TextField(verbose_name="做了什么")),
                ("result", models.TextField(verbose_name="结果")),
                ("object_kind", models.TextField(verbose_name="对象种类")),
                ("object_id", models.TextField(verbose_name="对象")),
                ("purpose", models.TextField(verbose_name="事由")),
            ],
            options={"db_table": "audit_entry", "managed": False},
        ),
    ]
