"""The probe goes on its way: recorded every ten minutes, told to the watcher and to nobody else.

It is an urgent response that was finished just so long ago that its first warning falls due a minute after it is
recorded: the supervisor wakes for it, judges it by the rulebook in force and routes what it found; the delivery hands
it to the watcher by web hook. The next one cancels it, so that none is ever overdue. Where no address is known for it,
or the clock is a city's, there is none. What it asks is whether the way is open, so a rule on trial serves as well.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings

from zhunsheng.apps.access.processes import AWAY, as_process
from zhunsheng.apps.alerts.channels.webhook.client import PROBE_CHANNEL
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.probes import PREFIX, SOURCE
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock, Heartbeat

PROCESS: Final = "probe"
DELIVERY: Final = "deliver"
LOG: Final = logging.getLogger(__name__)
BEGINS, ENDS = "response.finished", "incident.cancelled"
"""What opens and what ends a clock of the rule criminal.intake.register-after-response."""
FIRST_WARNING: Final = timedelta(hours=12)  # half of its 24 hours: blue
FALLS_DUE_AFTER: Final = timedelta(minutes=1)


@dataclass
class Probes:
    """What one process knows: since when the last period that it has seen goes on."""

    seen: datetime | None = None

    def record(self, as_of: datetime) -> None:
        """Record the probe of a period that has just begun. A fault is said and holds up nothing: the watcher misses
        what does not come. Of two copies of the supervisor both record the same."""
        begun = period(as_of, settings.PROBE_MINUTES)
        if begun is None or begun == self.seen:
            return
        self.seen = begun
        try:
            with as_process(PROCESS):
                if _is_wanted():
                    record_probe(begun)
        except AWAY:
            raise
        except Exception:  # the edge of the loop
            LOG.exception("probe: the one of %s was not recorded", begun)


def period(as_of: datetime, minutes: int) -> datetime | None:
    """When the period began that goes on at an instant; none where there are none. Two processes find the same."""
    if not minutes:
        return None
    seconds = int(as_of.timestamp())
    return datetime.fromtimestamp(seconds - seconds % (minutes * 60), UTC)


def record_probe(begun: datetime) -> str:
    """Record the probe of a period and cancel those before it. Returns its number."""
    number = f"{PREFIX}{begun.astimezone(UTC):%Y%m%dT%H%MZ}"
    for earlier in _open(but=number):
        _record(earlier, ENDS, begun)
    _record(number, BEGINS, begun + FALLS_DUE_AFTER - FIRST_WARNING)
    return number


def _is_wanted() -> bool:
    """Whether the delivery has an address for it, and the clock is the machine's."""
    beat = Heartbeat.objects.filter(pk=DELIVERY).first()
    return beat is not None and PROBE_CHANNEL in beat.detail.get("lines", ()) and not clock.has_city_clock()


def _open(*, but: str) -> Sequence[str]:
    rows = Clock.objects.filter(case=None, incident__startswith=PREFIX, outcome__in=OPEN_OUTCOMES)
    return sorted({str(number) for number in rows.exclude(incident=but).values_list("incident", flat=True)})


def _record(number: str, event: str, at: datetime) -> None:
    columns: dict[str, Any] = {"source": SOURCE, "id": f"{number}/{event}", "type": event, "at": at}
    # Nobody has to confirm it: it stops a clock that is nobody's.
    record_event(recorder=f"process:{PROCESS}", second_person=True, incident=number, **columns)
