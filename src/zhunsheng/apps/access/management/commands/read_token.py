"""`read_token issue|revoke NAME`: tokens by which programs read over the API."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.tokens import SCOPES, issue, revoke
from zhunsheng.apps.org.models import Unit


class Command(BaseCommand):
    """Prints the key of a new token, once."""

    help = "发放或吊销只读接口的令牌。"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, the token's name, for whom and what for."""
        parser.add_argument("act", choices=("issue", "revoke"))
        parser.add_argument("name")
        parser.add_argument("--account", default="", help="代表的账号")
        parser.add_argument("--unit", default="", help="代表的单位代码")
        parser.add_argument("--scope", action="append", default=[], choices=SCOPES, help="可以读什么，可写多次")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, on the record."""
        del args
        with as_process("read-token"):
            if options["act"] == "revoke":
                if not revoke(options["name"]):
                    raise CommandError(f"没有名为 {options['name']} 的有效令牌。请核对名称。")
                self.stdout.write("已吊销")
                return
            self.stdout.write(_issued(options))


def _issued(options: dict[str, Any]) -> str:
    account = Account.objects.filter(username=options["account"]).first() if options["account"] else None
    unit = Unit.objects.filter(pk=options["unit"]).first() if options["unit"] else None
    if (options["account"] and account is None) or (options["unit"] and unit is None):
        raise CommandError("没有这个账号或单位。请核对后再试。")
    try:
        return issue(options["name"], scopes=options["scope"], account=account, unit=unit)[1]
    except ValidationError as problem:
        raise CommandError(" ".join(problem.messages)) from problem
