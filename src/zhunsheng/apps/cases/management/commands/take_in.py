"""`take_in`: read the drop folders, once or until stopped."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from zhunsheng.apps.cases.drop import take_in
from zhunsheng.apps.cases.words import vocabulary

EVERY_SECONDS = 5.0


class Command(BaseCommand):
    """Every source that is registered and active has a folder of its name under ZS_DROP."""

    help = "读取投放文件夹里的文件。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--watch to go on."""
        parser.add_argument("--watch", action="store_true", help="持续读取")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and say what became of each file."""
        del args
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while True:
            for taken in take_in(settings.DROP, vocabulary=vocabulary()):
                self.stdout.write(f"{taken.file}：{taken.refusal or taken.receipt}")
            if not options["watch"] or stop.wait(EVERY_SECONDS):
                return
