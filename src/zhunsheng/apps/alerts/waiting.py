"""Alerts that wait to be told with others: which are still news, and which leave with a message that goes now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from zhunsheng.apps.alerts.groups import Held, held_group
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Pending
from zhunsheng.core.alert_policy import AlertPolicy
from zhunsheng.core.alert_times import may_come_along
from zhunsheng.core.routing import TOLD_WHEN_CLOSED

CORRECTION: Final = Alert.Reason.WITHDRAWN
RAISED: Final = frozenset({"first", "worse"})
ALSO_OPEN, ALSO_WITHDRAWN = "also_open", "also_withdrawn"


def groups_of(alerts: Sequence[Alert]) -> dict[str, Held]:
    """The groups of alerts, as they stand now."""
    return {row.key: held_group(row) for row in AlertGroup.objects.filter(alerts__in=alerts).distinct()}


def still_news(alert: Alert, groups: Mapping[str, Held]) -> bool:
    """Whether it is still to be told. That somebody took it on is enough, but not for a red that was just found."""
    group = groups[str(alert.group_id)].group
    found = group.findings.get(alert.finding)
    if found is None:
        return False
    if alert.reason == CORRECTION:
        return found.state in ("withdrawn", "overruled")
    if found.state != "current" or group.told_rank != found.rank:
        return False
    if found.closed_at is not None:
        return found.kind in TOLD_WHEN_CLOSED
    return group.state == "waiting" or (alert.level == "red" and alert.reason in RAISED)


def is_red_correction(reason: str, level: str) -> bool:
    """It takes back what somebody acts on: it stands in words, and is never only counted."""
    return reason == CORRECTION and level == "red"


def taken_along(
    officers: Collection[int], besides: Collection[str], policy: AlertPolicy, as_of: datetime
) -> dict[int, list[Alert]]:
    """What else waits for officers who are told something now: it leaves with that message and waits no more.

    Takes   besides: groups that are told of now; what waits of them is said already.
    """
    if not officers:
        return {}
    rows = Pending.objects.select_for_update(skip_locked=True, of=("self",)).select_related("alert")
    waiting = [row.alert for row in rows.filter(officer__in=officers).order_by("at", "alert")]
    waiting = [alert for alert in waiting if _may_leave(alert, besides, policy, as_of)]
    groups = groups_of(waiting)
    news = [alert for alert in waiting if still_news(alert, groups)]
    Pending.objects.filter(pk__in=[alert.pk for alert in waiting]).delete()
    found: dict[int, list[Alert]] = {}
    for alert in news:
        found.setdefault(alert.officer_id or 0, []).append(alert)
    return found


def _may_leave(alert: Alert, besides: Collection[str], policy: AlertPolicy, as_of: datetime) -> bool:
    if is_red_correction(alert.reason, alert.level) or alert.group_id in besides:
        return False
    return may_come_along(alert.level, liberty=alert.liberty, as_of=as_of, policy=policy)


def also(alerts: Iterable[Alert], groups: Collection[str] = ()) -> tuple[str, int] | None:
    """The corrections that a text speaks of beside its own matter, as words and number; none: nothing."""
    count = len({str(alert.group_id) for alert in alerts if alert.reason == CORRECTION} - set(groups))
    return (ALSO_WITHDRAWN, count) if count else None
