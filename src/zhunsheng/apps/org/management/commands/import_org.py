"""`import_org KIND FILE`: units, officers, posts or duty from a table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.org.importing import KINDS, import_table
from zhunsheng.apps.refusals import DomainError
from zhunsheng.files.refusal import InputRefused


class Command(BaseCommand):
    """All rows or none."""

    help = "导入单位、人员、岗位或值班表（CSV 或 XLSX）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The kind of table, and the file."""
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say how many rows came in."""
        del args
        try:
            with acting(Acting("process:import-org")):
                rows = import_table(options["file"], kind=options["kind"])
        except (DomainError, InputRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"已导入 {rows} 行")
