"""A plan from its claim to its draw: stated, framed, committed to by a witness, drawn from the sealed log's head.

The hour is one of the log's clock, which is the machine's: a demonstration's city clock seals nothing.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db import connection, transaction
from django.utils.timezone import localtime

from zhunsheng.apps.access.policy import Label
from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import planting, selecting
from zhunsheng.apps.inspection.models import Commitment, Draw, Frame, FrameCase, FrameFile, Pick, Plan, Void
from zhunsheng.apps.inspection.people import PLANNERS, WITNESSES, roles_of
from zhunsheng.apps.inspection.refusals import PlanRefused
from zhunsheng.apps.inspection.telling import tell_of_plan
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.inspection.draw import HASHES, DrawRefused, commitment, frame_hash, seed
from zhunsheng.core.inspection.published import Drawn, Lot, drawn, record
from zhunsheng.core.inspection.sizes import Claim, ClaimRefused, bear
from zhunsheng.core.inspection.strata import AllocationRefused, allocate, shrunk_rate, strata
from zhunsheng.core.inspection.strata import FrameFile as Filed

WITHIN: Final = timedelta(hours=2)
CITY_RATE: Final = Fraction(10, 100)
TOKEN_BYTES: Final = 8
PERCENT: Final = 100
Heads = Callable[[datetime], tuple[bytes, datetime] | None]


@contextmanager
def whole() -> Iterator[None]:
    """Every true row, whoever asks: a frame leaves nothing out because its maker may not list it. The actor stays."""
    with session_settings({**session_scope(None), **planting.NOT_SHOWN}):
        yield


@dataclass(frozen=True)
class Wanted:
    """What a plan is asked to be."""

    title: str
    unit: str
    from_on: date
    until_on: date
    below: str
    problems: int
    drawn: int
    hour: datetime
    hash_name: str = "sha256"


def make(wanted: Wanted, *, by: Officer, at: datetime, real_at: datetime, after: Plan | None = None) -> Plan:
    """
    State a plan and seal its frame in one act: the files closed in the period under the unit, and how many of each
    stratum. A claim that the sample cannot bear is refused with the one that it can.

    :raises PlanRefused: see above; also a second try on a frame that was drawn from, which is recorded as an event.
    """
    _require(bool(PLANNERS & set(roles_of(by, on=at.date()))), "只有法制支队可以制订抽查计划。")
    _require(wanted.hash_name in HASHES, f"摘要算法可用 {'、'.join(HASHES)}。")
    _require(wanted.from_on < wanted.until_on, "期次的起应在止之前。")
    log_time = localtime(real_at).strftime("%Y-%m-%d %H:%M")
    _require(wanted.hour > real_at, f"抽取时刻应晚于日志时钟的现在（{log_time}），见证人要在它之前登记承诺。")
    with planting.shown():
        planting.hold_plants()
        found = selecting.closed_cases(wanted.unit, wanted.from_on, wanted.until_on)
        risky = selecting.marked(found)
        refs = _refs([one.number for one in found if one.number not in risky])
        made_up = refs.keys() & set(planting.planted_numbers())
        parts, counts = _shares(found, refs, wanted.drawn, made_up)
        claim_of(wanted, len(refs) - len(made_up), made_up=len(made_up))
        digest = frame_hash(refs.values(), wanted.hash_name)
        number = _next_number(at)
        _refuse_second_try(refs.keys() - made_up, number, after, by=by, at=at)
        with transaction.atomic():
            plan = Plan.objects.create(id=number, by=by, at=at, after=after, **vars(wanted))
            _write_frame(plan, digest, parts, counts, refs, risky, by=by, at=at)
    tell_of_plan("inspection.plan_made", plan=number, key=f"{number}/plan", at=at, by=by)
    tell_of_plan("inspection.frame_sealed", plan=number, key=f"{number}/frame", at=at, by=by, about=digest)
    return plan


def claim_of(wanted: Wanted, files: int, *, made_up: int = 0) -> Claim:
    """What the plan may say if it finds no more problems than it allows, were every planted file among those drawn.
    Raises PlanRefused."""
    try:
        rate = Fraction(wanted.below) / PERCENT
        return bear(files, wanted.drawn - made_up, rate, wanted.problems)
    except ClaimRefused as problem:
        raise PlanRefused(why=str(problem)) from problem
    except ValueError as problem:
        raise PlanRefused(why=f"“{wanted.below}”不是百分数。请写 5 或 2.5。") from problem


def _refs(numbers: list[str]) -> dict[str, str]:
    """The published name of each case: its number, or a token where the case may not be listed by everybody."""
    open_ = set(Case.objects.filter(pk__in=numbers, label=Label.ORDINARY).values_list("number", flat=True))
    return {number: number if number in open_ else f"密-{secrets.token_hex(TOKEN_BYTES)}" for number in numbers}


def _shares(
    found: list[selecting.Closed], refs: Mapping[str, str], count: int, made_up: Collection[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    files = [Filed(refs[one.number], one.unit, one.kind, one.result) for one in found if one.number in refs]
    _require(bool(files), "这个期次没有办结的案件，没有可抽的。")
    parts = {part.name: part.ids for part in strata(files)}
    with whole():
        read = selecting.read_before()
    rates = {name: shrunk_rate(*read.get(name, (0, 0)), CITY_RATE) for name in parts}
    try:
        sizes = {name: len(ids) for name, ids in parts.items()}
        hidden = {refs[number] for number in made_up}
        return parts, allocate(sizes, rates, count, uncounted={n: len(hidden & {*ids}) for n, ids in parts.items()})
    except AllocationRefused as problem:
        raise PlanRefused(why=str(problem)) from problem


def _refuse_second_try(cases: Collection[str], number: str, after: Plan | None, *, by: Officer, at: datetime) -> None:
    """The same files are drawn from once. Only a draw that is on record as void lets them be drawn from again."""
    with whole():
        again = selecting.plan_of_same_cases(cases)
    if again is None or (after is not None and after.pk == again.pk and hasattr(again, "void")):
        return
    # Kept although the plan is refused: the caller answers without undoing this event.
    tell_of_plan("inspection.redraw_refused", plan=again.pk, key=f"{again.pk}/again/{at.isoformat()}", at=at, by=by)
    state = "作废后要写明接续哪个计划" if hasattr(again, "void") else "已经抽取或等待抽取"
    raise PlanRefused(why=f"同一批案件在计划 {again.pk} 中{state}，不能重新抽（{number} 没有建立）。这次尝试已记录。")


def _write_frame(
    plan: Plan,
    digest: str,
    parts: Mapping[str, tuple[str, ...]],
    counts: Mapping[str, int],
    refs: Mapping[str, str],
    risky: frozenset[str],
    *,
    by: Officer,
    at: datetime,
) -> None:
    Frame.objects.create(plan=plan, files=len(refs), hash=digest, risk_files=len(risky), by=by, at=at)
    FrameFile.objects.bulk_create(
        FrameFile(plan=plan, ref=ref, stratum=name, draw=counts[name]) for name, ids in parts.items() for ref in ids
    )
    FrameCase.objects.bulk_create(
        [FrameCase(plan=plan, ref=ref, case=case, stream="random") for case, ref in refs.items()]
        + [FrameCase(plan=plan, ref="", case=case, stream="risk") for case in sorted(risky)]
    )


def _next_number(at: datetime) -> str:
    prefix = f"IP-{at:%Y-%m}"
    count = Plan.objects.filter(pk__startswith=prefix).count()
    return f"{prefix}-{count + 1:02d}"


@transaction.atomic
def commit(plan: Plan, value: str, *, by: Officer, at: datetime, real_at: datetime) -> Commitment:
    """
    A witness outside the legal department puts the hash of his sixteen bytes on record, before the hour.

    :raises PlanRefused: too late, not a witness, twice, or no hash.
    """
    _require(by.pk != plan.by_id, "制订计划的人不能做见证人。")
    held = roles_of(by, on=at.date())
    _require(bool(WITNESSES & set(held)) and not PLANNERS & set(held), "见证人应是法制部门以外的纪检督察或分局领导。")
    _require(real_at < plan.hour, f"抽取时刻已过，计划 {plan.pk} 不能再登记承诺。")
    _require(not Commitment.objects.filter(plan=plan).exists(), f"计划 {plan.pk} 已有承诺，不能更换。")
    is_hash = len(value) == len(commitment(bytes(16))) and set(value) <= set("0123456789abcdef")
    _require(is_hash, "承诺是 64 位十六进制的摘要。请对 16 字节随机数计算摘要后填写。")
    row = Commitment.objects.create(plan=plan, value=value, by=by, at=at)
    tell_of_plan("inspection.nonce_committed", plan=plan.pk, key=f"{plan.pk}/nonce", at=at, by=by, about=value)
    return row


def publish_and_draw(
    plan: Plan, nonce: str, *, by: Officer, at: datetime, real_at: datetime, heads: Heads | None = None
) -> Draw | Void:
    """
    The witness publishes his bytes after the hour, and the lot falls at once. Bytes that are not those he committed to
    make the draw void. `heads` gives the first head since an instant; the sealed log's where it is not said.

    :raises PlanRefused: before the hour, twice, by somebody else, or while no head was sealed since the hour.
    """
    kept = Commitment.objects.filter(plan=plan).first()
    _require(kept is not None, f"计划 {plan.pk} 还没有登记承诺。请见证人先登记。")
    assert kept is not None
    _require(kept.by_id == by.pk, "随机数由登记承诺的见证人公布。")
    _require(real_at >= plan.hour, "还没有到抽取时刻。")
    _require(not hasattr(plan, "draw") and not hasattr(plan, "void"), f"计划 {plan.pk} 已经抽取或作废。")
    head = (heads or head_after)(plan.hour)
    _require(head is not None, "抽取时刻之后日志还没有封存新的链头。请稍等一分钟再公布。")
    assert head is not None
    root, head_at = head
    if head_at > plan.hour + WITHIN:
        return _void(plan, "抽取时刻之后两小时内没有封存链头", at=at)
    try:
        made = seed(root, bytes.fromhex(nonce), kept.value, plan.hash_name)
    except (DrawRefused, ValueError):
        return _void(plan, "公布的随机数与承诺不一致", at=at)
    tell_of_plan("inspection.nonce_published", plan=plan.pk, key=f"{plan.pk}/published", at=at, by=by, about=nonce)
    lot = lot_of(plan, kept.value, nonce, root.hex(), head_at)
    return _draw(plan, lot, made, head_at, at=at)


def _draw(plan: Plan, lot: Lot, made: bytes, head_at: datetime, *, at: datetime) -> Draw:
    with planting.shown(), transaction.atomic():
        parts = drawn(lot, *frame_of(plan))
        ids = [one for part in parts for one in part.ids]
        if frame_hash(ids, plan.hash_name) != plan.frame.hash:
            raise PlanRefused(why=f"计划 {plan.pk} 的抽样框与封存时不符，不能抽取。请报告纪检督察。")
        text = record(lot, parts)
        row = Draw.objects.create(
            plan=plan,
            nonce=lot.nonce,
            head=lot.head,
            head_at=head_at,
            seed=made.hex(),
            record=hashlib.sha256(text.encode()).hexdigest(),
            at=at,
        )
        _write_picks(plan, parts, at)
    tell_of_plan("inspection.drawn", plan=plan.pk, key=f"{plan.pk}/drawn", at=at, about=row.record)
    return row


def _write_picks(plan: Plan, parts: tuple[Drawn, ...], at: datetime) -> None:
    behind = {row.ref: row.case for row in plan.cases.filter(stream="random")}
    risky = list(plan.cases.filter(stream="risk").values_list("case", flat=True))
    units = dict(Case.objects.filter(pk__in=[*behind.values(), *risky]).values_list("number", "unit_id"))
    picks = [
        Pick(
            plan=plan,
            case=behind[pick.id],
            unit=units.get(behind[pick.id]) or "",
            stream="random",
            stratum=part.stratum,
            mark=pick.digest,
            inclusion=str(pick.inclusion),
            at=at,
        )
        for part in parts
        for pick in part.picks
    ]
    picks += [Pick(plan=plan, case=case, unit=units.get(case) or "", stream="risk", at=at) for case in risky]
    Pick.objects.bulk_create(picks)


def frame_of(plan: Plan) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """The strata of a sealed frame, and how many are drawn of each."""
    parts: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for ref, name, count in plan.files.order_by("ref").values_list("ref", "stratum", "draw"):
        parts.setdefault(name, []).append(ref)
        counts[name] = count
    return {name: tuple(ids) for name, ids in parts.items()}, counts


def counted(plan: Plan) -> tuple[int, int]:
    """How many files of a frame count, and how many of these are drawn, or will be at least: what was planted is in
    neither."""
    return counted_of([plan])[plan.pk]


def counted_of(plans: Sequence[Plan]) -> dict[str, tuple[int, int]]:
    """The same of several plans, by number: as many questions for one as for a hundred."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_counted_of_plans(%s)", [[plan.pk for plan in plans]])
        found = {plan: (files, picks) for plan, files, picks in cursor.fetchall()}
    return {plan.pk: _counted(plan, *found.get(plan.pk, (0, 0))) for plan in plans}


