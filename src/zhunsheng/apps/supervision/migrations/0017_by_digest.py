"""A row of a case is found by its digest: what a judgement says no more is read without the rows that it says again."""

from django.db import migrations, models
from django.db.models import Q

OF_CASE = Q(("case__isnull", False))


class Migration(migrations.Migration):
    dependencies = [("supervision", "0016_kept")]
    operations = [
        migrations.RemoveIndex("clock", "clock_case"),
        migrations.AddIndex("clock", models.Index(fields=["case", "digest"], name="clock_case", condition=OF_CASE)),
        migrations.RemoveIndex("finding", "finding_case"),
        migrations.AddIndex("finding", models.Index(fields=["case", "digest"], name="finding_case", condition=OF_CASE)),
    ]
