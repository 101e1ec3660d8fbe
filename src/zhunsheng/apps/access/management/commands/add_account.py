"""`add_account NAME`: an account; its holder registers the second factor at the first login."""

import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.access.services import create_account
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.org.roles import ADMIN_ROLES
from zhunsheng.apps.org.selectors import officer_by_number
from zhunsheng.apps.refusals import DomainError


class Command(BaseCommand):
    """The password is asked for, or read from standard input; it never stands in the command line."""

    help = "建立账号：管理员用 --admin，民警用 --officer 省份/警号。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Exactly one of --admin and --officer."""
        parser.add_argument("username")
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--admin", choices=sorted(ADMIN_ROLES))
        kind.add_argument("--officer", help="省份/警号，例如 35/035001")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account."""
        del args
        password = getpass.getpass("口令：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        officer = None
        if options["officer"]:
            province, _, number = options["officer"].partition("/")
            officer = officer_by_number(province=province, number=number)
            if officer is None:
                raise CommandError(f"没有警号为 {options['officer']} 的在岗人员。请核对后再试。")
        try:
            with acting(Acting("process:add-account")):
                create_account(
                    username=options["username"], password=password, officer=officer, admin_role=options["admin"] or ""
                )
        except (DomainError, ValidationError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"账号 {options['username']} 已建立，首次登录时登记第二因素。")
