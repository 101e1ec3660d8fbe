"""督察指标: who watches is watched; alarms, 核查单 and their answers. Looking is recorded, and nothing here accuses."""

from contextlib import nullcontext
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import planting, watching
from zhunsheng.apps.inspection.alarm_list import (
    STEP_TITLES,
    TITLES,
    alarm_cells,
    alarm_listing,
    alarm_page,
    alarm_row,
    visible_alarms,
)
from zhunsheng.apps.inspection.counting import COUNTED
from zhunsheng.apps.inspection.forms import JudgeForm, WordsForm
from zhunsheng.apps.inspection.keeping import month_before
from zhunsheng.apps.inspection.models import Alarm
from zhunsheng.apps.inspection.people import INSPECTORS, OVERSIGHT, leads, officer_behind
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.apps.inspection.refusals import CheckRefused
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.selectors import unit_names


@require_GET
def oversight(request: HttpRequest) -> HttpResponse:
    """The alarms; for discipline inspection also every count of the month."""
    viewer, who = viewer_among(request, OVERSIGHT), asking(request)
    now, names = who.now, unit_names()
    asked = alarm_listing(viewer).asked(request.GET)
    found, alarms, waiting = alarm_page(viewer, asked, names)
    page: dict[str, Any] = {
        "page": found,
        "alarms": alarms,
        "asked": asked,
        "waiting": waiting,
        "sheet": reverse("inspection:oversight_sheet"),
        "saved": saved_filters(account=who.account, page="inspection:oversight"),
    }
    if viewer.roles() & INSPECTORS:
        month = month_before(localdate(now))
        with whole():
            seen, quiet = watching.indicators(month), watching.quiet_units(now)
            silent = watching.silent_rules(now)
            precise = watching.precision()
            detected, planted = planting.found_by_readers(), planting.planted_rows()
        page |= {
            "month": month,
            "until": watching.indicators_until(month),
            "seen": [(one, _(TITLES[one.indicator]), names.get(one.unit, one.unit)) for one in seen],
            "quiet": [(one, names.get(one.unit, one.unit)) for one in quiet],
            "silent": silent,
            "detected": detected,
            "planted": planted,
            "still_to_plant": planting.still_to_plant(),
            "precision": [(_(TITLES[name]), *figures) for name, figures in sorted(precise.items())],
        }
    record_read(kind="oversight", key=asked.address(), detail={"count": len(alarms)})
    return render(request, "inspection/oversight.html", page)


@for_a_purpose(gettext_lazy("报警和核查单"), back="inspection:oversight")
def oversight_sheet(request: HttpRequest) -> HttpResponse:
    """The alarms to take away."""
    viewer = viewer_among(request, OVERSIGHT)
    asked = alarm_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    page, alarms, _waiting = alarm_page(viewer, asked, unit_names())
    heads = [_("指标"), _("单位"), _("月份"), _("次数"), _("应有"), _("报警线"), _("报警"), _("状态")]
    sheet = Sheet("oversight_sheet", "oversight-alarms", _("报警和核查单"), heads, back="inspection:oversight")
    return taken_away(request, sheet, page, (list(alarm_cells(row)) for row in alarms))


@require_GET
def behind(request: HttpRequest, indicator: str, unit: str, month: str) -> HttpResponse:
    """明细: what was counted, one by one. A head sees what he was asked about, as far as its cases are his to see."""
    viewer = viewer_among(request, OVERSIGHT)
    first = _month(month)
    if first is None or indicator not in COUNTED:
        raise Http404
    alarm = visible_alarms(viewer).filter(indicator=indicator, unit=unit, month=first).first()
    sees_all = bool(viewer.roles() & INSPECTORS)
    if not sees_all and alarm is None:
        raise Http404
    with whole() if sees_all else nullcontext():
        rows = watching.behind(indicator, unit, first)
    may_open = set(
        visible_cases(viewer, Action.CASE_READ)
        .filter(pk__in={about for _at, about in rows})
        .values_list("pk", flat=True)
    )
    record_read(kind="oversight_counted", key=f"{indicator}/{unit}/{month}", detail={"count": len(rows)})
    page = {
        "title": _(TITLES[indicator]),
        "unit": Unit.objects.filter(pk=unit).values_list("short_name", flat=True).first() or unit,
        "month": first,
        "rows": [(at, about, about in may_open) for at, about in rows],
        "alarm": alarm,
        "differs": alarm is not None and alarm.found != len(rows),
    }
    return render(request, "inspection/behind.html", page)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, alarm: int) -> HttpResponse:
    """One alarm and its 核查单: sent, answered with facts, judged."""
    viewer, now = viewer_among(request, OVERSIGHT), asking(request).now
    row = visible_alarms(viewer).filter(pk=alarm).first()
    if row is None:
        raise Http404
    offered = _offered(viewer, row, request)
    form = (JudgeForm if offered == "judge" else WordsForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _do(offered, row, form.cleaned_data, request)
        except CheckRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("inspection:check", alarm)
    steps = [(_(STEP_TITLES[step.act]), step) for step in row.steps.select_related("by").order_by("pk")]
    record_read(kind="check", key=str(alarm), detail={"unit": row.unit})
    shown = alarm_row(row, unit_names())
    due_at = watching.due_of(row) if shown.state == "opened" else None
    page = {"alarm": shown, "due_at": due_at, "steps": steps, "offered": offered, "form": form, "now": now}
    return render(request, "inspection/check.html", page, status=422 if request.method == "POST" else 200)


def _offered(viewer: Viewer, row: Alarm, request: HttpRequest) -> str:
    """open, answer or judge: the next step, if it is the viewer's."""
    done = {step.act for step in row.steps.all()}
    if viewer.roles() & INSPECTORS:
        return "open" if not done else "judge" if "answered" in done and "judged" not in done else ""
    is_his = leads(officer_behind(viewer), row.unit, on=localdate(asking(request).now))
    return "answer" if is_his and done == {"opened"} else ""


def _do(offered: str, row: Alarm, said: dict[str, Any], request: HttpRequest) -> None:
    by, at = officer_behind(viewer_among(request, OVERSIGHT)), asking(request).now
    if offered == "open":
        watching.open_check(row, by=by, text=said["reason"], at=at)
    elif offered == "answer":
        watching.answer_check(row, by=by, text=said["reason"], at=at)
    elif offered == "judge":
        watching.judge_check(row, by=by, text=said["reason"], valid=said["verdict"] == "yes", at=at)
    else:
        raise CheckRefused(why=_("现在没有要您办的步骤。"))
