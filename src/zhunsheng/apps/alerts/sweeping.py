"""The sweep as a loop calls it: one transaction at the platform's now, and how long the loop may wait."""

from datetime import datetime
from typing import Final

from django.db import connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.rounds import sweep
from zhunsheng.apps.audit.clock import now

PROCESS: Final = "alerts"
LONGEST_WAIT: Final = 3.0  # seconds of the machine
NEXT: Final = """
    SELECT least(
        (SELECT min(next_at) FROM alerts_alertgroup WHERE next_at IS NOT NULL),
        (SELECT min(at) FROM alerts_pending),
        (SELECT min(retry_at) FROM alerts_gap WHERE closed_at IS NULL),
        (SELECT min(announce_at) FROM alerts_silence),
        (SELECT min(end_at) FROM alerts_silence)
    ), (SELECT coalesce(city_seconds_per_second, 1) FROM audit_deployment)
"""


def sweep_due() -> float:
    """Tell what time alone changed by now.

    Returns how many seconds a loop may wait before it asks again; 0 where there is more.
    """
    with as_process(PROCESS):
        as_of = now()
        return 0.0 if sweep(as_of) else _wait(as_of)


def _wait(as_of: datetime) -> float:
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        at, pace = cursor.fetchone() or (None, 1)
    if at is None or not pace:
        return LONGEST_WAIT
    return float(min(max((at - as_of).total_seconds() / pace, 0.0), LONGEST_WAIT))
