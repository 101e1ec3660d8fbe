"""The sweep as a loop calls it: one transaction at the platform's now, and how long the loop may wait."""

import logging
from datetime import datetime
from typing import Final

from django.db import connection

from zhunsheng.apps.access.processes import AWAY, as_process
from zhunsheng.apps.alerts.faults import close_handled, due_things, set_aside
from zhunsheng.apps.alerts.probes import Probes
from zhunsheng.apps.alerts.rounds import sweep
from zhunsheng.apps.audit.clock import now
from zhunsheng.apps.crashpoints import crash_at

PROCESS: Final = "alerts"
LOG: Final = logging.getLogger(__name__)
LONGEST_WAIT: Final = 3.0  # seconds of the machine
HELD_WAIT: Final = 0.05  # while another copy holds what is due
PROBES: Final = Probes()
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
    """Tell what time alone changed by now. Where it cannot be told together, each thing is told by itself, and one that
    fails is set aside.

    Returns how many seconds a loop may wait before it asks again; 0 where there is more.
    Raises  DatabaseError, InterfaceError where the database is away.
    """
    try:
        with as_process(PROCESS):
            as_of = now()
            wait = _swept(as_of)
        PROBES.record(as_of)
    except AWAY:
        raise
    except Exception:  # the edge of the loop: one thing must not hold up all others
        LOG.exception("sweep: not all together; one by one")
        return _one_by_one()
    return wait


def _swept(as_of: datetime) -> float:
    if sweep(as_of):
        crash_at("sweep.before_commit")
        return 0.0
    close_handled(as_of)
    return _wait(as_of)


def next_due() -> datetime | None:
    """The next instant at which time alone changes something; none while nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    return row[0] if row else None


def _one_by_one() -> float:
    with as_process(PROCESS):
        as_of = now()
        things = due_things(as_of)
    for thing in things:
        try:
            with as_process(PROCESS):
                sweep(as_of, only=thing)
                close_handled(as_of, thing)
        except AWAY:
            raise
        except Exception as problem:  # the edge of the loop, as above
            LOG.exception("sweep: %s is set aside", thing.kind)
            with as_process(PROCESS):
                set_aside(thing, problem, as_of)
    return 0.0


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
