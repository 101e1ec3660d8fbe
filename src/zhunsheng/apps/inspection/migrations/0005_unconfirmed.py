"""Which problems wait for a second person: kept by triggers, and read by the page that asks for them."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    INSERT INTO inspection_unconfirmed (answer_id)
    SELECT a.id FROM inspection_answer a JOIN inspection_submission s ON s.assigned_id = a.assigned_id
    WHERE a.answer IN ('flaw', 'problem')
        AND NOT EXISTS (SELECT FROM inspection_confirmation c WHERE c.answer_id = a.id)
        AND NOT EXISTS (
            SELECT FROM inspection_answer l
            WHERE l.assigned_id = a.assigned_id AND l.question = a.question AND l.version > a.version
        )
"""


class Migration(migrations.Migration):
    dependencies = [("inspection", "0004_planted_told")]
    operations = [
        migrations.CreateModel(
            name="Unconfirmed",
            fields=[
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inspection.answer",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "answer",
            models.Index(
                fields=["at"], name="inspection_beside_data", condition=models.Q(("data_said", ""), _negated=True)
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
