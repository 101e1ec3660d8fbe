"""`prove_document FILE`: that a document was issued by this platform, and not changed since, as one file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit.bundle import NotSealed
from zhunsheng.apps.printing.proving import NotIssued, prove_document


class Command(BaseCommand):
    """Writes the bundle to standard output; that it was made is recorded."""

    help = "出具一份文书的证明，供 tools/verify.py bundle 核验。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path, help="文书的 PDF 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        del args
        try:
            proved = prove_document(options["file"].read_bytes())
        except (NotIssued, NotSealed, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(proved, ensure_ascii=False, indent=1))
