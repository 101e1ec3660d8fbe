"""The sweep as a loop calls it: one transaction at the platform's now, and how long the loop may wait."""

from datetime import datetime
from typing import Final

from django.db import connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.rounds import sweep
from zhunsheng.apps.audit.clock import now

PROCESS: Final = "alerts"
LONGEST_WAIT: Final = 3.0  # seconds of the machine
HELD_WAIT: Final = 0.05  # while another copy holds what is due
NEXT: Final = """
    SELECT least(
        (SELECT min(next_at) FROM alerts_alertgroup WHERE next_at IS NOT NULL),
        (SELECT min(at) FROM alerts_pending),
        (SELECT min(retry_at) FROM alerts_gap WHERE closed_at IS NULL),
        (SELECT min(announce_at) FROM alerts_silence),
        (SELECT min(end_at) FROM alerts_silence)
    )
"""


def sweep_due() -> float:
    """Tell what time alone changed by now.

    Returns how many seconds a loop may wait before it asks again; 0 where there is more.
    """
    with as_process(PROCESS):
        as_of = now()
        return 0.0 if sweep(as_of) else _wait(as_of)


def next_due() -> datetime | None:
    """The next instant at which time alone changes something; none while nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    return row[0] if row else None


def _wait(as_of: datetime) -> float:
    at, pace = next_due(), _pace()
    if at is None or not pace:
        return LONGEST_WAIT
    return min(max((at - as_of).total_seconds() / pace, HELD_WAIT), LONGEST_WAIT)


def _pace() -> float:
    """How many seconds the platform's clock runs in one of the machine's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(city_seconds_per_second, 1) FROM audit_deployment")
        row = cursor.fetchone()
    return float(row[0]) if row else 1.0
