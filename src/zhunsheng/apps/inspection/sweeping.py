"""The sweep of the supervisor: what time alone changes of alerts, of cards and of draws."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from zhunsheng.apps.access.processes import AWAY, as_process
from zhunsheng.apps.alerts.services import sweep_due as sweep_alerts
from zhunsheng.apps.audit import clock
from zhunsheng.apps.inspection import cards, plans
from zhunsheng.apps.inspection.models import CardNow

PROCESS: Final = "inspection"
LOG: Final = logging.getLogger(__name__)
AGAIN_AFTER: Final = timedelta(minutes=5)
MOST: Final = 50


def sweep_due() -> float:
    """One sweep of everything. Returns the seconds a loop may wait; 0 where there is more."""
    wait = sweep_alerts()
    return 0.0 if sweep_cards() or sweep_draws() else wait


def sweep_cards(as_of: datetime | None = None) -> int:
    """Each card in a transaction of its own: one that fails is set aside for five minutes and holds up no other."""
    with as_process(PROCESS):
        at = as_of or clock.now()
        due = CardNow.objects.filter(next_at__lte=at).order_by("next_at", "card_id")
        numbers = [*due.values_list("card_id", flat=True)[:MOST], *cards.mended_by_data()]
    return sum(_singly(number, at) for number in dict.fromkeys(numbers))


def _singly(number: str, at: datetime) -> bool:
    return _guarded(lambda: cards.by_time(number, as_of=at), lambda: _set_aside(number, at), number)


def _set_aside(number: str, at: datetime) -> None:
    CardNow.objects.filter(pk=number).update(next_at=at + AGAIN_AFTER, failure="处理失败，五分钟后再试")


def sweep_draws(real_at: datetime | None = None) -> int:
    """Draws that came to nothing within two hours of their hour are void."""
    with as_process(PROCESS):
        at = real_at or clock.real_now()
        late = plans.late_draws(at)
    return sum(_voided(plan, at) for plan in late)


def _voided(plan: str, at: datetime) -> bool:
    return _guarded(lambda: plans.void_late(plan, real_at=at), lambda: None, plan)


def _guarded(work: Callable[[], bool], set_aside: Callable[[], None], name: str) -> bool:
    try:
        with as_process(PROCESS):
            return work()
    except AWAY:
        raise
    except Exception:  # the edge of the loop: one thing must not hold up all others
        LOG.exception("sweep: %s is set aside", name)
        with as_process(PROCESS):
            set_aside()
        return False
