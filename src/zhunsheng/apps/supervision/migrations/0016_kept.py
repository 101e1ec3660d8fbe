"""What each key keeps, so that a judgement that changes nothing reads no row of it; and an index less on two tables:
nobody looks for the beginning of a key, and each row that is written would be written into it too."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q

KEPT = django.contrib.postgres.fields.ArrayField(
    base_field=models.BigIntegerField(), size=None, null=True, verbose_name="所留摘要"
)
SAID = django.contrib.postgres.fields.ArrayField(
    base_field=models.BigIntegerField(), size=None, null=True, default=list, db_default=[], verbose_name="所留摘要"
)
NO_BEGINNINGS = """
    DROP INDEX IF EXISTS supervision_clock_key_18201ec8_like;
    DROP INDEX IF EXISTS supervision_finding_key_861f6844_like;
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0015_kept_counts")]
    operations = [
        migrations.AddField("duekey", "kept", KEPT),  # null for the keys that are there: the tables say it
        migrations.AlterField("duekey", "kept", SAID),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["case"], name="finding_of_check", condition=Q(("clock__isnull", True), ("state", "current"))
            ),
        ),
        migrations.RunSQL(NO_BEGINNINGS, migrations.RunSQL.noop),
    ]
