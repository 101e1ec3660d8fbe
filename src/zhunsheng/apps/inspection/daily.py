"""What is looked at once a day: alarms of oversight, and in each station the week's files of the risk stream.

It reads a year of events. So it runs beside the tasks of people and never in the loop that alerts wait for.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.timezone import localdate

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import marking, watching

PROCESS: Final = "inspection"
LOG: Final = logging.getLogger(__name__)


Work = Callable[[datetime], int]


class Daily:
    """Does its round when it is called on a day of the platform's clock that this process has not looked at yet. A
    fault is said, under the name of the round, and tried again the next day."""

    def __init__(self, name: str, round_: Work) -> None:
        self.name, self.round = name, round_
        self.day: date | None = None

    def __call__(self) -> None:
        """Do what is due."""
        try:
            with as_process(PROCESS):
                now = clock.now()
            if localdate(now) != self.day:
                self.day = localdate(now)
                self.round(now)
        except Exception:  # the loop's edge: tasks of people must not wait for it
            LOG.exception("%s: the daily round failed", self.name)


def look(now: datetime) -> int:
    """Keep what requests ask of a year, raise what the last one shows, and mark the week's files."""
    works = (watching.keep_counts, watching.raise_alarms, marking.mark_week)
    return by_one_copy("inspection_daily", works, now)


def by_one_copy(lock: str, works: Sequence[Work], now: datetime) -> int:
    """Do each work in a transaction of its own. Of several copies one does it; the others pass by. Returns what the
    works say that they did."""
    done = 0
    for work in works:
        with as_process(PROCESS), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [lock])
            (is_first,) = cursor.fetchone()
            done += work(now) if is_first else 0
    return done
