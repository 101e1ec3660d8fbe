"""Ways into the log for those who watch reading: by time, what was refused, and what was taken away.

Entries come in the order of their time: a block range index of a few kilobytes finds the last weeks of years.
"""

from typing import ClassVar

from django.db import migrations

MADE = """
    CREATE INDEX audit_entry_at ON audit_entry USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
    CREATE INDEX audit_entry_denied ON audit_entry (at) WHERE result = 'denied';
    CREATE INDEX audit_entry_taken ON audit_entry (id) WHERE detail ? 'mark';
"""
UNMADE = "DROP INDEX audit_entry_at, audit_entry_denied, audit_entry_taken"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("audit", "0003_fence")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(MADE, UNMADE)]
