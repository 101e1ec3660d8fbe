"""`rotate_keys --new-key`, then `rotate_keys`: protected fields and their index under a new key."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from zhunsheng.apps.access.login import reseal_factors
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.keys import CiphertextRefused, KeysRefused, add_field_keys, field_cipher
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.cases.persons import reseal_persons

PROCESS: Final = "rotate-keys"
BATCH: Final = 500


class Command(BaseCommand):
    """Each batch is a transaction of its own: stopped at any moment, the command goes on where it was."""

    help = "更换受保护字段的密钥：先用 --new-key 生成，复制到每台机器；再不带参数运行，逐批重新加密。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--new-key to make the next key."""
        parser.add_argument("--new-key", action="store_true", help="只生成下一把密钥")
        parser.add_argument("--batch", type=int, default=BATCH, help="每批人数")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make a key, or write what older keys wrote under the newest one."""
        del args
        try:
            if options["new_key"]:
                self._make()
            else:
                self._reseal(options["batch"])
        except (KeysRefused, CiphertextRefused) as problem:
            raise CommandError(str(problem)) from problem

    def _make(self) -> None:
        number = add_field_keys(settings.KEYS)
        with as_process(PROCESS):
            record(action="make_key", kind="key", key=str(number))
        self.stdout.write(f"已生成第 {number} 号密钥。请备份 {settings.KEYS}，并复制到每台机器，再运行 rotate_keys。")

    def _reseal(self, batch: int) -> None:
        number = field_cipher(settings.KEYS).current
        with as_process(PROCESS):
            factors = reseal_factors()
            record(action="rotate_keys", kind="key", key=str(number), detail={"factors": factors})
        persons, after = 0, ""
        while True:
            with as_process(PROCESS):
                after, written = reseal_persons(after=after, limit=batch)
                if written:
                    record(action="rotate_keys", kind="key", key=str(number), detail={"persons": written})
            persons += written
            if not after:
                break
        self.stdout.write(
            f"{persons} 人、{factors} 个第二因素已改用第 {number} 号密钥；"
            f"{_quarantined_under_others(number)} 条隔离内容不可改写，仍要用旧密钥读取，旧密钥请继续保管。"
        )


def _quarantined_under_others(number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_quarantine WHERE get_byte(body, 0) <> %s", [number])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
