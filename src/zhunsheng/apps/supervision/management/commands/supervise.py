"""`supervise`: keep clocks and findings, until stopped or once."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision.batch import PROCESS
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.rulebooks import ensure_released, release_of
from zhunsheng.book import RulebookRefused


class Command(BaseCommand):
    """Judges what events touch and what falls due. Two copies may run, each under a name of its own."""

    help = "监督期限：判断到期与变动，写入期限和发现。可以运行两份，各用自己的名字。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--once to judge what is due and end."""
        parser.add_argument("--once", action="store_true", help="判断到没有到期的为止，然后结束")
        parser.add_argument("--name", default=PROCESS, help="心跳表里的名字；第二份用另一个")

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise until the process is told to stop."""
        del args
        try:
            with as_process(PROCESS):
                release = ensure_released(settings.RULEBOOK, at=clock.now())
        except RulebookRefused as problem:
            raise CommandError(f"规则库不能使用：\n{problem}") from problem
        self._say(release.sha256)
        supervisor = Supervisor(
            route=import_string(settings.ROUTE), sweep=import_string(settings.SWEEP), process=options["name"]
        )
        if options["once"]:
            supervisor.settle()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        supervisor.run(stopped=stop.is_set)

    def _say(self, in_force: str) -> None:
        """Whether the folder's rulebook is the one in force: a changed file does nothing until it is released."""
        self.stdout.write(f"规则库 {in_force[:12]}")
        try:
            other = release_of(settings.RULEBOOK)
        except RulebookRefused as problem:
            self.stderr.write(f"目录里的规则库不能使用，仍按已发布的判断：\n{problem}")
            return
        if other != in_force:
            self.stderr.write(f"目录里的规则库 {other[:12]} 还没有发布。请用 release 命令，由两个人发布。")
