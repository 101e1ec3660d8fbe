"""Closing a period, publishing its boards, and what stands beside them when something is corrected later."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import polars as pl
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Check, Closing, Correction, Entry, Proposal, Publication
from zhunsheng.apps.points.people import officer_behind
from zhunsheng.apps.points.policies import approved, checked, in_use, version_of
from zhunsheng.apps.points.recording import record_known
from zhunsheng.apps.points.roster import next_period, record_exposure
from zhunsheng.apps.points.standing import Standing, standing_at
from zhunsheng.apps.refusals import DomainError
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.board import Published, corrected, publish
from zhunsheng.core.points.policy import BLOCKS, Policy
from zhunsheng.core.points.states import answer_by

OBJECTION_DAYS: Final = 3
MOST_UNKNOWN: Final = 0.10
CLOSE: Final = "close"


class PeriodNotClosed(DomainError):
    """A period that cannot be closed now."""

    text = "{period} 不能关账：{why}。"


class NotPublished(DomainError):
    """A board that cannot be printed now."""

    text = "{period} 还不能公布：{why}。"


@transaction.atomic
def close_period(viewer: Viewer, *, every: str, period: date, at: datetime) -> Closing:
    """
    Close a period: everything known by now is in it, and what comes later belongs to the open one.

    :raises PeriodNotClosed: it has not ended, is closed already, or one before it is open.
    """
    officer = officer_behind(viewer)
    with stored.whole():
        stored.hold()
        why = _not_to_close(every, period, at)
        if why:
            raise PeriodNotClosed(period=period.isoformat(), why=why)
        record_exposure(period, every=every, as_of=at, with_acts=True)
        record_known(at)
        made = Closing.objects.create(every=every, period=period, closed_at=at, by=officer)
        stored.touch()
        record(action="close", kind="points_period", key=f"{every}/{period}")
        return made


def _not_to_close(every: str, period: date, at: datetime) -> str:
    closed = set(Closing.objects.filter(every=every).values_list("period", flat=True))
    begins = min((policy.in_force for policy in in_use() if policy.period == every), default=None)
    if begins is None:
        return "没有按这个周期计分的办法"
    if period in closed:
        return "已经关账"
    if at.astimezone(ZONE).date() < next_period(period, every):
        return "这一期还没有结束"
    expected = next_period(max(closed), every) if closed else begins
    return "" if period == expected else f"请先关 {expected} 这一期"


def prepare_publication(policy_id: str, period: date, *, watermark: datetime) -> dict[str, Any]:
    """
    The body of a proposal to publish: what both persons sign.

    :raises NotPublished: see `_not_to_publish`.
    """
    policy = version_of(in_use(), policy_id, period)
    if policy is None:
        raise NotPublished(period=period.isoformat(), why="这一期没有批准在用的办法")
    why = _not_to_publish(policy, period, watermark)
    if why:
        raise NotPublished(period=period.isoformat(), why=why)
    head = _log_head()
    printed = _printed(policy, period, watermark, head)
    return {
        "policy": policy.id,
        "version": policy.version,
        "period": period.isoformat(),
        "watermark": watermark.isoformat(),
        "head": head,
        "sha256": printed.digest,
    }


def publish_confirmed(proposal: Proposal, *, second: Any, at: datetime) -> Publication:
    """
    Print a board that two persons signed: computed again at its watermark, it must have the same bytes.

    :raises NotPublished: it has other bytes, or is published already.
    """
    body: Mapping[str, str] = proposal.body
    period, watermark = date.fromisoformat(body["period"]), datetime.fromisoformat(body["watermark"])
    policy = version_of(in_use(), body["policy"], period)
    if policy is None or policy.version != body["version"]:
        raise NotPublished(period=body["period"], why="办法已经变动，请重新提出")
    if Publication.objects.filter(policy=policy.id, period=period).exists():
        raise NotPublished(period=body["period"], why="已经公布")
    found = standing_at(policy, period, watermark=watermark)
    printed = publish(found.board, policy, period=period, watermark=watermark, head=body["head"])
    if printed.digest != body["sha256"]:
        raise NotPublished(period=body["period"], why="重新计算的结果与提出时不同，请重新提出")
    stored.add("points_entry", close_rows(found, at))
    return Publication.objects.create(
        policy=policy.id, version=policy.in_force, period=period, watermark=watermark, text=printed.text,
        sha256=printed.digest, head=body["head"], at=at, first=proposal.by, second=second,
    )  # fmt: skip


def recomputed(publication: Publication) -> Published:
    """A published board, computed again at its watermark from the tables as they are now."""
    policy = version_of(in_use(), publication.policy, publication.period)
    if policy is None:
        raise NotPublished(period=publication.period.isoformat(), why="当时的办法已不在规则库中")
    return _printed(policy, publication.period, publication.watermark, publication.head)


def _printed(policy: Policy, period: date, watermark: datetime, head: str) -> Published:
    found = standing_at(policy, period, watermark=watermark)
    return publish(found.board, policy, period=period, watermark=watermark, head=head)


def close_rows(found: Standing, at: datetime) -> pl.DataFrame:
    """The block values of a published period, for the record: amount 0, the value over the block's weight."""
    policy, rows = found.policy, []
    for score in found.scores.iter_rows(named=True):
        for block in BLOCKS:
            if score[block] is None:
                continue
            named = [policy.id, CLOSE, block, found.period.isoformat(), score["holder"], CLOSE, ""]
            rows.append(
                {
                    **dict.fromkeys(t.LEDGER), "key": "|".join(named), "kind": CLOSE, "policy": policy.id,
                    "version": policy.in_force, "entry": CLOSE, "block": block, "fact": CLOSE,
                    "fact_key": found.period.isoformat(), "holder": score["holder"], "unit": score["unit"],
                    "period": found.period, "amount": 0, "kept": 0, "judged": 0, "numerator": score[block],
                    "denominator": 100 * policy.blocks[block], "at": at, "recorded_at": at, "cites": [],
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=t.LEDGER)


def record_corrections(at: datetime) -> int:
    """Say beside each published board by how much totals differ now, where that is new. Returns how many."""
    done = 0
    for publication in Publication.objects.order_by("pk"):
        last = publication.corrections.order_by("-pk").first()
        if not _undone_since(publication, last.at if last else publication.watermark):
            continue
        differences = differing(publication, at)
        if differences != (last.differences if last else {}):
            Correction.objects.create(publication=publication, at=at, differences=differences)
            record(action="correct", kind="points_period", key=f"{publication.policy}/{publication.period}")
            done += 1
    return done


def differing(publication: Publication, at: datetime) -> dict[str, list[int | None]]:
    """By holder the total as printed and as it would be now, where they differ.

    What was undone later falls into a later period of the ledger; here it is laid to the period of what it undoes.
    """
    policy = version_of(in_use(), publication.policy, publication.period)
    if policy is None:
        return {}
    now = standing_at(policy, publication.period, watermark=at, is_corrected=True)
    found = corrected(board_of(publication), now.board)
    return {holder: [printed, is_now] for holder, printed, is_now in found.select("holder", "printed", "now").rows()}


def _undone_since(publication: Publication, since: datetime) -> bool:
    """Whether a row of the period was undone after an instant."""
    undone = Entry.objects.filter(policy=publication.policy, period=publication.period, pk=OuterRef("target"))
    later = Entry.objects.filter(policy=publication.policy, kind__in=("reverse", "restore"), recorded_at__gt=since)
    again = later.filter(kind="restore", target__in=later.values("key"))
    return later.filter(Exists(undone)).exists() or again.exists()


def board_of(publication: Publication) -> pl.DataFrame:
    """The board of a published text: tables.BOARD."""
    heads, *lines = publication.text.rstrip("\n").split("\n")[4:]
    cells = [dict(zip(heads.split("\t"), line.split("\t"), strict=True)) for line in lines]
    texts = pl.DataFrame(cells, schema=dict.fromkeys(t.BOARD, pl.String()))
    filled = texts.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())
    others = {name: dtype for name, dtype in t.BOARD.items() if dtype != pl.Date()}
    return filled.with_columns(pl.col("period").str.to_date()).cast(others)  # type: ignore[arg-type]


