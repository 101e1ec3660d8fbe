"""The tasks as a list: one's own or all of them, by what becomes of them; and what waits for the viewer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.among import as_text
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import ties, under_reading
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices, titled
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.inspection.lists import due_words
from zhunsheng.apps.inspection.people import INSPECTORS, PLANNERS, READERS
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.selectors import called, unit_names
from zhunsheng.apps.tasks.giving import current
from zhunsheng.apps.tasks.models import Given, Report, Said, Task
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
STATE_TITLES: Final = {
    "own": gettext_noop("待我办"),
    "waiting": gettext_noop("待办"),
    "late": gettext_noop("逾期未报回"),
    "done": gettext_noop("已报回"),
    "confirm": gettext_noop("有问题待确认"),
}
MINE_TO_DO: Final = Q(is_done=False, is_mine=True)
CAUSES: Final = {
    ("plan", "onsite"): gettext_noop("到了计划的周期"),
    ("plan", "online"): gettext_noop("到了计划的周期"),
    ("risk", "onsite"): gettext_noop("本分局风险分最高，一个季度没有检查过"),
    ("risk", "online"): gettext_noop("当周未处理的发现"),
    ("risk", "daily"): gettext_noop("前一工作日以来新受理、新采取措施"),
}
"""Why a task is there that nobody asked for."""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a due time that cannot be computed stands in the order: behind every other."""


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
    doer_number: str
    is_own: bool
    due_at: datetime | None
    due: str
    is_late: bool
    at: datetime
    is_done: bool
    problems: int


def visible(viewer: Viewer) -> QuerySet[Task]:
    """The tasks that a viewer sees: all of them to whoever oversees everywhere, to others those given to them."""
    rows = Task.objects.select_related("by")
    if viewer.roles() & OVERSEERS:
        return rows
    mine = current().filter(task=OuterRef("pk"), officer=viewer.officer or 0)
    return rows.filter(Exists(mine))


def task_listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the tasks: those to be done first, one's own before others', by their due times."""
    columns = (
        Column("kind", _("类别"), sort=("kind", "pk")),
        Column("unit", _("单位"), sort=("unit", "pk")),
        Column("cause", _("来由")),
        Column("doer", _("检查人")),
        Column("at", _("生成"), sort=("at", "pk")),
        Column("due", _("期限"), sort=("last_at", "pk")),
        Column("state", _("状态"), sort=("is_done", "-is_mine", "last_at", "pk")),
    )
    states = _states(viewer, now)
    filters = (
        Filter("kind", _("类别"), lambda value: Q(kind=value), titled(KIND_TITLES)),
        Filter("state", _("状态"), lambda name: states[name], titled(STATE_TITLES)),
        Filter("unit", _("单位"), units.within, choices(_units(viewer))),
        Filter("origin", _("来由"), lambda value: Q(origin=value), titled(ORIGIN_TITLES)),
        *((Filter("doer", _("检查人"), _done_by, hint=_("姓名或警号")),) if viewer.roles() & OVERSEERS else ()),
        filtered(_("生成"), now=now),
        Filter("number", _("编号"), lambda value: Q(pk__icontains=value)),
    )
    return Listing(columns, filters, default_sort="state")


def _states(viewer: Viewer, now: datetime) -> dict[str, Q]:
    to_confirm = unruled().filter(thing__task=OuterRef("pk")).exclude(under_reading(viewer, "thing__case"))
    return {
        "own": MINE_TO_DO,
        "waiting": Q(is_done=False),
        "late": Q(is_done=False, due_at__lte=now),
        "done": Q(is_done=True),
        "confirm": Q(Exists(to_confirm)),
    }


def _units(viewer: Viewer) -> Iterable[tuple[str, str]]:
    # To others tasks are given where they have no stake: outside of the units that they reach.
    if viewer.roles() & OVERSEERS:
        return units.choices(viewer)
    of_tasks = Unit.objects.filter(code__in=visible(viewer).values("unit"))
    return of_tasks.order_by("code").values_list("code", "short_name")


def _done_by(text: str) -> Q:
    return Q(Exists(current().filter(called(text, of="officer__"), task=OuterRef("pk"))))


@dataclass(frozen=True)
class Waiting:
    """Tasks that wait: for their report by the viewer; for a second person who confirms what was found."""

    own: int
    to_confirm: int


def task_page(viewer: Viewer, asked: Asked, *, now: datetime) -> tuple[Page[Task], list[TaskRow], Waiting]:
    """A page of tasks, its rows, and how many of all wait."""
    found = _ordered(viewer)
    page = asked.page(found)
    to_confirm = found.filter(_states(viewer, now)["confirm"]).count()
    counts = Waiting(found.filter(MINE_TO_DO).count(), to_confirm)
    return page, task_rows(page.rows, viewer, now=now), counts


def _ordered(viewer: Viewer) -> QuerySet[Task]:
    """The tasks that a viewer sees, with what they are put in order by."""
    mine = current().filter(task=OuterRef("pk"), officer=viewer.officer or 0)
    return visible(viewer).annotate(
        is_done=Exists(Report.objects.filter(task=OuterRef("pk"))),
        is_mine=Exists(mine),
        last_at=Coalesce("due_at", Value(NEVER)),
    )


def task_rows(tasks: Sequence[Task], viewer: Viewer, *, now: datetime) -> list[TaskRow]:
    """Tasks as the list shows them."""
    doers = {row.task_id: row for row in current().filter(task__in=tasks).select_related("officer")}
    names = unit_names()
    waiting = _problems_by_task(tasks, viewer)
    return [_row(task, doers.get(task.pk), names, waiting.get(task.pk, 0), viewer, now) for task in tasks]


def task_cells(row: TaskRow) -> Iterator[Cell]:
    """One task as it is taken away."""
    yield from (row.number, row.kind_title, row.unit, row.place, row.origin, row.reason, row.doer, row.doer_number)
    yield from (row.at, formats.due_moment(row.due_at), _("已报回") if row.is_done else _("待办"), row.problems)


def _row(
    task: Task, given: Given | None, names: dict[str, str], problems: int, viewer: Viewer, now: datetime
) -> TaskRow:
    is_done, officer = bool(task.is_done), given.officer if given else None  # type: ignore[attr-defined]
    return TaskRow(
        number=task.pk,
        kind=task.kind,
        kind_title=_(KIND_TITLES[task.kind]),
        origin=_(ORIGIN_TITLES[task.origin]),
        unit=names.get(task.unit, task.unit),
        place=task.place,
        reason=cause_of(task),
        doer=officer.name if officer else "",
        doer_number=officer.number if officer else "",
        is_own=officer is not None and officer.pk == viewer.officer,
        due_at=task.due_at,
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
