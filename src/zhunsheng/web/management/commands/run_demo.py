"""`run_demo`: the whole platform with a synthetic city that goes on, and an account for each role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhunsheng.apps.points.recording import record_points
from zhunsheng.launcher_host import LauncherError
from zhunsheng.web.demo import dossiers, earlier, inspecting, people, playing, scoring, visiting
from zhunsheng.web.processes import Process, Together
from zhunsheng.web.provision import NotPrepared
from zhunsheng.web.serving import (
    ROOT,
    Place,
    database,
    demo_lines,
    demo_watch,
    new_secret,
    processes_of,
    release_first_rulebook,
)


class Command(BaseCommand):
    """Everything that is sent goes to the simulator of a gateway; its file shows what arrived."""

    help = "启动演示：整个平台，加一座会走动的虚构城市。"

    def add_arguments(self, parser: CommandParser) -> None:
        """--port, --cases, --pace."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--cases", type=int, default=3000)
        parser.add_argument("--pace", type=int, default=3600)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the city, then run until stopped."""
        del args
        place = Place(port=options["port"], mode="demo")
        try:
            with database(place.mode) as keep_database:
                release_first_rulebook()
                # Those who are started below read the same folder
                settings.POLICIES = settings.DATA / "policies"
                os.environ["ZS_POLICIES"] = str(settings.POLICIES)
                self.say("正在准备城市……")
                logins = self.settle(options["cases"])
                playing.set_pace(options["pace"])
                with gateway(place) as (lines, watch):
                    processes = [*processes_of(place, lines, watch), self.city(place, options["cases"])]
                    self.welcome(place, logins)
                    Together(processes, self.say, keep_database).run()
        except (LauncherError, NotPrepared) as problem:
            raise CommandError(str(problem)) from problem

    def settle(self, cases: int) -> list[people.Login]:
        """The people and the first days of the city, told a few hours at a time and judged after each."""
        city = playing.made(cases, settings.RULEBOOK)
        play, end = playing.beginning(city)
        logins = people.settle(play.city)
        scoring.put_in_place(settings.RULEBOOK, settings.DATA / "policies", since=end - playing.HISTORY)
        for instant in playing.first_days(play, end):
            playing.stand_at(instant)
            play.tell(instant)
            call_command("supervise", once=True, stdout=StringIO())
            self.say(f"  {local(instant)}")
        known = play.city.events.filter(pl.col("recorded_at") <= end)
        dossiers.fill(known, at=end)
        if scoring.approve(at=end):
            scoring.state_samples(at=end)
            earlier.state(city.events, play.city.events, at=end)
            inspecting.fill(known, since=end - playing.HISTORY, at=end)
            visiting.fill(at=end)
            record_points()
        return logins

    def city(self, place: Place, cases: int) -> Process:
        """The process that plays the city."""
        command = (sys.executable, "-P", "-m", "zhunsheng.web", "play_city", "--cases", str(cases))
        return Process("city", command, os.environ.copy(), ROOT, place.log / "city.log")

    def welcome(self, place: Place, logins: list[people.Login]) -> None:
        """Where it is, and who can enter."""
        self.say(f"\n准绳演示：{place.address}")
        self.say(f"口令都是 {people.PASSWORD}；验证码显示在登录页上（只在演示库）。账号：")
        for login in logins:
            self.say(f"  {login.username:<18}{login.title}")
        self.say(f"短信都到了模拟网关：{place.log / 'sms.jsonl'}\nCtrl-C 停止全部。")

    def say(self, line: str) -> None:
        """One line to whoever started it."""
        self.stdout.write(line)
        self.stdout.flush()


@contextmanager
def gateway(place: Place) -> Iterator[tuple[Path, Path]]:
    """The simulator of the SMS gateway while the block runs, and the files of lines and watcher that lead to it."""
    secret = new_secret()
    command = [sys.executable, "-m", "simulators.http_sms", "--log", str(place.log / "sms.jsonl"), "--secret", secret]
    place.log.mkdir(exist_ok=True)
    simulator = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert simulator.stdout is not None
    port = int(simulator.stdout.readline())
    try:
        yield demo_lines(port, secret), demo_watch(place, port, secret)
    finally:
        simulator.terminate()
        simulator.wait(timeout=10)


def local(instant: datetime) -> str:
    """An instant as the city's people read it."""
    return f"{instant.astimezone(playing.BEIJING):%Y-%m-%d %H:%M}"
