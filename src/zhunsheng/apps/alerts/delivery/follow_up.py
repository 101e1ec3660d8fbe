"""What follows when a message does not arrive: the inbox, the head of the unit, a second channel for red."""

import hashlib
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.webhook.client import PROBE_CHANNEL
from zhunsheng.apps.alerts.delivery.lines import Lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.outcomes import write_outcomes
from zhunsheng.apps.alerts.delivery.queueing import enqueue
from zhunsheng.apps.alerts.delivery.words import words
from zhunsheng.apps.alerts.models import Alert, Delivery, DeliveryOutcome
from zhunsheng.apps.alerts.webhooks import channels
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.selectors import ZONE, recipients

HEAD: Final = "unit_head"
INBOX: Final = "inbox"
AT_ONCE: Final = 100
UNCONFIRMED: Final = (Delivery.State.QUEUED, Delivery.State.LEASED, Delivery.State.SENT)
RED: Final = 1  # priorities 0 and 1
DAY_ZONE: Final[ZoneInfo] = ZONE


def gave_up(key: str, *, reason: str, moment: Moment) -> None:
    """A message will never arrive: its alert is in the inbox, and a head of the unit is told once a day for each
    number that fails. Inside the transaction that records the failure."""
    delivery = Delivery.objects.select_related("alert__officer", "alert__group").get(key=key)
    officer = delivery.alert.officer
    if officer is None or delivery.channel == INBOX:
        return
    enqueue(delivery.alert, channel=INBOX, target=str(officer.pk), priority=delivery.priority, moment=moment)
    if delivery.alert.reason == Alert.Reason.UNDELIVERED:
        return  # the head's own phone: a message about a message about a message helps nobody
    head = _head_to_tell(delivery.alert, officer, moment)
    if head is not None:
        _tell(head, delivery, officer, reason, moment)


def open_second_channels(lines: Lines, moment: Moment) -> int:
    """Red that nothing confirmed in time goes by the second channel too. Returns how many were looked at.

    In time: `second_after` of the machine's time since it was queued, whether the gateway refused it, is silent, or
    accepted it without a receipt. Each delivery is looked at once; the second has a second of its own if one is stated.
    """
    with as_process("delivery"):
        late = list(
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("alert__officer")
            .filter(
                priority__lte=RED,
                followed=False,
                state__in=UNCONFIRMED,
                queued_at__lte=moment.real - lines.second_after,
            )
            .exclude(channel=INBOX)
            .order_by("priority", "queued_at")[:AT_ONCE]
        )
        for delivery in late:
            _open_second(delivery, lines, moment)
        Delivery.objects.filter(key__in=[delivery.key for delivery in late]).update(followed=True)
    return len(late)


def end_of_programs(lines: Lines, moment: Moment) -> int:
    """What waits for a program whose token was revoked is not sent any more. Returns how many rows that were."""
    if not lines.programs:
        return 0
    with as_process("delivery"):
        ended = set(lines.programs) - channels() - {PROBE_CHANNEL}
        waiting = Delivery.objects.select_for_update(skip_locked=True).filter(channel__in=ended)
        keys = [row.key for row in waiting.filter(state=Delivery.State.QUEUED)]
        Delivery.objects.filter(key__in=keys).update(state=Delivery.State.SUPERSEDED, in_doubt=False)
        write_outcomes(keys, DeliveryOutcome.What.SUPERSEDED, moment=moment)
    return len(keys)


def _open_second(delivery: Delivery, lines: Lines, moment: Moment) -> None:
    line = lines.second(delivery.channel)
    officer = delivery.alert.officer
    target = line.target(officer) if line and officer else ""
    if line is None or not target:
        write_outcomes([delivery.key], DeliveryOutcome.What.NO_SECOND_CHANNEL, moment=moment)
        return
    enqueue(delivery.alert, channel=line.name, target=target, priority=delivery.priority, moment=moment)
    write_outcomes([delivery.key], DeliveryOutcome.What.SECOND_CHANNEL, moment=moment, reason=line.name)


def _tell(head: int, delivery: Delivery, officer: Officer, reason: str, moment: Moment) -> None:
    day = moment.at.astimezone(DAY_ZONE).date()
    occasion = f"{officer.pk} {delivery.channel} {day}"
    key = hashlib.sha256(f"undelivered\n{occasion}\n{delivery.target}\n{head}".encode()).hexdigest()
    alert, is_new = Alert.objects.get_or_create(
        key=key,
        defaults={
            "role": HEAD,
            "officer_id": head,
            "reason": Alert.Reason.UNDELIVERED,
            "occasion": occasion,
            "level": delivery.alert.level,
            "liberty": delivery.alert.liberty,
            "text": words().undelivered_text(officer=officer.number, reason=reason),
            "explanation": {"delivery": delivery.key, "reason": reason},
            "created_at": moment.at,
        },
    )
    if not is_new:
        return
    enqueue(alert, channel=INBOX, target=str(head), priority=delivery.priority, moment=moment)
    mobile = Officer.objects.values_list("mobile", flat=True).get(pk=head)
    if mobile:
        enqueue(alert, channel=delivery.channel, target=mobile, priority=delivery.priority, moment=moment)


def _head_to_tell(alert: Alert, officer: Officer, moment: Moment) -> int | None:
    for unit in _units_upwards(alert, officer):
        for recipient in recipients(unit=unit, role=HEAD, at=moment.at):
            if recipient.officer != officer.pk:
                return recipient.officer
    return None


def _units_upwards(alert: Alert, officer: Officer) -> Iterator[str]:
    """The alert's unit, else one of the officer's own, then the units above it."""
    own = officer.posts.filter(until_on=None).order_by("part_time", "pk").values_list("unit", flat=True).first()
    first = (alert.group.unit if alert.group else "") or own
    path = Unit.objects.filter(pk=first).values_list("path", flat=True).first()
    if path:
        yield from reversed(path.split("/"))
