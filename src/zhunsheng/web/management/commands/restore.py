"""`restore FOLDER [--to INSTANT]`: a backup into an empty database, which sends nothing until two persons let it."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from zhunsheng.apps.audit.keys import KeysRefused
from zhunsheng.launcher import embedded_server
from zhunsheng.launcher_host import SUPERUSER, LauncherError
from zhunsheng.web import provision
from zhunsheng.web.backup.instant import Place, instant, restore_to
from zhunsheng.web.backup.manifest import BackupRefused, Manifest
from zhunsheng.web.backup.restoring import Restored, opened, read_backup, restore


class Command(BaseCommand):
    """The keys must be there already: a backup holds none."""

    help = "把备份恢复到空库。恢复的库先停发，与网关记录核对并由两人解除后才发消息。"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to restore."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--key", type=Path, metavar="私钥", help="封好的备份：私钥文件")
        parser.add_argument("--to", metavar="时刻", help="恢复到这一时刻（带时区），或 latest；要有 ZS_ARCHIVE 的归档")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what is missing and what comes next."""
        del args
        folder = options["folder"]
        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            manifest = read_backup(folder, keys=settings.KEYS)
            with ExitStack() as stack:
                plain = stack.enter_context(opened(folder, manifest, private=options["key"], work=settings.DATA))
                if options["to"]:
                    done = _to_instant(plain, manifest, options["to"])
                else:
                    done = _as_backed_up(plain, manifest, stack)
        except (BackupRefused, LauncherError, KeysRefused, provision.NotPrepared, psycopg.Error) as problem:
            raise CommandError(str(problem)) from problem
        self._tell(done, options["to"] or done.manifest.made_at)

    def _tell(self, done: Restored, to: str) -> None:
        self.stdout.write(f"已恢复到 {to}：日志到第 {done.head} 条。")
        if done.lost:
            self.stdout.write(
                f"第二处的链头还多 {done.lost} 条：这些记录在备份之后，没有恢复。封存会停在这里。"
                "请保留旧的第二处作证，把 ZS_HEADS 指到一个新目录再启动。"
            )
        self.stdout.write("现在停发。请对每条线路运行 fence compare，再由两名管理员先后运行 fence lift。")


def _as_backed_up(plain: Path, manifest: Manifest, stack: ExitStack) -> Restored:
    if "DATABASE_URL" not in os.environ:
        server = embedded_server(settings.DATA, os.environ).start()
        stack.callback(server.stop)
        stack.callback(connections.close_all)
        provision.create_roles(server.dsn(SUPERUSER, "postgres"))
    dsn = settings.DATABASE_URLS["zs_owner"]
    return restore(plain, manifest, dsn=dsn, media=settings.MEDIA, heads=settings.HEADS, environ=os.environ)


def _to_instant(plain: Path, manifest: Manifest, to: str) -> Restored:
    if "DATABASE_URL" in os.environ:
        raise BackupRefused("--to 只恢复内置数据库。独立的服务器请按运维手册第 10 节恢复，并运行 fence put-up。")
    place = Place(data=settings.DATA, media=settings.MEDIA, heads=settings.HEADS, archive=settings.ARCHIVE)
    return restore_to(plain, manifest, place, to=instant(to), environ=os.environ)
