"""`change_account ACT NAME`: close an account, end its sessions, give it a new start. Each is in the audit log."""

from collections.abc import Callable
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.services import disable_account, end_sessions, give_initial_password, reset_factors
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting


def _disable(account: Account) -> str:
    disable_account(account=account, by="")
    return "已停用"


def _end_sessions(account: Account) -> str:
    end_sessions(account=account, at=clock.real_now())
    return "会话已全部退出"


def _forget_factors(account: Account) -> str:
    reset_factors(account=account, by="")
    end_sessions(account=account, at=clock.real_now())
    return "第二因素已清除，会话已全部退出；下次登录时重新登记"


def _new_password(account: Account) -> str:
    return give_initial_password(account=account, at=clock.real_now())


ACTS: Final[dict[str, Callable[[Account], str]]] = {
    "disable": _disable,
    "end-sessions": _end_sessions,
    "forget-factors": _forget_factors,
    "new-password": _new_password,
}


class Command(BaseCommand):
    """A new password is random, printed once, and changed by its holder at the next login."""

    help = "停用账号、退出其会话、清除第二因素，或发一个一次性的初始口令。"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, to whom."""
        parser.add_argument("act", choices=sorted(ACTS))
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, on the record."""
        del args
        with acting(Acting("process:change-account")):
            account = Account.objects.filter(username=options["username"]).first()
            if account is None:
                raise CommandError(f"没有账号 {options['username']}。请核对后再试。")
            self.stdout.write(ACTS[options["act"]](account))
