"""The log is found by case through a B-tree instead of a hash index."""

from typing import ClassVar

from django.db import migrations

# A hash index counts its rows on one page, which every insert locks: several large appends wait there for each other.
# The operator class compares bytes, which in a database of locale C is the order of text, without asking for a locale.
BY_CASE = """
    DROP INDEX cases_event_case;
    CREATE INDEX cases_event_case ON cases_event ("case" text_pattern_ops);
"""


class Migration(migrations.Migration):
    """The same lookups by equality; large appends side by side."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("cases", "0003_heard")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(BY_CASE)]
