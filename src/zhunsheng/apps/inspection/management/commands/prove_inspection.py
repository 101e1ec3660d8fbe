"""`prove_inspection NUMBER`: one card, draw or alarm with all that proves it, as one file."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit.bundle import NotSealed
from zhunsheng.apps.inspection.proving import NoPublicKey, NoSuchMatter, prove


class Command(BaseCommand):
    """Writes the bundle to standard output; that it was made is recorded."""

    help = "出具一张整改单、一次抽取或一条督察报警的证明，供 tools/verify.py bundle 核验。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The number."""
        parser.add_argument("number", help="ZG-、IP- 或 DC- 开头的编号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        del args
        try:
            proved = prove(options["number"])
        except (NoPublicKey, NoSuchMatter, NotSealed) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(proved, ensure_ascii=False, indent=1))
