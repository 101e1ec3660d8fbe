"""检查任务: the list, tasks made by hand, plans of tasks."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.inspection import book as sheet_book
from zhunsheng.apps.inspection.people import PLANNERS, officer_behind
from zhunsheng.apps.tasks import book, making
from zhunsheng.apps.tasks.forms import EndForm, NewForm, PlanForm
from zhunsheng.apps.tasks.lists import VIEWERS, plan_rows, task_rows
from zhunsheng.apps.tasks.models import Schedule
from zhunsheng.apps.tasks.refusals import TaskRefused

KINDS: Final = ("onsite", "online", "daily")


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The tasks: those to be done first."""
    viewer, now = viewer_among(request, VIEWERS), asking(request).now
    rows = task_rows(viewer, now=now)
    chosen, only = request.GET.get("kind", ""), request.GET.get("only") == "waiting"
    mine_to_do = [row for row in rows if row.is_own and not row.is_done]
    shown = [row for row in (mine_to_do if only else rows) if chosen not in KINDS or row.kind == chosen]
    record_read(kind="tasks", key=chosen if chosen in KINDS else "all", detail={"count": len(shown)})
    page = {
        "rows": shown,
        "waiting": len(mine_to_do),
        "chosen": chosen if chosen in KINDS else "",
        "only": only,
        "may_make": bool(viewer.roles() & PLANNERS),
    }
    return render(request, "tasks/mine.html", page)


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
    """任务计划: what units get again and again, and the form of a new one."""
    viewer = viewer_among(request, PLANNERS)
    form = PlanForm(request.POST or None, units=_units(), sheets=_sheets())

    def make() -> None:
        making.plan(**form.cleaned_data, by=officer_behind(viewer), at=asking(request).now)

    if request.method == "POST" and form.is_valid() and _done(form, make):
        return redirect("tasks:schedules")
    return _planned(request, form)


@require_POST
def end(request: HttpRequest, schedule: int) -> HttpResponse:
    """End a plan before its day."""
    viewer = viewer_among(request, PLANNERS)
    row = Schedule.objects.filter(pk=schedule).first()
    if row is None:
        raise Http404
    form = EndForm(request.POST)

    def finish() -> None:
        making.end_plan(row, reason=form.cleaned_data["reason"], by=officer_behind(viewer), at=asking(request).now)

    if form.is_valid() and _done(form, finish):
        return redirect("tasks:schedules")
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
    rows = plan_rows(now=asking(request).now)
    running, only = [row for row in rows if row.runs], request.GET.get("only") == "running"
    record_read(kind="task_plans", key="all", detail={"count": len(rows)})
    page: dict[str, Any] = {"rows": running if only else rows, "running": len(running), "only": only}
    page |= {"form": form, "problem": problem}
    return render(request, "tasks/schedules.html", page, status=422 if form.errors or problem else 200)


def _units() -> list[tuple[str, str]]:
    return [(unit.code, unit.short_name) for unit in making.stations()]


def _sheets() -> list[tuple[str, str]]:
    titles = {sheet.id: sheet.title for sheet in sheet_book.sheets()}
    return [(name, titles[name]) for name in book.terms().sheets]
