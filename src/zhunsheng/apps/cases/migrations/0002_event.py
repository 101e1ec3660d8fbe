"""The log of events and the quarantine, written in SQL because the database's functions, not the models, fill them."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

TABLES = Path(__file__).parent.parent / "sql" / "tables.sql"


class Migration(migrations.Migration):
    """See sql/tables.sql."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("cases", "0001_initial"), ("audit", "0001_initial")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(TABLES.read_text(encoding="utf-8"))]
