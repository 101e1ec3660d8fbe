"""Lists of tasks: one's own, all of them, plans; and what waits for the viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.among import as_text
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import ties, under_reading
from zhunsheng.apps.inspection.lists import due_words
from zhunsheng.apps.inspection.people import INSPECTORS, PLANNERS, READERS
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.tasks.giving import current
from zhunsheng.apps.tasks.models import Given, Report, Said, Schedule, Task
from zhunsheng.core.inspection.sheets import FAULTS
from zhunsheng.core.inspection.tasks import EVERY, KINDS, ORIGINS

VIEWERS: Final = READERS | INSPECTORS
OVERSEERS: Final = PLANNERS | INSPECTORS
KIND_TITLES: Final = {
    "onsite": gettext_noop("现场执法检查"),
    "online": gettext_noop("网上巡查"),
    "daily": gettext_noop("日常任务"),
}
ORIGIN_TITLES: Final = {"plan": gettext_noop("计划"), "risk": gettext_noop("风险"), "hand": gettext_noop("指派")}
EVERY_TITLES: Final = {"day": gettext_noop("每个工作日"), "week": gettext_noop("每周"), "month": gettext_noop("每月")}
assert (list(KIND_TITLES), list(ORIGIN_TITLES), list(EVERY_TITLES)) == (list(KINDS), list(ORIGINS), list(EVERY))
CAUSES: Final = {
    ("plan", "onsite"): gettext_noop("到了计划的周期"),
    ("plan", "online"): gettext_noop("到了计划的周期"),
    ("risk", "onsite"): gettext_noop("本分局风险分最高，一个季度没有检查过"),
    ("risk", "online"): gettext_noop("当周未处理的发现"),
    ("risk", "daily"): gettext_noop("前一工作日以来新受理、新采取措施"),
}
"""Why a task is there that nobody asked for."""
MOST: Final = 200


@dataclass(frozen=True)
class TaskRow:
    """One task in a list. `problems`: how many wait for a second person."""

    number: str
    kind: str
    kind_title: str
    origin: str
    unit: str
    place: str
    reason: str
    doer: str
    is_own: bool
    due: str
    is_late: bool
    at: datetime
    is_done: bool
    problems: int


@dataclass(frozen=True)
class PlanRow:
    """One plan of tasks."""

    id: int
    kind: str
    unit: str
    every: str
    from_on: date
    until_on: date
    ended: str
    runs: bool


def visible(viewer: Viewer) -> QuerySet[Task]:
    """The tasks that a viewer sees: all of them to whoever oversees everywhere, to others those given to them."""
    rows = Task.objects.select_related("by")
    if viewer.roles() & OVERSEERS:
        return rows
    mine = current().filter(task=OuterRef("pk"), officer=viewer.officer or 0)
    return rows.filter(Exists(mine))


def task_rows(viewer: Viewer, *, now: datetime) -> list[TaskRow]:
    """Tasks, those to be done first, one's own before others', by their due times."""
    done = Report.objects.filter(task=OuterRef("pk"))
    tasks = list(visible(viewer).annotate(is_done=Exists(done)).order_by("is_done", "due_at", "pk")[:MOST])
    doers = {row.task_id: row for row in current().filter(task__in=tasks).select_related("officer")}
    names = dict(Unit.objects.values_list("code", "short_name"))
    waiting = _problems_by_task(tasks, viewer)
    rows = [_row(task, doers.get(task.pk), names, waiting.get(task.pk, 0), viewer, now) for task in tasks]
    return sorted(rows, key=lambda row: (row.is_done, not row.is_own))


def _row(
    task: Task, given: Given | None, names: dict[str, str], problems: int, viewer: Viewer, now: datetime
) -> TaskRow:
    is_done = bool(task.is_done)  # type: ignore[attr-defined]
    return TaskRow(
        number=task.pk,
        kind=task.kind,
        kind_title=_(KIND_TITLES[task.kind]),
        origin=_(ORIGIN_TITLES[task.origin]),
        unit=names.get(task.unit, task.unit),
        place=task.place,
        reason=cause_of(task),
        doer=given.officer.name if given and given.officer else "",
        is_own=bool(given and given.officer_id and given.officer_id == viewer.officer),
        due=due_words(task.due_at, now=now),
        is_late=not is_done and task.due_at is not None and task.due_at <= now,
        at=task.at,
        is_done=is_done,
        problems=problems,
    )


def cause_of(task: Task) -> str:
    """Why it is there: the words of whoever asked for it, else what made it."""
    known = CAUSES.get((task.origin, task.kind))
    return _(known) if known else task.reason


def unruled() -> QuerySet[Said]:
    """Faults in their newest version that nobody has confirmed or turned down."""
    later = Said.objects.filter(thing=OuterRef("thing"), version__gt=OuterRef("version"))
    return Said.objects.filter(~Exists(later), answer__in=FAULTS, ruling=None)


def _problems_by_task(tasks: Sequence[Task], viewer: Viewer) -> dict[str, int]:
    found: dict[str, int] = {}
    rows = unruled().filter(thing__task__in=tasks).exclude(under_reading(viewer, "thing__case"))
    for number in rows.values_list("thing__task", flat=True):
        found[number] = found.get(number, 0) + 1
    return found


def waiting(viewer: Viewer) -> int:
    """Tasks that a viewer has still to do, and problems that wait for him as the second person."""
    is_second = bool(viewer.roles() & PLANNERS)
    reading = as_text(ties(viewer).reading if is_second else ())
    question = "SELECT zs_tasks_waiting(%s, %s, %s, string_to_array(%s, %s))"
    with connection.cursor() as cursor:
        cursor.execute(question, [viewer.officer or 0, is_second, list(FAULTS), *reading])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def plan_rows(*, now: datetime) -> list[PlanRow]:
    """Plans of tasks, the newest first."""
    names = dict(Unit.objects.values_list("code", "short_name"))
    rows = Schedule.objects.select_related("end").order_by("-pk")[:MOST]
    return [_plan(row, names, localdate(now)) for row in rows]


def _plan(row: Schedule, names: dict[str, str], today: date) -> PlanRow:
    ended = row.end.reason if hasattr(row, "end") else ""
    return PlanRow(
        id=row.pk,
        kind=_(KIND_TITLES[row.kind]),
        unit=names.get(row.unit, row.unit),
        every=_(EVERY_TITLES[row.every]),
        from_on=row.from_on,
        until_on=row.until_on,
        ended=ended,
        runs=not ended and row.until_on > today,
    )
