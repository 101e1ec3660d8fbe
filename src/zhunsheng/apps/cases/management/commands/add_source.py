"""`add_source NAME TITLE`: register a source system; its key is printed once."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key


class Command(BaseCommand):
    """Registered again, a source gets a new key and the old one ends."""

    help = "登记来源系统，打印它的密钥（只此一次）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name, title, and what the source is known for."""
        parser.add_argument("source")
        parser.add_argument("title")
        parser.add_argument("--zone", default="", help="来源的时间不带时区时按此解释，例如 Asia/Shanghai")
        parser.add_argument("--second-person", action="store_true", help="来源系统内已双人审批")
        parser.add_argument("--late-after", type=int, default=None, help="多少分钟没有数据就在页面上提示；不写则不提示")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register and print the key."""
        del args
        key = new_key()
        try:
            if options["zone"]:
                ZoneInfo(options["zone"])
            with as_process("add-source"):
                register_source(
                    source=options["source"],
                    title=options["title"],
                    key=key,
                    zone=options["zone"],
                    second_person=options["second_person"],
                    late_after_minutes=options["late_after"],
                )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise CommandError(f"{options['zone']} 不是时区。请写成 Asia/Shanghai 这样的名称。") from problem
        self.stdout.write(key)
