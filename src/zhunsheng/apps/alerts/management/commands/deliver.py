"""`deliver`: send what is queued, take in receipts and answers, until stopped."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhunsheng.apps.alerts.delivery.lines import LinesRefused, load_lines
from zhunsheng.apps.alerts.delivery.loop import Loop
from zhunsheng.apps.alerts.delivery.words import WordsRefused, words


class Command(BaseCommand):
    """The lines are in ZS_LINES; two copies may run."""

    help = "发送预警消息，收取回执和回复。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver until SIGTERM or Ctrl-C."""
        del args, options
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            words()
            lines = load_lines(settings.LINES)
        except (LinesRefused, WordsRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"线路：{'、'.join(lines.by_name)}")
        self.stdout.flush()
        Loop(lines, listen_dsn=settings.DATABASE_URLS["zs_app"], stop=stop).run()
