"""The rows of the queue: leased, given back, and what the gateway answered written down.

A row goes from queued to leased to sent to confirmed. Every function here is one transaction, and none of them talks to
a gateway.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.contract import Answer, Arrival, Message, Outcome, Receipt
from zhunsheng.apps.alerts.delivery.follow_up import gave_up
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.outcomes import write_outcomes
from zhunsheng.apps.alerts.models import Delivery, DeliveryOutcome

PROCESS: Final = "delivery"
LEASE: Final = timedelta(seconds=10)
RED_PRIORITIES: Final = 1  # 0 red and liberty, 1 red
FIRST_RETRY: Final = timedelta(seconds=1)
LONGEST_RETRY: Final = timedelta(minutes=5)
LONGEST_RETRY_RED: Final = timedelta(seconds=30)
DOUBT_RED: Final = timedelta(seconds=30)
DOUBT_OTHERS: Final = timedelta(minutes=10)
STALE_AFTER: Final = timedelta(minutes=1)
ERROR_LENGTH: Final = 200


@dataclass(frozen=True)
class Leased:
    """A row that is ours for a while, and how it stood before."""

    key: str
    target: str
    text: str
    priority: int
    attempt: int
    was_in_doubt: bool
    created_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)

    def message(self, *, recognises_keys: bool) -> Message:
        """As a channel takes it. A gateway that knows keys needs no word to the reader that it may come twice."""
        is_resent = self.was_in_doubt and not recognises_keys
        return Message(self.key, self.target, self.text, is_resent=is_resent, facts=self.facts)


CLAIM: Final = """
    WITH due AS (
        SELECT key, in_doubt FROM alerts_delivery
        WHERE (SELECT zs_may_send()) AND channel = %(channel)s
            AND (state = 'queued' OR (state = 'leased' AND leased_until <= %(real)s))
            AND not_before <= %(at)s
            AND (retry_at IS NULL OR retry_at <= %(real)s OR %(probing)s)
        ORDER BY priority, not_before, key
        LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE alerts_delivery d
        SET state = 'leased', leased_until = %(until)s, leased_by = %(by)s, attempts = attempts + 1, in_doubt = true
        FROM due WHERE d.key = due.key
        RETURNING d.key, d.alert_id, d.target, d.priority, d.not_before, d.attempts, due.in_doubt, d.created_at
    )
    SELECT t.key, t.target, a.text, t.priority, t.attempts, t.in_doubt, t.created_at, jsonb_build_object(
        'alert', a.key, 'group', a.group_id, 'finding', a.finding, 'reason', a.reason, 'level', a.level,
        'kind', a.kind, 'liberty', a.liberty, 'created_at', a.created_at)
    FROM taken t JOIN alerts_alert a ON a.key = t.alert_id
    ORDER BY t.priority, t.not_before, t.key
"""
STALE: Final = """
    SELECT d.key FROM alerts_delivery d JOIN alerts_alert a ON a.key = d.alert_id
    WHERE d.key = ANY(%(keys)s) AND a.group_id IS NOT NULL AND EXISTS (
        SELECT FROM alerts_alert b JOIN alerts_delivery e ON e.alert_id = b.key
        WHERE b.group_id = a.group_id AND b.officer_id = a.officer_id AND b.created_at > a.created_at
            AND b.reason IN ('first', 'worse', 'repeat') AND a.reason IN ('first', 'worse', 'repeat')
            AND e.channel = d.channel AND e.priority < d.priority AND e.state <> 'superseded'
    )
