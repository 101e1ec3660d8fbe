"""`backup_key NAME`: a pair of keys for sealed backups."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.web.backup.manifest import BackupRefused
from zhunsheng.web.backup.sealing import new_key


class Command(BaseCommand):
    """NAME.key leaves this machine; NAME.pub stays, and `backup --seal-to NAME.pub` uses it."""

    help = "生成封存备份用的一对密钥。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write them, without suffix."""
        parser.add_argument("name", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both."""
        del args
        name: Path = options["name"]
        private, public = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
        try:
            new_key(private, public)
        except BackupRefused as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"私钥 {private}：请移到本机之外、由专人保管。公钥 {public}：备份时用 --seal-to。")
