"""`python -m watch watch.toml`: look every few seconds, raise the alarm, and say every morning that all is well."""

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from watch.config import Config, ConfigRefused, load
from watch.judging import OpenClocks, Register, Signs, faults
from watch.keepalive import goes_round
from watch.looking import Lookout
from watch.receiving import Receiver
from watch.telling import AlarmFile, stamp, tell
from watch.words import daily_text, text_of


class Watch:
    """The watcher at work."""

    def __init__(self, config: Config, *, now: Callable[[], datetime]) -> None:
        """Raises  OSError if the address at which probes arrive cannot be had."""
        self._config, self._now = config, now
        self._lookout = Lookout(config.database, config.disk)
        self._clocks = OpenClocks(config.limits)
        self._fallen: float | None = None
        self._receiver = Receiver(config.probe, now=now()) if config.probe else None
        if self._receiver is not None:
            self._receiver.start()
        self._register = Register(repeat=config.repeat, steady=config.limits.steady)
        self._file = AlarmFile(config.alarms)
        self._last_daily = self._file.last_daily()

    def round(self) -> None:
        """One look, and what follows from it."""
        now = self._now()
        found = faults(self._signs(now), self._config.limits, self._config.processes)
        for news in self._register.step(found, now):
            text = text_of(news)
            # In the file before it goes out: a way out that hangs must not hide the alarm.
            what = "over" if news.is_over else "alarm"
            self._file.write(what, at=stamp(now), fault=news.key, since=stamp(news.since), nth=news.nth, text=text)
            results = tell(self._config, text, f"{news.key} {stamp(news.since)} {news.nth} {news.is_over}")
            self._file.write("told", at=stamp(self._now()), fault=news.key, results=results)
        self._daily(now)

    def _signs(self, now: datetime) -> Signs:
        """What is seen, with what follows from what was seen before."""
        signs = self._lookout.look()
        if signs.open_clocks is not None:
            self._fallen = self._clocks.fallen_percent(signs.open_clocks, now)
        probe = self._receiver.age(now) if self._receiver is not None else None
        return replace(signs, fallen_percent=self._fallen, probe=probe)

    def _daily(self, now: datetime) -> None:
        local = now.astimezone(self._config.zone)
        if local.time() < self._config.daily_at or self._last_daily == local.date():
            return
        if self._last_daily is None and not self._is_near(local):
            self._last_daily = local.date()  # started in the course of a day: the next morning is the first
            return
        self._say_daily(local.date(), now)

    def _say_daily(self, day: date, now: datetime) -> None:
        numbers = self._lookout.day()
        if numbers is None:
            return  # the database is away, which is an alarm of its own; the message is said when it is back
        text = daily_text(day, alerts=numbers.alerts, head=numbers.head, faults=self._register.count)
        results = tell(self._config, text, f"daily {day}")
        self._file.write("daily", at=stamp(now), day=day.isoformat(), text=text, results=results)
        self._last_daily = day

    def _is_near(self, local: datetime) -> bool:
        due = local.replace(
            hour=self._config.daily_at.hour, minute=self._config.daily_at.minute, second=0, microsecond=0
        )
        return (local - due).total_seconds() <= 600


def main(words: list[str]) -> int:
    """Watch until stopped. 2: the file cannot be used."""
    if len(words) != 1:
        sys.stderr.write("用法：python -m watch watch.toml\n")
        return 2
    try:
        config = load(Path(words[0]))
        watch = Watch(config, now=lambda: datetime.now(UTC))
    except (ConfigRefused, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        watch.round()
        goes_round()
        stop.wait(config.every_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