def _not_to_publish(policy: Policy, period: date, at: datetime) -> str:
    """Why a board cannot be printed yet; empty where it can."""
    closing = Closing.objects.filter(every=policy.period, period=period).first()
    if closing is None:
        return "还没有关账"
    ends = answer_by(closing.closed_at, working_calendar(), OBJECTION_DAYS)
    if at < ends:
        return f"关账后有{OBJECTION_DAYS}个工作日提出异议，到 {ends.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if Publication.objects.filter(policy=policy.id, period=period).exists():
        return "已经公布"
    approval = approved().get(policy.version)
    run: Check | None = checked(approval.body["sha256"]) if approval else None
    if run is None or not run.passes:
        return "这个版本没有通过推一推和模拟"
    if policy.gate and not stored.bounds(by=at).filter(pl.col("period") == period).height:
        return "随机抽检结果还没有记入"
    unknown = _unknown(policy, period)
    return f"“{unknown}”有一成以上不知道做得怎样，请先补全数据" if unknown else ""


def _unknown(policy: Policy, period: date) -> str:
    """The title of a share of which more than a tenth is unknown."""
    names = {entry.fact: entry.title for entry in policy.entries if entry.measure == "share"}
    ends = next_period(period, policy.period)
    rows = stored.facts(
        "t.fact = ANY ({names}) AND (t.at AT TIME ZONE 'Asia/Shanghai')::date >= {begins}"
        " AND (t.at AT TIME ZONE 'Asia/Shanghai')::date < {ends}",
        names=sorted(names), begins=period, ends=ends,
    )  # fmt: skip
    shares = rows.group_by("fact").agg(unknown=pl.col("kept").is_null().mean()).sort("fact")
    late = shares.filter(pl.col("unknown") > MOST_UNKNOWN)["fact"].to_list()
    return names[late[0]] if late else ""


def _log_head() -> str:
    """Size and root of the last sealed head; empty where nothing was sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, encode(root, 'hex') FROM audit_head ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    return f"{row[0]} {row[1]}" if row else ""
