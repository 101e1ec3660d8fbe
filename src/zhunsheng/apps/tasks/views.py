"""检查任务: the list, tasks made by hand, plans of tasks."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import book as sheet_book
from zhunsheng.apps.inspection.people import PLANNERS, officer_behind
from zhunsheng.apps.tasks import book, making
from zhunsheng.apps.tasks.forms import EndForm, NewForm, PlanForm
from zhunsheng.apps.tasks.lists import KIND_TITLES, VIEWERS, task_cells, task_listing, task_page
from zhunsheng.apps.tasks.models import Schedule
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.apps.tasks.schedule_list import schedule_cells, schedule_listing, schedule_page


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The tasks: those to be done first."""
    viewer, who = viewer_among(request, VIEWERS), asking(request)
    asked = task_listing(viewer, now=who.now).asked(request.GET)
    page, rows, waiting = task_page(viewer, asked, now=who.now)
    record_read(kind="tasks", key=asked.address(), detail={"count": len(rows)})
    kinds = [("", _("全部")), *((name, _(title)) for name, title in KIND_TITLES.items())]
    chosen = asked.values.get("kind", "")
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "waiting": waiting,
        "kinds": [(asked.address(kind=name), title, name == chosen) for name, title in kinds],
        "may_make": bool(viewer.roles() & PLANNERS),
        "sheet": reverse("tasks:mine_sheet"),
        "saved": saved_filters(account=who.account, page="tasks:mine"),
    }
    return render(request, "tasks/mine.html", shown)


@for_a_purpose(gettext_lazy("检查任务"), back="tasks:mine")
def mine_sheet(request: HttpRequest) -> HttpResponse:
    """The tasks to take away."""
    viewer, now = viewer_among(request, VIEWERS), asking(request).now
    asked = task_listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    page, rows, _waiting = task_page(viewer, asked, now=now)
    heads = [_("编号"), _("类别"), _("单位"), _("场所"), _("来由"), _("原因"), _("检查人"), _("警号"), _("生成")]
    heads += [_("期限"), _("状态"), _("待确认")]
    sheet = Sheet("checks_sheet", "check-tasks", _("检查任务"), heads, back="tasks:mine")
    return taken_away(request, sheet, page, (list(task_cells(row)) for row in rows))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """指派: a task by hand, with the reason for it."""
    viewer = viewer_among(request, PLANNERS)
    form = NewForm(request.POST or None, units=_units(), sheets=_sheets())
    if request.method == "POST" and form.is_valid():
        try:
            made = making.by_hand(**form.cleaned_data, by=officer_behind(viewer), at=asking(request).now)
        except TaskRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("tasks:task", made.pk)
    return render(request, "tasks/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def schedules(request: HttpRequest) -> HttpResponse:
    """任务计划: what units get again and again, the form of a new one, and the end of one before its day."""
    viewer, now = viewer_among(request, PLANNERS), asking(request).now
    if request.method == "POST" and "schedule" in request.POST:
        return _ended(request)
    form = PlanForm(request.POST or None, units=_units(), sheets=_sheets())

    def make() -> None:
        making.plan(**form.cleaned_data, by=officer_behind(viewer), at=now)

    if request.method == "POST" and form.is_valid() and _done(form, make):
        return redirect("tasks:schedules")
    return _planned(request, form)


def _ended(request: HttpRequest) -> HttpResponse:
    """End a plan of the list, and come back to where it was."""
    viewer, now, form = viewer_among(request, PLANNERS), asking(request).now, EndForm(request.POST)

    def finish() -> None:
        row = Schedule.objects.filter(pk=form.cleaned_data["schedule"]).first()
        if row is None:
            raise Http404
        making.end_plan(row, reason=form.cleaned_data["reason"], by=officer_behind(viewer), at=now)

    if form.is_valid() and _done(form, finish):
        return redirect(reverse("tasks:schedules") + schedule_listing(viewer, now=now).asked(request.GET).here())
    problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return _planned(request, PlanForm(units=_units(), sheets=_sheets()), problem=problem)


def _done(form: forms.Form, act: Callable[[], None]) -> bool:
    try:
        act()
    except TaskRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True


def _planned(request: HttpRequest, form: PlanForm, *, problem: str = "") -> HttpResponse:
    viewer, who = viewer_among(request, PLANNERS), asking(request)
    asked = schedule_listing(viewer, now=who.now).asked(request.GET)
    page, rows, running = schedule_page(asked, now=who.now)
    record_read(kind="task_plans", key=asked.address(), detail={"count": len(rows)})
    shown: dict[str, Any] = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "running": running,
        "form": form,
        "problem": problem,
        "here": reverse("tasks:schedules") + asked.here(),
        "sheet": reverse("tasks:schedules_sheet"),
        "saved": saved_filters(account=who.account, page="tasks:schedules"),
    }
    return render(request, "tasks/schedules.html", shown, status=422 if form.errors or problem else 200)


@for_a_purpose(gettext_lazy("任务计划"), back="tasks:schedules")
def schedules_sheet(request: HttpRequest) -> HttpResponse:
    """The plans of tasks to take away."""
    viewer, now = viewer_among(request, PLANNERS), asking(request).now
    asked = schedule_listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    page, rows, _running = schedule_page(asked, now=now)
    heads = [_("类别"), _("单位"), _("周期"), _("起"), _("止（不含）"), _("状态"), _("终止原因")]
    sheet = Sheet("schedules_sheet", "task-plans", _("任务计划"), heads, back="tasks:schedules")
    return taken_away(request, sheet, page, (list(schedule_cells(row)) for row in rows))


def _units() -> list[tuple[str, str]]:
    return [(unit.code, unit.short_name) for unit in making.stations()]


def _sheets() -> list[tuple[str, str]]:
    titles = {sheet.id: sheet.title for sheet in sheet_book.sheets()}
    return [(name, titles[name]) for name in book.terms().sheets]
