"""`poll SOURCE VIEW.toml`: read a view of another database from its watermark on."""

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.poller import PollerRefused, load_view, poll
from zhunsheng.apps.cases.words import vocabulary
from zhunsheng.files.mapping import MappingRefused

ADDRESS = "ZS_POLL_URL"


class Command(BaseCommand):
    """The other database's address holds a password, so it comes from the environment."""

    help = f"读取另一个数据库的视图；地址在环境变量 {ADDRESS}。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The source and the description of its view."""
        parser.add_argument("source")
        parser.add_argument("view", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and say what became of each batch."""
        del args
        source = Source.objects.filter(pk=options["source"], is_active=True).first()
        if source is None:
            raise CommandError(f"没有启用的来源 {options['source']}。请先登记。")
        if ADDRESS not in os.environ:
            raise CommandError(f"环境变量 {ADDRESS} 没有设置。请写明另一个数据库的地址。")
        words = vocabulary()
        try:
            view = load_view(options["view"], words)
            engine = sa.create_engine(os.environ[ADDRESS])
            for receipt in poll(source=source, engine=engine, view=view, vocabulary=words):
                self.stdout.write(str(receipt))
        except (PollerRefused, MappingRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        except sa.exc.SQLAlchemyError as problem:
            raise CommandError(f"另一个数据库读不到（{type(problem).__name__}）。请核对地址和权限。") from problem
