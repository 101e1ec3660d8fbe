"""`persons_seen ACCOUNT --since T`: the breach question in one command."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.selectors import persons_seen
from zhunsheng.apps.audit.services import record


class Command(BaseCommand):
    """Prints person, times, first and last sight, purposes; the question itself is recorded."""

    help = "某账号自某时起看过哪些人的资料。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The account, and since when."""
        parser.add_argument("account")
        parser.add_argument("--since", required=True, help="例如 2026-03-01T00:00:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer the question."""
        del args
        try:
            since = datetime.fromisoformat(options["since"])
        except ValueError as problem:
            raise CommandError("--since 应为带时区的时间，例如 2026-03-01T00:00:00+08:00。") from problem
        if since.tzinfo is None:
            raise CommandError("--since 没有时区。请写成 2026-03-01T00:00:00+08:00。")
        with acting(Acting("process:persons-seen")):
            seen = persons_seen(actor=f"account:{options['account']}", since=since)
            record(action="breach_question", kind="account", key=options["account"], detail={"persons": len(seen)})
        for row in seen:
            purposes = "；".join(row.purposes)
            self.stdout.write(
                f"{row.person}\t{row.times}\t{row.first_at.isoformat()}\t{row.last_at.isoformat()}\t{purposes}"
            )
        self.stdout.write(f"共 {len(seen)} 人")
