"""Which cases and incidents name a person, from the log as it stands; later the trigger of the log adds to it."""

from django.db import migrations, models

SEED = """
    INSERT INTO supervision_personkey (person, kind, number)
    SELECT DISTINCT person, 'case', "case" FROM cases_event WHERE person IS NOT NULL AND "case" IS NOT NULL
    UNION ALL
    SELECT DISTINCT person, 'incident', incident FROM cases_event WHERE person IS NOT NULL AND incident IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0004_appended")]
    operations = [
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.TextField(verbose_name="人员编号")),
                ("kind", models.TextField(verbose_name="种类")),
                ("number", models.TextField(verbose_name="编号")),
            ],
            options={
                "indexes": [models.Index(fields=["number", "kind"], name="person_key_number")],
                "constraints": [models.UniqueConstraint(fields=("person", "number", "kind"), name="person_key_once")],
            },
        ),
        migrations.RunSQL(SEED),
    ]
