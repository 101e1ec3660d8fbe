"""The fence of a restored database: it sends nothing until it was held against what the gateways say they took.

What a gateway took and the restored queue still holds counts as sent; what the queue does not know is remembered, so
that it is not sent when it is queued again. Then two persons lift the fence.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from zhunsheng.apps.alerts.channels.contract import Answer, Outcome
from zhunsheng.apps.alerts.delivery.gateway_record import Taken
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.rows import record_accepted
from zhunsheng.apps.alerts.models import Delivery
from zhunsheng.apps.audit.models import Fence, SentBefore
from zhunsheng.apps.refusals import DomainError

INBOX: Final = "inbox"
OPEN: Final = (Delivery.State.QUEUED, Delivery.State.LEASED)
FOUND: Final = """
    WITH said AS (SELECT * FROM unnest(%(references)s::text[], %(ids)s::text[]) s (reference, gateway_id))
    SELECT s.reference, s.gateway_id, d.key, d.state
    FROM said s JOIN alerts_delivery d ON d.channel = %(channel)s AND d.key = s.reference
    UNION ALL
    SELECT s.reference, s.gateway_id, d.key, d.state
    FROM said s JOIN alerts_delivery d
        ON d.channel = %(channel)s AND left(encode(sha256(convert_to(d.key, 'UTF8')), 'hex'), 8) = s.reference
    WHERE length(s.reference) = 8
"""


class NoFence(DomainError):
    """There is nothing to lift."""

    text = "这个库没有停发：它不是恢复来的，或核对已完成。"


class NotCompared(DomainError):
    """Every line could have sent something."""

    text = "线路 {channels} 还没有核对。请先用 fence compare 读入网关记录；网关没有记录的，用 --no-record 写明原因。"


class SamePerson(DomainError):
    """Two persons are two."""

    text = "{account} 已经签过。请由另一位管理员复核并解除。"


@dataclass(frozen=True)
class Comparison:
    """What one gateway's record says. `agreed`: the queue knew; `marked`: it waited, and counts as sent now;
    `unknown`: the queue does not have it, and will not send it again."""

    agreed: int
    marked: Sequence[str]
    unknown: Sequence[str]


def is_up() -> bool:
    """Whether this database may not send."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT zs_may_send()")
        (up,) = cursor.fetchone()
    return bool(up)


def put_up(*, moment: Moment) -> Fence:
    """Let this database send nothing from now on: its files were restored, which keeps the identity of the cluster."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_cluster()")
        (cluster,) = cursor.fetchone()
    return Fence.objects.create(cluster=cluster, why=Fence.Why.RESTORED, raised_at=moment.real)


@transaction.atomic
def compare(channel: str, record: Sequence[Taken], *, by: str, moment: Moment) -> Comparison:
    """
    Hold the queue of a line against what its gateway took.

    :raises NoFence: this database may send.
    """
    fence = _standing(moment)
    references = [taken.reference for taken in record]
    with connection.cursor() as cursor:
        cursor.execute(FOUND, {"references": references, "ids": [one.gateway_id for one in record], "channel": channel})
        rows = cursor.fetchall()
    waiting = [Answer(key, Outcome.ACCEPTED, gateway_id=number) for _, number, key, state in rows if state in OPEN]
    record_accepted(waiting, moment)
    known = {reference for reference, *_ in rows}
    unknown = [taken for taken in record if taken.reference not in known]
    SentBefore.objects.bulk_create(
        (
            SentBefore(channel=channel, reference=one.reference, gateway_id=one.gateway_id, fence=fence)
            for one in unknown
        ),
        ignore_conflicts=True,
    )
    found = Comparison(
        agreed=len(known) - len(waiting),
        marked=sorted(answer.key for answer in waiting),
        unknown=sorted(taken.reference for taken in unknown),
    )
    counts = {"taken": len(record), "agreed": found.agreed, "marked": len(found.marked), "unknown": len(found.unknown)}
    _note(fence, channel, {**counts, "by": by, "at": moment.real.isoformat()})
    return found


@transaction.atomic
def without_record(channel: str, *, reason: str, by: str, moment: Moment) -> None:
    """
    Say why a line's gateway has no record: what waits in it will be sent, perhaps a second time.

    :raises NoFence: this database may send.
    """
    _note(_standing(moment), channel, {"reason": reason, "by": by, "at": moment.real.isoformat()})


@transaction.atomic
def lift(*, by: str, channels: Collection[str], moment: Moment) -> Fence:
    """
    Sign for lifting the fence; with the second signature this database may send.

    :raises NoFence: this database may send.
    :raises NotCompared: a line was not compared.
    :raises SamePerson: he signed before.
    """
    fence = _standing(moment)
    missing = sorted(set(channels) - {INBOX} - set(fence.compared))
    if missing:
        raise NotCompared(channels="、".join(missing))
    if not fence.first_by:
        fence.first_by, fence.first_at = by, moment.real
    elif fence.first_by == by:
        raise SamePerson(account=by)
    else:
        fence.second_by, fence.second_at = by, moment.real
    fence.save(update_fields=["first_by", "first_at", "second_by", "second_at"])
    return fence


def _note(fence: Fence, channel: str, what: Mapping[str, Any]) -> None:
    # Whoever signed before saw less than is known now.
    fence.compared = {**fence.compared, channel: dict(what)}
    fence.first_by, fence.first_at = "", None
    fence.save(update_fields=["compared", "first_by", "first_at"])


def _standing(moment: Moment) -> Fence:
    if not is_up():
        raise NoFence
    found = Fence.objects.select_for_update().filter(why=Fence.Why.RESTORED, second_at=None).order_by("pk").first()
    if found is not None:
        return found
    # Restored by other means than ours: the cluster is a strange one, and no row says so yet.
    return put_up(moment=moment)
