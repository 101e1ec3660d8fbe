"""What is made once a day, beside the tasks of people: of several copies one makes it."""

import logging
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.timezone import localdate

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.tasks import making, needing

PROCESS: Final = "inspection"
LOG: Final = logging.getLogger(__name__)


class DailyTasks:
    """Makes what is due when it is called on a day of the platform's clock that this process has not looked at yet. A
    fault is said, and tried again the next day."""

    def __init__(self) -> None:
        self.day: date | None = None

    def __call__(self) -> None:
        """Make what is due."""
        try:
            with as_process(PROCESS):
                now = clock.now()
            if localdate(now) != self.day:
                self.day = localdate(now)
                make_due(now)
        except Exception:  # the loop's edge: tasks of people must not wait for it
            LOG.exception("tasks: the daily round failed")


def make_due(now: datetime) -> int:
    """By plan, then by what data show. Run again on the same day, it makes nothing more."""
    made = 0
    for work in (making.by_plans, needing.by_need):
        with as_process(PROCESS), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('tasks_daily'))")
            (is_first,) = cursor.fetchone()
            made += work(now) if is_first else 0
    return made
