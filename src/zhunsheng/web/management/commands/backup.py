"""`backup FOLDER`: the data of this deployment as of one instant."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.keys import KeysRefused
from zhunsheng.launcher import embedded_dsn, embedded_server
from zhunsheng.launcher_host import SUPERUSER, LauncherError
from zhunsheng.web.backup.making import Origin, back_up
from zhunsheng.web.backup.manifest import BackupRefused
from zhunsheng.web.backup.sealing import public_key


class Command(BaseCommand):
    """May run while the platform does."""

    help = "备份数据库和文书图像到一个新目录；不含密钥和线路文件，它们另外保存。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and for whom."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--seal-to", type=Path, metavar="公钥", help="只有持有对应私钥的人能打开（backup_key 生成）"
        )
        parser.add_argument(
            "--base", action="store_true", help="连同数据库的文件：有 ZS_ARCHIVE 的归档就能恢复到任一时刻"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up; an embedded server that stands still is started for it."""
        del args
        dsn = settings.DATABASE_URLS["zs_owner"]
        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with ExitStack() as stack:
                if "DATABASE_URL" not in os.environ and not _answers(dsn):
                    server = embedded_server(settings.DATA, os.environ, archive=settings.ARCHIVE).start()
                    stack.callback(server.stop)
                superuser = _superuser() if options["base"] else None
                origin = Origin(dsn, settings.KEYS, settings.MEDIA, settings.DATA, superuser)
                seal_to = public_key(options["seal_to"]) if options["seal_to"] else None
                at = clock.real_now()
                made = back_up(options["folder"], origin, environ=os.environ, at=at, seal_to=seal_to)
        except (BackupRefused, LauncherError, KeysRefused, psycopg.Error) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{options['folder']}：{sum(made.rows.values())} 行，日志到第 {made.head['size']} 条。")
        self.stdout.write(f"密钥不在其中。请另外保存 {settings.KEYS} 和 {settings.LINES}。")


def _superuser() -> str:
    if "DATABASE_URL" in os.environ:
        raise BackupRefused("--base 只备份内置数据库的文件。独立的服务器请用 pg_basebackup，见运维手册第 10 节。")
    return embedded_dsn(settings.DATA, SUPERUSER, "postgres")


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
