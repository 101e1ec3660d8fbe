"""`prove ALERT`: one alert with all that proves it, as one file."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.alerts.proving import NoSuchAlert, prove
from zhunsheng.apps.audit.bundle import NotSealed


class Command(BaseCommand):
    """Writes the bundle to standard output; that it was made is recorded."""

    help = "出具一条预警的证明，供 tools/verify.py bundle 核验。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The alert."""
        parser.add_argument("alert", help="预警编号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        del args
        try:
            proved = prove(options["alert"])
        except (NoSuchAlert, NotSealed) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(proved, ensure_ascii=False, indent=1))
