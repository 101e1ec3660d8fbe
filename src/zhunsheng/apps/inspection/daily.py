"""What is looked at once a day: alarms of oversight, and in each station the week's files of the risk stream.

It reads a year of events. So it runs beside the tasks of people and never in the loop that alerts wait for.
"""

import logging
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.timezone import localdate

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import marking, watching

PROCESS: Final = "inspection"
LOG: Final = logging.getLogger(__name__)


class Daily:
    """Looks when it is called on a day of the platform's clock that this process has not looked at yet. A fault is
    said, and tried again the next day."""

    def __init__(self) -> None:
        self.day: date | None = None

    def __call__(self) -> None:
        """Look at what is due."""
        try:
            with as_process(PROCESS):
                now = clock.now()
            if localdate(now) != self.day:
                self.day = localdate(now)
                look(now)
        except Exception:  # the loop's edge: tasks must not wait for it
            LOG.exception("inspection: the daily look failed")


def look(now: datetime) -> None:
    """Raise what the last month shows, and mark the week's files. Of several copies one looks; the others pass by."""
    for work in (watching.raise_alarms, marking.mark_week):
        with as_process(PROCESS):
            if _is_first():
                work(now)


def _is_first() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('inspection_daily'))")
        (is_first,) = cursor.fetchone()
    return bool(is_first)