"""


def lease(channel: str, *, most: int, by: str, moment: Moment, probing: bool = False) -> list[Leased]:
    """Take the most urgent rows of a channel: red before yellow before blue, liberty first, then the older.

    `probing`: also rows whose next attempt is later, because the gateway may be back and order counts then.
    A row whose lease has run out is taken again. A row that a worse alert of the same matter has overtaken while it
    waited is not sent any more, nor is one that the gateway took before this database was restored. Behind a fence
    nothing is taken.
    """
    values: dict[str, str | int | bool | datetime] = {
        "channel": channel,
        "at": moment.at,
        "real": moment.real,
        "until": moment.real + LEASE,
        "by": by,
        "most": most,
        "probing": probing,
    }
    while True:
        with as_process(PROCESS), connection.cursor() as cursor:
            cursor.execute(CLAIM, values)
            rows = [_leased(row) for row in cursor.fetchall()]
            before = _sent_before(channel, rows)
            record_accepted(before, moment)
            rows = [row for row in rows if row.key not in {answer.key for answer in before}]
            overtaken = _overtaken(rows, moment)
            if overtaken:
                Delivery.objects.filter(key__in=overtaken).update(state=Delivery.State.SUPERSEDED, in_doubt=False)
                write_outcomes(overtaken, DeliveryOutcome.What.SUPERSEDED, moment=moment)
        kept = [row for row in rows if row.key not in overtaken]
        if kept or not (overtaken or before):  # a batch of nothing but these is not the end of the queue
            return kept


def give_back(rows: Sequence[Leased], *, by: str) -> None:
    """Return rows that were not handed over: as they were before the lease."""
    if not rows:
        return
    with as_process(PROCESS), connection.cursor() as cursor:
        cursor.executemany(
            """
            UPDATE alerts_delivery SET state = 'queued', leased_until = NULL, attempts = attempts - 1, in_doubt = %s
            WHERE key = %s AND state = 'leased' AND leased_by = %s
            """,
            [(row.was_in_doubt, row.key, by) for row in rows],
        )


def record(rows: Sequence[Leased], answers: Sequence[Answer], *, recognises_keys: bool, moment: Moment) -> None:
    """Write down what the gateway answered, in one transaction, with what follows from it."""
    by_key = {row.key: row for row in rows}
    accepted = [answer for answer in answers if answer.outcome is Outcome.ACCEPTED]
    with as_process(PROCESS):
        record_accepted(accepted, moment)
        for answer in answers:
            if answer.outcome is Outcome.UNDELIVERABLE:
                record_undeliverable(answer.key, answer.reason, moment)
            elif answer.outcome is not Outcome.ACCEPTED:
                _record_again(by_key[answer.key], answer, recognises_keys, moment)


def release_retries(channel: str) -> None:
    """The gateway is back: nothing waits for its own next attempt any more, so that order is by urgency alone."""
    with as_process(PROCESS):
        waiting = Delivery.objects.filter(channel=channel, state=Delivery.State.QUEUED, retry_at__isnull=False)
        waiting.filter(in_doubt=False).update(retry_at=None)


def record_receipts(channel: str, receipts: Sequence[Receipt], moment: Moment) -> set[str]:
    """Write down what receipts say, in one transaction. Returns the numbers that no delivery has (yet).

    A receipt that comes twice, or after somebody answered, changes nothing.
    """
    numbers = {receipt.gateway_id for receipt in receipts}
    with as_process(PROCESS):
        known = Delivery.objects.select_for_update().filter(channel=channel, gateway_id__in=numbers).order_by("key")
        rows = {row.gateway_id: row for row in known}
        sent = {number: row.key for number, row in rows.items() if row.state == Delivery.State.SENT}
        by_arrival = {receipt.gateway_id: receipt for receipt in receipts if receipt.gateway_id in sent}
        arrived = [sent[number] for number, one in by_arrival.items() if one.arrival is Arrival.DELIVERED]
        if arrived:
            record_confirmed(arrived, moment)
        for number, receipt in by_arrival.items():
            if receipt.arrival is Arrival.FAILED:
                record_undeliverable(sent[number], receipt.reason, moment)
    return numbers - set(rows)


def is_on_its_way(channel: str, number: str, *, since: datetime, real: datetime) -> bool:
    """Whether a message to a number that was being handed over at `since` may still be (both of the machine's time).

    What was leased later, or whose lease is over, does not count: this comes to an end.
    """
    leased = Delivery.objects.filter(channel=channel, target=number, state=Delivery.State.LEASED)
    return leased.filter(leased_until__gt=real, leased_until__lte=since + LEASE).exists()


def record_confirmed(keys: Sequence[str], moment: Moment) -> None:
    """They reached their readers."""
    Delivery.objects.filter(key__in=keys).update(
        state=Delivery.State.CONFIRMED, confirmed_at=moment.at, error="", leased_until=None
    )
    write_outcomes(keys, DeliveryOutcome.What.CONFIRMED, moment=moment)


def record_undeliverable(key: str, reason: str, moment: Moment) -> None:
    """It will never arrive there. The alert goes to the inbox, and the head of the unit is told."""
    Delivery.objects.filter(key=key).update(
        state=Delivery.State.FAILED, error=reason[:ERROR_LENGTH], in_doubt=False, leased_until=None
    )
    write_outcomes([key], DeliveryOutcome.What.UNDELIVERABLE, moment=moment, reason=reason)
    gave_up(key, reason=reason, moment=moment)


def retry_after(attempt: int, *, priority: int) -> timedelta:
    """How long to wait after a refusal: 1, 2, 4 … seconds, never long for red. Red is tried for ever."""
    longest = LONGEST_RETRY_RED if priority <= RED_PRIORITIES else LONGEST_RETRY
    doublings = min(attempt - 1, 16)
    return min(FIRST_RETRY * int(2**doublings), longest)


def _leased(row: tuple[Any, ...]) -> Leased:
    key, target, text, priority, attempt, was_in_doubt, created_at, facts = row
    return Leased(key, target, text, priority, attempt, was_in_doubt, created_at, json.loads(facts))


def _overtaken(rows: Sequence[Leased], moment: Moment) -> set[str]:
    """Keys of those that waited, and that a worse alert of the same matter to the same person has overtaken."""
    before = moment.at - STALE_AFTER
    waited = [row.key for row in rows if row.created_at < before and not row.was_in_doubt]
    if not waited:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"keys": waited})
        return {key for (key,) in cursor.fetchall()}


SENT_BEFORE: Final = """
    SELECT k.key, b.gateway_id FROM unnest(%(keys)s::text[]) k (key)
    JOIN audit_sentbefore b ON b.channel = %(channel)s
        AND b.reference IN (k.key, left(encode(sha256(convert_to(k.key, 'UTF8')), 'hex'), 8))
"""


def _sent_before(channel: str, rows: Sequence[Leased]) -> list[Answer]:
    """What the gateway answered to some of them before the restore, though this database does not remember."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SENT_BEFORE, {"keys": [row.key for row in rows], "channel": channel})
        return [Answer(key, Outcome.ACCEPTED, gateway_id=gateway_id) for key, gateway_id in cursor.fetchall()]


ACCEPT: Final = """
    WITH answered AS (
        SELECT * FROM unnest(%(keys)s::text[], %(ids)s::text[], %(confirmed)s::boolean[]) a (key, gateway_id, confirmed)
    ), done AS (
        UPDATE alerts_delivery d
        SET state = CASE WHEN a.confirmed THEN 'confirmed' ELSE 'sent' END, sent_at = %(at)s,
            confirmed_at = CASE WHEN a.confirmed THEN %(at)s::timestamptz END, gateway_id = a.gateway_id, error = '',
            in_doubt = false, retry_at = NULL, leased_until = NULL
        FROM answered a
        WHERE d.key = a.key AND d.state NOT IN ('confirmed', 'failed')
        RETURNING d.key, d.alert_id, d.channel, d.attempts, a.gateway_id, a.confirmed
    )
    INSERT INTO alerts_deliveryoutcome
        (delivery_id, alert_id, what, channel, at, real_at, attempt, gateway_id, reason)
    SELECT d.key, d.alert_id, w.what, d.channel, %(at)s, %(real)s, d.attempts, d.gateway_id, ''
    FROM done d JOIN (VALUES (1, 'accepted'), (2, 'confirmed')) w (n, what) ON w.n = 1 OR d.confirmed
    ORDER BY w.n, d.key
"""


def record_accepted(answers: Sequence[Answer], moment: Moment) -> None:
    """The gateway took them. One statement: how long a batch takes is how many times the database is asked."""
    if not answers:
        return
    values: dict[str, list[str] | list[bool] | datetime] = {
        "keys": [answer.key for answer in answers],
        "ids": [answer.gateway_id for answer in answers],
        "confirmed": [answer.confirmed for answer in answers],
        "at": moment.at,
        "real": moment.real,
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT, values)


def _record_again(row: Leased, answer: Answer, recognises_keys: bool, moment: Moment) -> None:
    is_unknown = answer.outcome is Outcome.UNKNOWN
    wait = retry_after(row.attempt, priority=row.priority)
    if is_unknown and not recognises_keys:
        wait = DOUBT_RED if row.priority <= RED_PRIORITIES else DOUBT_OTHERS
    Delivery.objects.filter(key=row.key, state=Delivery.State.LEASED).update(
        state=Delivery.State.QUEUED,
        error=answer.reason[:ERROR_LENGTH],
        in_doubt=is_unknown or row.was_in_doubt,
        retry_at=moment.real + wait,
        leased_until=None,
    )
