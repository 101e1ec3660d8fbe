"""The lists around reading: one's own files, problems that wait for a second person, sheets that are out."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.inspection import book
from zhunsheng.apps.inspection.lists import (
    Problem,
    current_assignments,
    files_waiting,
    problems_to_confirm,
    problems_waiting,
    readings_out,
)
from zhunsheng.apps.inspection.models import Assigned, Submission
from zhunsheng.apps.inspection.plan_page import ROUND_TITLES
from zhunsheng.apps.inspection.planting import taken_back
from zhunsheng.apps.inspection.sheet_page import (
    ANSWER_TITLES,
    STREAM_TITLES,
    OutRow,
    ProblemRow,
    TaskRow,
    out_rows,
    problem_rows,
    task_rows,
)
from zhunsheng.apps.org.selectors import called
from zhunsheng.core.inspection.sheets import FAULTS


def task_listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of one's own files: those that are not handed in first, the oldest of these first."""
    states = [("waiting", _("待查")), ("done", _("已提交"))]
    columns = (
        Column("case", _("案件"), sort=("pick__case", "pk")),
        Column("unit", _("单位")),
        Column("stream", _("来源")),
        Column("round", _("轮次")),
        Column("at", _("分派"), sort=("at", "pk")),
        Column("state", _("状态"), sort=("is_done", "at", "pk")),
    )
    filters = (
        Filter("state", _("状态"), _in_state, choices(states)),
        *_of_files(viewer),
        filtered(_("分派"), now=now),
    )
    return Listing(columns, filters, default_sort="state")


def _in_state(value: str) -> Q:
    return Q(is_done=True) if value == "done" else Q(is_done=False) & ~Q(pick__in=taken_back())


def _of_files(viewer: Viewer) -> tuple[Filter, ...]:
    """What both lists of readings are filtered by: the file, never what only a case of the register has, for there a
    planted file is none."""
    streams, rounds = ([(name, _(title)) for name, title in titles.items()] for titles in (STREAM_TITLES, ROUND_TITLES))
    return (
        Filter("unit", _("单位"), partial(units.within, column="pick__unit"), choices(units.choices(viewer))),
        Filter("stream", _("来源"), lambda value: Q(pick__stream=value), choices(streams)),
        Filter("round", _("轮次"), lambda value: Q(round=value), choices(rounds)),
        Filter("case", _("案件编号"), lambda value: Q(pick__case__icontains=value)),
    )


def task_page(viewer: Viewer, asked: Asked) -> tuple[Page[Assigned], list[TaskRow], int]:
    """A page of one's own files, its rows, and how many of all are still to be read."""
    handed_in = Submission.objects.filter(assigned=OuterRef("pk"))
    found: QuerySet[Assigned] = current_assignments(viewer).annotate(is_done=Exists(handed_in))
    page = asked.page(found)
    return page, task_rows(page.rows), files_waiting(viewer)


def task_cells(row: TaskRow) -> Iterator[Cell]:
    """One file as it is taken away."""
    yield from (row.case, row.case_title, row.unit, row.stream, row.round, row.at)
    yield _("已收回") if row.is_taken_back else _("已提交") if row.is_done else _("待查")


def problem_listing(viewer: Viewer) -> Listing:
    """Filters of the problems, which are answered in their order: what was found first comes first."""
    columns = (Column("at", _("发现"), sort=("at", "id")),)
    answers = [(name, _(ANSWER_TITLES[name])) for name in ANSWER_TITLES if name in FAULTS]
    questions = sorted((name, f"{name} {question.text}") for name, (_sheet, question) in book.questions().items())
    filters = (
        Filter("unit", _("单位"), _left_to_the_database, choices(units.choices(viewer))),
        Filter("answer", _("回答"), _left_to_the_database, choices(answers)),
        Filter("question", _("评查项"), _left_to_the_database, choices(questions)),
        Filter("case", _("案件编号"), _left_to_the_database),
    )
    return Listing(columns, filters, default_sort="at")


def _left_to_the_database(_value: str) -> Q:
    """No condition of ours: `zs_problems_waiting` has it."""
    return Q()


def problem_page(viewer: Viewer, asked: Asked) -> tuple[Page[Problem], list[ProblemRow], int]:
    """A page of problems, its rows, and how many wait in all."""
    page = asked.found(partial(problems_to_confirm, viewer, asked.values))
    return page, problem_rows(page.rows), problems_waiting(viewer)


def problem_cells(row: ProblemRow) -> Iterator[Cell]:
    """One problem as it is taken away."""
    yield from (row.case, row.unit, row.question, row.answer, row.note, row.page, row.basis, row.responsible)
    yield from (row.reader, row.at)


def out_listing(viewer: Viewer) -> Listing:
    """Columns and filters of the sheets that are out: those that were given out longest ago first."""
    columns = (
        Column("case", _("案件"), sort=("pick__case", "pk")),
        Column("unit", _("单位")),
        Column("stream", _("来源")),
        Column("round", _("轮次")),
        Column("reader", _("阅卷人")),
        Column("at", _("分派"), sort=("at", "pk")),
    )
    filters = (
        *_of_files(viewer),
        Filter("reader", _("阅卷人"), partial(called, of="reader__"), hint=_("姓名或警号")),
        Filter("plan", _("计划编号"), lambda value: Q(pick__plan__icontains=value)),
    )
    return Listing(columns, filters, default_sort="at")


def out_page(asked: Asked) -> tuple[Page[Assigned], list[OutRow], int]:
    """A page of the sheets that are out, its rows, and how many there are in all."""
    found = readings_out()
    page = asked.page(found)
    return page, out_rows(page.rows), found.count()


def out_cells(row: OutRow) -> Iterator[Cell]:
    """One sheet that is out as it is taken away."""
    yield from (row.case, row.plan, row.unit, row.stream, row.round, row.reader, row.number, row.at)
