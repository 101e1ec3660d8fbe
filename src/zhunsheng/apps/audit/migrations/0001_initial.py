"""Tables of the audit log, written in SQL because the database, not the application, fills them."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

TABLES = Path(__file__).parent.parent / "sql" / "tables.sql"


class Migration(migrations.Migration):
    """The deployment's row, entries, leaves, heads, and the sealer's place."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(TABLES.read_text(encoding="utf-8"))]
