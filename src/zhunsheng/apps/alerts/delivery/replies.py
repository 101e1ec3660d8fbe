"""A phone answers: `1` acknowledges the newest alert that it got."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db.models import Q

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.contract import Reply
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.rows import is_on_its_way
from zhunsheng.apps.alerts.delivery.words import words
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.models import Reply as ReplyRow
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.alerts.services import acknowledge
from zhunsheng.apps.org.models import Officer

COUNTRY: Final = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
PUNCTUATION: Final = " .。!！,，\u3000\r\n\t"


def record_reply(channel: str, reply: Reply, moment: Moment, *, came_at: datetime) -> ReplyRow.Effect | None:
    """Do what a text from a phone asks for, and record that it came, once however often the gateway brings it.

    The newest alert: of the messages that were handed to the gateway for this number, the last; if it speaks of
    several, all of them. Its receiver acknowledges.

    Returns what it did, or None if that cannot be said yet: when it came (`came_at`, machine's time), another worker
    was handing over a message to this number, which the phone may have got before that worker wrote it down. It is to
    be asked again; a lease later at most it can be said.
    """
    number = plain_number(reply.number)
    with as_process("delivery"):
        if is_on_its_way(channel, number, since=came_at, real=moment.real):
            return None
        alert = _newest(channel, number)
        groups = _groups(alert) if alert else []
        effect = _effect(reply.text, has_alert=bool(groups))
        key = _key(channel, reply, alert.key if alert else "")
        if ReplyRow.objects.filter(key=key).exists():
            return effect
        if effect == ReplyRow.Effect.ACKNOWLEDGED and alert is not None and alert.officer is not None:
            effect = _acknowledge(groups, alert.officer, moment)
        ReplyRow.objects.create(
            key=key,
            alert=alert,
            officer=alert.officer if alert else None,
            channel=channel,
            effect=effect,
            at=moment.at,
        )
    return effect


def plain_number(number: str) -> str:
    """A mobile number without the country's code."""
    return COUNTRY.sub("", number.strip())


def plain_answer(text: str) -> str:
    """An answer without what phones and people add: full-width digits, full stops, spaces."""
    return unicodedata.normalize("NFKC", text).strip(PUNCTUATION)


def _newest(channel: str, number: str) -> Alert | None:
    handed_over = (Delivery.State.SENT, Delivery.State.CONFIRMED)
    delivery = (
        Delivery.objects.select_related("alert__group", "alert__officer")
        .filter(channel=channel, target=number, state__in=handed_over)
        .order_by("-sent_at", "-alert__created_at", "key")
        .first()
    )
    return delivery.alert if delivery else None


def _groups(alert: Alert) -> list[AlertGroup]:
    covered = Alert.objects.filter(key__in=alert.covers).values("group")
    return list(AlertGroup.objects.filter(Q(key__in=covered) | Q(key=alert.group_id)).order_by("key"))


def _acknowledge(groups: Sequence[AlertGroup], officer: Officer, moment: Moment) -> ReplyRow.Effect:
    """Acknowledge what can be; what is closed by now, or not his any more, is left as it is."""
    taken = 0
    for group in groups:
        with suppress(AlertActRefused):
            acknowledge(group, officer, moment.at, via="sms")
            taken += 1
    return ReplyRow.Effect.ACKNOWLEDGED if taken else ReplyRow.Effect.REFUSED


def _effect(text: str, *, has_alert: bool) -> ReplyRow.Effect:
    if plain_answer(text) not in words().acknowledges:
        return ReplyRow.Effect.NOT_UNDERSTOOD
    return ReplyRow.Effect.ACKNOWLEDGED if has_alert else ReplyRow.Effect.NO_ALERT


def _key(channel: str, reply: Reply, alert: str) -> str:
    """The same answer to the same alert is one reply: a gateway may bring it twice, and names it differently then."""
    text = f"{channel}\n{plain_number(reply.number)}\n{plain_answer(reply.text)}\n{alert}"
    return hashlib.sha256(text.encode()).hexdigest()
