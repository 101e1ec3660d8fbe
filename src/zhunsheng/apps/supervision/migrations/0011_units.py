"""Units whose findings changed, and an index of what is counted of a unit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0010_acts")]

    operations = [
        migrations.CreateModel(
            name="TouchedUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.TextField(verbose_name="单位代码")),
            ],
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("kind__in", ("overdue", "late", "broken")), ("state", "current")),
                fields=["unit", "rule"],
                name="finding_counted",
            ),
        ),
    ]
