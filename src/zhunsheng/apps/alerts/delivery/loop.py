"""The process that delivers: a thread for each worker of each line, and the round of the main thread.

The main thread waits for the database's word that something was queued, wakes the workers, opens second channels, and
says that all is well. It says so only while every worker goes round: one that hangs is seen by the watcher.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from django.db import DatabaseError, connection, connections

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery import fence
from zhunsheng.apps.alerts.delivery.follow_up import end_of_programs, open_second_channels
from zhunsheng.apps.alerts.delivery.lane import AT_ONCE, Lane
from zhunsheng.apps.alerts.delivery.lines import Line, Lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.replies import record_reply
from zhunsheng.apps.alerts.webhooks import channels
from zhunsheng.apps.audit import clock
from zhunsheng.apps.keepalive import goes_round
from zhunsheng.apps.supervision.models import Heartbeat

PROCESS: Final = "deliver"
IDLE_SECONDS: Final = 1.0  # how often a worker looks by itself
ROUND_SECONDS: Final = 1.0
HUNG_SECONDS: Final = 60.0
CHANNEL: Final = "zs_delivery"
FENCED: Final = "数据库由备份恢复，尚未与网关记录核对，不发送。请运行 fence 命令。"
NO_ADDRESS: Final = "线路文件里没有它的地址。请补上 [webhooks.名称]，或吊销令牌。"

log = logging.getLogger(__name__)


def now() -> Moment:
    """The platform's time and the machine's."""
    return Moment(at=clock.now(), real=clock.real_now())


class Worker(threading.Thread):
    """Goes round with one lane until it is stopped. `relief`: the next worker of its line, woken when there is much."""

    def __init__(self, lane: Lane, stop: threading.Event, relief: "Worker | None") -> None:
        super().__init__(name=lane.name, daemon=True)
        self.lane, self.stop, self.relief = lane, stop, relief
        self.wake = threading.Event()
        self.went_round_at = time.monotonic()

    def run(self) -> None:
        """Send while there is something to send; else wait to be woken."""
        while not self.stop.is_set():
            self.wake.clear()
            sent = self._turn()
            self.went_round_at = time.monotonic()
            if sent >= AT_ONCE and self.relief is not None:
                self.relief.wake.set()
            if not sent:
                self.wake.wait(IDLE_SECONDS)
        self.lane.close()
        connections.close_all()

    def _turn(self) -> int:
        try:
            return self.lane.turn()
        except DatabaseError as problem:  # what was leased comes free by itself
            log.warning("线路 %s：数据库连不上（%s），稍后重试。", self.lane.line.name, type(problem).__name__)
            connection.close()
            return 0

    @property
    def is_hung(self) -> bool:
        """Whether it has not gone round for long."""
        return time.monotonic() - self.went_round_at > HUNG_SECONDS


class Loop:
    """All workers of a process."""

    def __init__(self, lines: Lines, *, listen_dsn: str, stop: threading.Event) -> None:
        self.lines, self.stop, self._dsn = lines, stop, listen_dsn
        teams = [workers_of(line, stop) for line in lines.by_name.values()]
        self.workers = [worker for team in teams for worker in team]
        self._first = [team[0] for team in teams]
        self._beat_at: float | None = None

    def run(self) -> None:
        """Deliver until stopped."""
        for worker in self.workers:
            worker.start()
        while not self.stop.is_set():
            try:
                self._listen()
            except (psycopg.Error, DatabaseError) as problem:
                log.warning("投递暂停：数据库连不上（%s），稍后重试。", type(problem).__name__)
                goes_round()
                connection.close()
                self.stop.wait(ROUND_SECONDS)
        for worker in self.workers:
            worker.wake.set()
        for worker in self.workers:
            worker.join(timeout=HUNG_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            self._round()
            while not self.stop.is_set():
                for _ in listening.notifies(timeout=ROUND_SECONDS, stop_after=1):
                    self._wake()
                self._round()

    def _wake(self) -> None:
        """One worker of each line looks; only if its batch is full does it call the next. Four that look for one
        message cost more than the message."""
        for worker in self._first:
            worker.wake.set()

    def _round(self) -> None:
        due = self._beat_at is None or time.monotonic() - self._beat_at >= ROUND_SECONDS
        if not due:
            return
        self._beat_at = time.monotonic()
        moment = now()
        if not fence.is_up():  # behind one, nothing is known of what was confirmed
            while open_second_channels(self.lines, moment):
                self._wake()
            end_of_programs(self.lines, moment)
        if not any(worker.is_hung for worker in self.workers):
            goes_round()
            say_alive(moment, self.workers, self.lines)


def workers_of(line: Line, stop: threading.Event) -> list[Worker]:
    """The workers of a line, each the relief of the one before it."""
    workers: list[Worker] = []
    for lane in reversed(lanes_of(line)):
        workers.insert(0, Worker(lane, stop, workers[0] if workers else None))
    return workers


def lanes_of(line: Line, now: Callable[[], Moment] = now) -> list[Lane]:
    """The workers of a line. One listens for receipts where one is enough."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    return [
        Lane(
            line=line,
            channel=line.channel(lambda: now().real),
            name=f"{owner}:{line.name}:{number}",
            now=now,
            on_reply=record_reply,
            listens=line.receives or number == 0,
        )
        for number in range(line.workers)
    ]


def say_alive(moment: Moment, workers: list[Worker], lines: Lines) -> None:
    """The heartbeat: when, up to which instant, and which lines have a fault. A program that has a token and no address
    is one."""
    problems = {worker.lane.line.name: worker.lane.problem for worker in workers if worker.lane.problem}
    detail: dict[str, Any] = {"lines": sorted({worker.lane.line.name for worker in workers}), "problems": problems}
    with as_process("delivery"):
        problems |= dict.fromkeys(sorted(channels() - set(lines.programs)), NO_ADDRESS)
        if fence.is_up():
            problems |= dict.fromkeys(sorted(lines.by_name), FENCED)
        Heartbeat.objects.update_or_create(
            process=PROCESS, defaults={"at": moment.real, "watermark": moment.at, "detail": detail}
        )
