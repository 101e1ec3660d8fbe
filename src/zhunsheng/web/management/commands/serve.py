"""`serve`: the database and every process of the platform, until Ctrl-C."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.launcher_host import LauncherError
from zhunsheng.web.processes import Together
from zhunsheng.web.provision import NotPrepared
from zhunsheng.web.serving import Place, database, processes_of, release_first_rulebook

WATCH = "watch.toml"


class Command(BaseCommand):
    """Lines of delivery come from ZS_LINES or lines.toml of the data folder."""

    help = "启动整个平台：数据库、网站、监督、发送、封存、收件和看守。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until stopped."""
        del args
        place = Place(port=options["port"], mode="production")
        try:
            with database(place.mode) as keep_database:
                release_first_rulebook()
                if not settings.LINES.exists():
                    raise CommandError(f"没有线路文件 {settings.LINES}，消息发不出去。请按 docs/operate.md 写好它。")
                together = Together(processes_of(place, settings.LINES, settings.DATA / WATCH), self.say, keep_database)
                self.say(f"准绳：{place.address}")
                together.run()
        except (LauncherError, NotPrepared) as problem:
            raise CommandError(str(problem)) from problem

    def say(self, line: str) -> None:
        """One line to whoever started it."""
        self.stdout.write(line)
        self.stdout.flush()
