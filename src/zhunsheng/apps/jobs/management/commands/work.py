"""`work`: do the tasks that people have given, until stopped."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhunsheng.apps.inspection.daily import Daily, look
from zhunsheng.apps.jobs.working import run, work_once
from zhunsheng.apps.jobs.works import WORKS
from zhunsheng.apps.points.recorder import Recorder
from zhunsheng.apps.tasks.daily import make_due


class Command(BaseCommand):
    """Several copies may run: each task has one at a time. Between tasks points are recorded and, once a day, oversight
    looks and the day's inspections are given out."""

    help = "办理交给系统的任务：导出、批量文书、导入。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--once."""
        parser.add_argument("--once", action="store_true", help="办完现有任务就结束")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM or Ctrl-C."""
        del args
        if options["once"]:
            while work_once(WORKS):
                pass
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        rounds = (Recorder(), Daily("inspection", look), Daily("tasks", make_due))

        def between() -> None:
            for each in rounds:
                each()

        run(WORKS, stop=stop, between=between)
