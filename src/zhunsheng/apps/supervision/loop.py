"""The loop that keeps clocks and findings: it wakes on NOTIFY, on the next instant, and every few seconds without."""

import json
import logging
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import psycopg
from django.db import DatabaseError, InterfaceError, connection, transaction

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.keepalive import goes_round
from zhunsheng.apps.supervision import queue
from zhunsheng.apps.supervision.backlog import SecondHand
from zhunsheng.apps.supervision.batch import LIMIT, PROCESS, BatchFailed, Done, judge_due, warm_up
from zhunsheng.apps.supervision.changes import Route

LOG: Final = logging.getLogger(__name__)
CHANNEL: Final = "zs_events"
IDLE_SECONDS: Final = 3.0
HELD_SECONDS: Final = 0.05  # when another copy holds what is due
LOST_SECONDS: Final = 1.0  # before a lost database is asked again
AGAIN_SECONDS: Final = 900  # of the platform's clock, before a key that failed is tried again
BEAT: Final = """
    INSERT INTO supervision_heartbeat (process, at, watermark, detail)
    VALUES (
        %(process)s, clock_timestamp(), CASE WHEN %(is_idle)s THEN zs_now() ELSE %(judged_until)s::timestamptz END,
        %(detail)s::jsonb
    )
    ON CONFLICT (process) DO UPDATE
    SET at = excluded.at, watermark = coalesce(excluded.watermark, supervision_heartbeat.watermark),
        detail = excluded.detail
"""


class Supervisor:
    """One copy of the loop. `process` is its name in the heartbeat table; copies have names of their own. `sweep` tells
    people what time alone changed, and says how many seconds it can wait, 0 where there is more."""

    def __init__(
        self,
        *,
        route: Route,
        sweep: Callable[[], float] = lambda: IDLE_SECONDS,
        process: str = PROCESS,
        limit: int = LIMIT,
    ) -> None:
        self.route, self.sweep, self.process, self.limit = route, sweep, process, limit
        self.second = SecondHand(route, limit)
        self.singly = 0  # rounds for which keys are judged one by one, because a batch failed

    def run(self, *, stopped: Callable[[], bool]) -> None:
        """Go round until `stopped`. A lost database is waited for; nothing is lost with it."""
        with closing(self.second):
            self._run(stopped)

    def _run(self, stopped: Callable[[], bool]) -> None:
        while not stopped():
            try:
                with closing(_listener()) as listener:
                    warm_up()
                    while not stopped():
                        wait = self.round()
                        if wait:
                            _sleep(listener, wait)
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                LOG.warning("supervise: the database is away: %s", type(problem).__name__)
                goes_round()
                connection.close()
                time.sleep(LOST_SECONDS)

    def round(self) -> float:
        """Judge what is due, if anything is. Returns the seconds to wait before the next round."""
        due_in = queue.seconds_until_due()
        if due_in != 0:
            wait = self.swept()
            self.beat()
            return min(IDLE_SECONDS, wait, IDLE_SECONDS if due_in is None else due_in)
        done = self.judge()
        wait = self.swept()  # after judging: a level that rises now says more than the escalation of a lower one
        self.beat(done)
        return 0 if done.keys else min(HELD_SECONDS, wait)

    def swept(self) -> float:
        """One sweep. A fault in it is said and does not stop the judging; it is tried again after the idle time."""
        try:
            return self.sweep()
        except (DatabaseError, InterfaceError, psycopg.Error):
            raise
        except Exception:
            LOG.exception("supervise: the sweep of alerts failed")
            return IDLE_SECONDS

    def judge(self) -> Done:
        """One batch. If it cannot be judged, its keys are judged one by one, and those that fail are set aside."""
        limit = 1 if self.singly else self.limit
        self.singly = max(0, self.singly - 1)
        try:
            return judge_due(route=self.route, limit=limit, beside=self.second.help_beside)
        except BatchFailed as problem:
            LOG.exception("supervise: %d keys failed", len(problem.keys))
            if limit > 1:
                self.singly = len(problem.keys) + len(problem.touched)
            else:
                with as_process(PROCESS):
                    queue.set_aside(problem.keys, problem.touched, why=problem.why, again_in_seconds=AGAIN_SECONDS)
            return Done(problem.as_of, keys=len(problem.keys))

    def beat(self, done: Done | None = None) -> None:
        """Say that the loop goes round, and up to when everything is judged: now, where there was nothing to do; the
        instant of a batch that left nothing behind, so that a loop that never finds a pause is not said to be late.
        Losing the last beat in a crash tells nobody anything wrong."""
        goes_round()
        detail = {"keys": done.keys, "events": done.events, "findings": dict(done.findings)} if done else {}
        values: dict[str, str | bool | datetime | None] = {
            "process": self.process,
            "is_idle": done is None,
            "judged_until": done.as_of if done and done.is_all else None,
            "detail": json.dumps(detail),
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('synchronous_commit', 'off', true)")
            cursor.execute(BEAT, values)

    def settle(self) -> None:
        """Judge until nothing is due. Raises BatchFailed where a key cannot be judged."""
        with closing(self.second):
            while queue.seconds_until_due() == 0:
                done = judge_due(route=self.route, limit=self.limit, beside=self.second.help_beside)
                if not done.keys:
                    time.sleep(HELD_SECONDS)
        while not self.sweep():
            pass


def _listener() -> psycopg.Connection[Any]:
    """A connection of its own, because a NOTIFY reaches a session only between its transactions."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    listening: psycopg.Connection[Any] = psycopg.connect(**parameters, autocommit=True)
    listening.execute(f"LISTEN {CHANNEL}")
    return listening


def _sleep(listener: psycopg.Connection[Any], seconds: float) -> None:
    """Wait, but no longer than until events come in."""
    for _ in listener.notifies(timeout=seconds, stop_after=1):
        return
