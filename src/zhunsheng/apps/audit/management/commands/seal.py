"""`seal`: seal the log until stopped, or once."""

import threading
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit.heads import LogContradicted, SecondPlace
from zhunsheng.apps.audit.keys import signing_key
from zhunsheng.apps.audit.sealer import run_sealer
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.apps.keepalive import goes_round

EVERY_SECONDS = 0.5


class Command(BaseCommand):
    """Seals as the role zs_sealer and takes the heads to the second place."""

    help = "封存日志，并把链头写到第二处。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--once for a single round."""
        parser.add_argument("--once", action="store_true", help="只封存一次")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal until the log contradicts itself or the process is stopped."""
        del args
        stop = threading.Event()

        def wait() -> bool:
            goes_round()
            return bool(options["once"]) or stop.wait(EVERY_SECONDS)

        try:
            run_sealer(
                lambda: psycopg.connect(settings.DATABASE_URLS["zs_sealer"], autocommit=True),
                key=signing_key(settings.KEYS),
                tables=sealed_tables(),
                place=SecondPlace(settings.HEADS),
                wait=wait,
                report=self.stderr.write,
            )
        except LogContradicted as problem:
            raise CommandError(str(problem)) from problem
