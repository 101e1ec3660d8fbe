"""Who was told what of an alert, when, by which ways, and what people did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.outgoing import INBOX


@dataclass(frozen=True)
class Told:
    """Who was told what, when, and whether it arrived."""

    alert: str
    at: datetime
    officer: str
    role: str
    reason: str
    level: str
    text: str
    deliveries: Sequence[Mapping[str, Any]]  # channel, state, sent_at, confirmed_at, error
    group: str = ""  # the key of its clock, or of what its check judged


def who_was_told(group: AlertGroup) -> list[Told]:
    """Every alert of a group with its deliveries, in order. What one message said for several is shown with each."""
    return _told(Alert.objects.filter(group=group))


def told_of_group(key: str) -> list[Told]:
    """The same by the key of the group, which is that of its clock."""
    return _told(Alert.objects.filter(group=key))


def told_in_case(number: str) -> list[Told]:
    """Every alert of a case with its deliveries, in order. Row security applies."""
    return _told(Alert.objects.filter(case=number))


def acts_in_case(number: str) -> list[Action]:
    """What people, and time alone, did to the alerts of a case, in order. Row security applies."""
    acts = Action.objects.filter(group__case=number).select_related("by", "to", "group")
    return list(acts.order_by("at", "pk"))


def _told(found: QuerySet[Alert]) -> list[Told]:
    alerts = list(found.select_related("officer").order_by("created_at", "key"))
    by_message = _messages(alerts)
    messages = {message for found in by_message.values() for message in found}
    sent: dict[str, list[Mapping[str, Any]]] = {}
    rows = Delivery.objects.filter(alert__in=messages).order_by("created_at", "channel", "key")
    for row in rows.values("alert_id", "channel", "state", "sent_at", "confirmed_at", "error"):
        said = {name: value for name, value in row.items() if name != "alert_id"}
        sent.setdefault(row["alert_id"], []).append(said)
    return [
        Told(
            alert=alert.key,
            at=alert.created_at,
            officer=alert.officer.named if alert.officer else alert.account,
            role=alert.role,
            reason=alert.get_reason_display(),
            level=alert.level,
            text=alert.text,
            deliveries=_ways(row for message in by_message[alert.key] for row in sent.get(message, ())),
            group=alert.group_id or "",
        )
        for alert in alerts
    ]


def _ways(deliveries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ways by which somebody heard of one thing. It stands once in his inbox, whichever message spoke of it."""
    rows = list(deliveries)
    first = next((row for row in rows if row["channel"] == INBOX), None)
    return [row for row in rows if row["channel"] != INBOX or row is first]


def _messages(alerts: Sequence[Alert]) -> dict[str, list[str]]:
    """For each alert, the alerts whose messages spoke of it: itself, its lead, and those that took it along."""
    found = {alert.key: [alert.key, *([alert.lead] if alert.lead else [])] for alert in alerts}
    if not alerts:
        return found
    gathering = Alert.objects.filter(
        officer__in={alert.officer_id for alert in alerts},
        created_at__gte=min(alert.created_at for alert in alerts),
        covers__has_any_keys=list(found),
    )
    for key, covers in gathering.values_list("key", "covers"):
        for covered in covers:
            if covered in found and key not in found[covered]:
                found[covered].append(key)
    return found
