"""`play_city`: record what happens in the synthetic city as its clock goes. Only in a demonstration."""

import signal
import threading
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import planting
from zhunsheng.web.demo import playing

EVERY_SECONDS = 1.0


class Command(BaseCommand):
    """Tells again what it may have told already: the log knows it."""

    help = "让演示城市按城市时钟继续发生事件。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--cases: the same number as before gives the same city."""
        parser.add_argument("--cases", type=int, default=3000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Play until stopped."""
        del args
        if not clock.has_city_clock():
            raise CommandError("这不是演示库，没有城市时钟。演示请用 zs run。")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        play, _ = playing.beginning(playing.made(options["cases"], settings.RULEBOOK))
        with transaction.atomic(), planting.shown():
            taken = planting.planted_numbers()
        play.city = replace(play.city, events=playing.without_cases(play.city.events, taken))
        play.told_until = max(play.told_until, playing.last_told() - playing.OVERLAP)
        playing.go_on(play, wait=lambda: stop.wait(EVERY_SECONDS))
