"""What events write to cases and incidents, made lighter: fewer indexes, room for changes, no number of an event."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models.deletion import PROTECT

# Django adds to every key of text a second index for LIKE; in a database of locale C the first one serves.
LIGHTER = """
    DROP INDEX IF EXISTS cases_case_number_980c9551_like, cases_incident_number_b5586f24_like;
    ALTER TABLE cases_case SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    """The unit of a case follows from instants and units alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("cases", "0002_event"), ("org", "0001_initial")]
    operations: ClassVar[list[Operation]] = [
        migrations.RemoveField("case", "first_event"),
        migrations.RemoveField("incident", "first_event"),
        migrations.AlterField(
            "case",
            "unit",
            models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True, on_delete=PROTECT, to="org.unit"
            ),
        ),
        migrations.RunSQL(LIGHTER),
    ]
