"""`export_log FILE`: the sealed log as one file for tools/verify.py."""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from zhunsheng.apps.audit.export import export_log
from zhunsheng.apps.audit.tables import sealed_tables


class Command(BaseCommand):
    """Reads as the role zs_verifier."""

    help = "导出封存的日志，供 tools/verify.py 核验。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The file to write."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the export."""
        del args
        with (
            psycopg.connect(settings.DATABASE_URLS["zs_verifier"], autocommit=True) as connection,
            options["file"].open("wb") as out,
        ):
            leaves = export_log(connection, tables=sealed_tables(), out=out)
        self.stdout.write(f"{leaves} 条")
