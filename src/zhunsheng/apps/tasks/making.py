"""Tasks are made: by hand with a reason, by a plan whose turn has come, by what was found, by what came in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils.timezone import localdate

from zhunsheng.apps.inspection import book as sheet_book
from zhunsheng.apps.inspection.people import PLANNERS, roles_of
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.apps.inspection.telling import tell_of_plan
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.tasks import book, giving, things
from zhunsheng.apps.tasks.models import Schedule, ScheduleEnd, Task, Thing
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection import tasks as t

BY_HAND: Final = ("onsite", "online")
LONGEST_PLAN_DAYS: Final = 366


@dataclass(frozen=True)
class Wanted:
    """A task as it is asked for."""

    kind: str
    origin: str
    unit: str
    reason: str
    items: Sequence[things.Item]
    place: str = ""
    occasion: str = ""


@transaction.atomic
def by_hand(*, kind: str, unit: str, sheet: str, place: str, reason: str, by: Officer, at: datetime) -> Task:
    """
    Make a task because somebody says so, with his reason.

    :raises TaskRefused: not the legal department, no reason, nothing to look at there.
    """
    _require_planner(by, at)
    if not reason.strip():
        raise TaskRefused("请写明指派的原因。")
    with whole():
        items = _items(kind, unit, sheet, at)
    if not items:
        raise TaskRefused("这个单位现在没有要在网上巡查的：没有未处理的发现。可以改派现场执法检查。")
    made = make(Wanted(kind, "hand", unit, reason.strip()[:200], items, place.strip()[:80]), by=by, at=at)
    assert made is not None
    return made


def _items(kind: str, unit: str, sheet: str, at: datetime) -> list[things.Item]:
    if kind not in BY_HAND:
        raise TaskRefused("日常任务每个工作日自动生成，不能指派。请选现场执法检查或网上巡查。")
    if kind == "online":
        return things.of_findings(unit, now=at)
    if sheet not in book.terms().sheets:
        raise TaskRefused("请选现场检查用的评查表。")
    return things.of_sheet(sheet, on=localdate(at))


def make(wanted: Wanted, *, by: Officer | None, at: datetime, among: giving.Staff | None = None) -> Task | None:
    """Write a task and give it to whoever has no stake in it; None where it was made for this occasion before.

    `among`: the staff, where several tasks are made at once.
    """
    with transaction.atomic(), whole():
        _one_at_a_time()
        if not wanted.items or (wanted.occasion and Task.objects.filter(occasion=wanted.occasion).exists()):
            return None
        task = Task.objects.create(
            number=_next_number(at),
            kind=wanted.kind,
            origin=wanted.origin,
            occasion=wanted.occasion,
            unit=wanted.unit,
            place=wanted.place,
            reason=wanted.reason,
            due_at=t.due(wanted.kind, at, book.terms(), sheet_book.calendar()),
            by=by,
            at=at,
        )
        Thing.objects.bulk_create(Thing(task=task, n=n, **asdict(item)) for n, item in enumerate(wanted.items, 1))
        tell_of_plan("inspection.task_made", plan=task.number, key=f"task/{task.number}", at=at, by=by)
        giving.give(task, among or giving.staff(at), at=at)
    return task


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tasks'))")


def _next_number(at: datetime) -> str:
    """RW-2026-00001 and on."""
    prefix = f"RW-{localdate(at).year}-"
    last = Task.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


@transaction.atomic
def plan(
    *, kind: str, unit: str, sheet: str, every: str, from_on: date, until_on: date, by: Officer, at: datetime
) -> Schedule:
    """
    Let a unit get a kind of task again and again.

    :raises TaskRefused: not the legal department, an end before the beginning, or longer than a year.
    """
    _require_planner(by, at)
    if not from_on < until_on or (until_on - from_on).days > LONGEST_PLAN_DAYS:
        raise TaskRefused("止应晚于起，一个计划最长一年。请改日期。")
    _items(kind, unit, sheet, at)
    made = Schedule.objects.create(
        kind=kind, unit=unit, sheet=sheet if kind == "onsite" else "", every=every, from_on=from_on, until_on=until_on,
        by=by, at=at,
    )  # fmt: skip
    tell_of_plan("inspection.task_planned", plan=f"RWJH-{made.pk}", key=f"schedule/{made.pk}", at=at, by=by)
    return made


@transaction.atomic
def end_plan(schedule: Schedule, *, reason: str, by: Officer, at: datetime) -> ScheduleEnd:
    """
    End a plan before its day.

    :raises TaskRefused: not the legal department, no reason, ended already.
    """
    _require_planner(by, at)
    if not reason.strip():
        raise TaskRefused("请写明终止的原因。")
    if hasattr(schedule, "end"):
        raise TaskRefused("这个计划已经终止。")
    return ScheduleEnd.objects.create(schedule=schedule, reason=reason.strip()[:200], by=by, at=at)


def by_plans(now: datetime) -> int:
    """Make what plans have their turn for today; run again, nothing more."""
    today = localdate(now)
    rows = list(Schedule.objects.filter(from_on__lte=today, until_on__gt=today, end=None).order_by("pk"))
    among = giving.staff(now) if rows else None
    return sum(_turn(row, today, among, now) for row in rows)


def _turn(row: Schedule, today: date, among: giving.Staff | None, now: datetime) -> bool:
    begin = t.turn(row.every, today, sheet_book.calendar())
    if begin is None:
        return False
    occasion = f"plan/{row.pk}/{begin.isoformat()}"
    reason = f"计划 {t.EVERY[row.every]} {begin.isoformat()}"
    items = _items(row.kind, row.unit, row.sheet, now)
    wanted = Wanted(row.kind, "plan", row.unit, reason, items, occasion=occasion)
    return make(wanted, by=None, at=now, among=among) is not None


def _require_planner(by: Officer, at: datetime) -> None:
    if not PLANNERS & set(roles_of(by, on=localdate(at))):
        raise TaskRefused("只有法制支队可以指派任务。")


def stations() -> list[Unit]:
    """The units that are looked at."""
    return list(Unit.objects.filter(kind=Unit.Kind.STATION, closed_on=None).order_by("code"))
