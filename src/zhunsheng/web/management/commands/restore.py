"""`restore FOLDER`: a backup into an empty database, which then sends nothing until two persons let it."""

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
from zhunsheng.web.backup.manifest import BackupRefused
from zhunsheng.web.backup.restoring import Restored, opened, read_backup, restore


class Command(BaseCommand):
    """The keys must be there already: a backup holds none."""

    help = "把备份恢复到空库。恢复的库先停发，与网关记录核对并由两人解除后才发消息。"

    def add_arguments(self, parser: CommandParser) -> None:
        """What to restore."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--key", type=Path, metavar="私钥", help="封好的备份：私钥文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what is missing and what comes next."""
        del args
        dsn, folder = settings.DATABASE_URLS["zs_owner"], options["folder"]
        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            manifest = read_backup(folder, keys=settings.KEYS)
            with ExitStack() as stack:
                plain = stack.enter_context(opened(folder, manifest, private=options["key"], work=settings.DATA))
                if "DATABASE_URL" not in os.environ:
                    server = embedded_server(settings.DATA, os.environ).start()
                    stack.callback(server.stop)
                    stack.callback(connections.close_all)
                    provision.create_roles(server.dsn(SUPERUSER, "postgres"))
                done = restore(plain, manifest, dsn=dsn, media=settings.MEDIA, heads=settings.HEADS, environ=os.environ)
        except (BackupRefused, LauncherError, KeysRefused, provision.NotPrepared, psycopg.Error) as problem:
            raise CommandError(str(problem)) from problem
        self._tell(done)

    def _tell(self, done: Restored) -> None:
        head = done.manifest.head
        self.stdout.write(f"已恢复到 {done.manifest.made_at}：日志到第 {head['size']} 条。")
        if done.lost:
            self.stdout.write(
                f"第二处的链头还多 {done.lost} 条：这些记录在备份之后，没有恢复。封存会停在这里。"
                "请保留旧的第二处作证，把 ZS_HEADS 指到一个新目录再启动。"
            )
        self.stdout.write("现在停发。请对每条线路运行 fence compare，再由两名管理员先后运行 fence lift。")