def read_of(plans: Sequence[Plan]) -> dict[str, tuple[int, int]]:
    """Of each plan that has any: how many drawn files the session sees, and how many of these were read first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_read_of_plans(%s)", [[plan.pk for plan in plans]])
        return {plan: (picks, read) for plan, picks, read in cursor.fetchall()}


def _counted(plan: Plan, files: int, picks: int) -> tuple[int, int]:
    if hasattr(plan, "draw"):
        return files, picks
    return files, max(0, min(plan.drawn, plan.frame.files) - (plan.frame.files - files))


def lot_of(plan: Plan, committed: str, nonce: str, head: str, head_at: datetime) -> Lot:
    """What the draw of a plan is made of."""
    return Lot(plan.pk, plan.hash_name, plan.hour.isoformat(), head, head_at.isoformat(), committed, nonce)


def published(plan: Plan) -> str:
    """
    The record of a draw, for anybody to repeat.

    :raises PlanRefused: it was not drawn yet.
    """
    row = Draw.objects.filter(plan=plan).first()
    if row is None:
        raise PlanRefused(why=f"计划 {plan.pk} 还没有抽取。")
    lot = lot_of(plan, plan.commitment.value, row.nonce, row.head, row.head_at)
    return record(lot, drawn(lot, *frame_of(plan)))


def head_after(hour: datetime) -> tuple[bytes, datetime] | None:
    """The first head that the log sealed at or after an instant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT root, at FROM audit_head WHERE at >= %s ORDER BY size LIMIT 1", [hour])
        row = cursor.fetchone()
    return (bytes(row[0]), row[1]) if row else None


def late_draws(real_at: datetime) -> list[str]:
    """Plans whose two hours are over and that were neither drawn nor voided."""
    waiting = Plan.objects.filter(hour__lte=real_at - WITHIN, draw=None, void=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def void_late(plan: str, *, real_at: datetime) -> bool:
    """Void a draw that did not happen within two hours: no head, no commitment, or bytes that were withheld."""
    row = Plan.objects.get(pk=plan)
    if not Commitment.objects.filter(plan=row).exists():
        reason = "到抽取时刻没有登记承诺"
    elif head_after(row.hour) is None:
        reason = "抽取时刻之后两小时内没有封存链头"
    else:
        reason = "见证人没有在两小时内公布随机数"
    _void(row, reason, at=real_at)
    return True


def _void(plan: Plan, reason: str, *, at: datetime) -> Void:
    row = Void.objects.create(plan=plan, reason=reason, at=at)
    tell_of_plan("inspection.draw_voided", plan=plan.pk, key=f"{plan.pk}/void", at=at)
    return row


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise PlanRefused(why=why)
