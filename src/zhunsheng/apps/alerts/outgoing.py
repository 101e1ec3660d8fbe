"""What goes out: the rows of deliveries that alerts give rise to, and those that are needed no more."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from zhunsheng.apps.alerts.delivery.queueing import delivery_key
from zhunsheng.apps.alerts.models import Alert, Delivery, Pending
from zhunsheng.core.alert_policy import AlertPolicy

INBOX: Final = "inbox"
SMS: Final = "sms"
OF_PROGRAMS: Final = 10  # added to the order of a program's rows: none of them is a red that a person waits for
NEVER_SENT: Final = (Delivery.State.QUEUED, Delivery.State.SUPERSEDED)


def priority(level: str, *, liberty: bool) -> int:
    """0 is sent first: red of liberty, red, liberty, yellow, the rest."""
    if level == "red":
        return 0 if liberty else 1
    if liberty:
        return 2
    return 3 if level == "yellow" else 4


def inbox_rows(alert: Alert) -> list[Delivery]:
    """The row of the inbox, for an officer or an account."""
    target = str(alert.officer_id) if alert.officer_id else f"account:{alert.account}" if alert.account else ""
    return [_row(alert, INBOX, target, alert.created_at)] if target else []


def channel_rows(alert: Alert, mobile: str, policy: AlertPolicy) -> list[Delivery]:
    """The rows of the channels of its level. An officer without a mobile number has the inbox alone."""
    return [
        _row(alert, channel, mobile, alert.not_before or alert.created_at)
        for channel in policy.channels[alert.level]
        if mobile
    ]


def program_row(alert: Alert) -> Delivery:
    """The row of a program that is told by web hook: its channel has its name."""
    row = _row(alert, alert.account, alert.account, alert.created_at)
    row.priority += OF_PROGRAMS
    return row


def _row(alert: Alert, channel: str, target: str, not_before: datetime) -> Delivery:
    return Delivery(
        key=delivery_key(alert.key, channel, target),
        alert=alert,
        channel=channel,
        target=target,
        priority=priority(alert.level, liberty=alert.liberty),
        not_before=not_before,
        created_at=alert.created_at,
    )


def queue(rows: Iterable[Delivery]) -> None:
    """Queue them; a row that is there already stays as it is."""
    Delivery.objects.bulk_create(sorted(rows, key=lambda row: row.key), ignore_conflicts=True, batch_size=500)


def no_longer_needed(findings: Collection[str]) -> None:
    """Messages about these findings that wait and speak of nothing else are not sent any more. Corrections are."""
    if not findings:
        return
    Pending.objects.filter(alert__finding__in=findings).exclude(alert__reason=Alert.Reason.WITHDRAWN).delete()
    Delivery.objects.filter(
        alert__finding__in=findings, alert__covers=[], state=Delivery.State.QUEUED, attempts=0
    ).exclude(channel=INBOX).update(state=Delivery.State.SUPERSEDED)


def reached_outside(findings: Collection[str]) -> Mapping[str, set[int]]:
    """For each finding, the officers to whom a message about it left the house, or may have left it."""
    found: dict[str, set[int]] = {}
    sent = Delivery.objects.filter(alert__finding__in=findings).exclude(channel=INBOX).exclude(state__in=NEVER_SENT)
    for finding, officer in sent.values_list("alert__finding", "alert__officer"):
        found.setdefault(finding, set()).add(officer)
    leads = Alert.objects.filter(finding__in=findings).exclude(lead="").values_list("finding", "officer", "lead")
    by_lead: dict[str, list[tuple[str, int]]] = {}
    for finding, officer, lead in leads:
        by_lead.setdefault(lead, []).append((finding, officer))
    left = Delivery.objects.filter(alert__in=by_lead).exclude(channel=INBOX).exclude(state__in=NEVER_SENT)
    for lead in left.values_list("alert", flat=True):
        for finding, officer in by_lead[lead]:
            found.setdefault(finding, set()).add(officer)
    for finding, officer in _told_with_others(findings):
        found.setdefault(finding, set()).add(officer)
    return found


def _told_with_others(findings: Collection[str]) -> set[tuple[str, int]]:
    """For each finding that waited, the officers to whom a message that speaks of it left the house."""
    waited = Alert.objects.filter(finding__in=findings, not_before__isnull=False, officer__isnull=False)
    about = {key: (finding, officer) for key, finding, officer in waited.values_list("key", "finding", "officer")}
    if not about:
        return set()
    gathering = Alert.objects.exclude(covers=[]).filter(
        officer__in={officer for _, officer in about.values()},
        created_at__gte=min(waited.values_list("created_at", flat=True)),
    )
    left = Delivery.objects.filter(alert__in=gathering).exclude(channel=INBOX).exclude(state__in=NEVER_SENT)
    covered = {key for covers in left.values_list("alert__covers", flat=True) for key in covers}
    return {about[key] for key in covered & about.keys()}


def told_before(findings: Collection[str]) -> dict[str, list[tuple[int, str, datetime]]]:
    """For each finding, who was told of it: officer, role, and when first."""
    found: dict[str, list[tuple[int, str, datetime]]] = {}
    rows = Alert.objects.filter(finding__in=findings, officer__isnull=False).exclude(reason=Alert.Reason.WITHDRAWN)
    for finding, officer, role, at in rows.order_by("created_at", "key").values_list(
        "finding", "officer", "role", "created_at"
    ):
        known = found.setdefault(finding, [])
        if officer not in {told for told, _, _ in known}:
            known.append((officer, role, at))
    return found
