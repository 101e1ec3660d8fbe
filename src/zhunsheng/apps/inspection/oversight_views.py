"""督察指标: who watches is watched; alarms, 核查单 and their answers. Looking is recorded, and nothing here accuses."""

from contextlib import nullcontext
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.inspection import planting, watching
from zhunsheng.apps.inspection.counting import COUNTED
from zhunsheng.apps.inspection.forms import JudgeForm, WordsForm
from zhunsheng.apps.inspection.keeping import month_before
from zhunsheng.apps.inspection.models import Alarm
from zhunsheng.apps.inspection.people import HEADS, INSPECTORS, OVERSIGHT, leads, officer_behind
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.apps.inspection.refusals import CheckRefused
from zhunsheng.apps.org.models import Unit

TITLES: Final = {
    "silences": gettext_noop("静默与稍后提醒"),
    "false_granted": gettext_noop("裁定误报成立"),
    "exceptions": gettext_noop("引用例外结案"),
    "withdrawn": gettext_noop("因补录更正撤回的发现"),
    "late_entry": gettext_noop("补录超过24小时"),
    "back_dated": gettext_noop("红色之后倒签"),
    "record_changed": gettext_noop("改动记录"),
    "case_lowered": gettext_noop("案件降类或并案"),
    "draws_voided": gettext_noop("抽取作废"),
    "reassigned": gettext_noop("更换阅卷人"),
    "cards_eased": gettext_noop("退回未升红或当日销号"),
    "points_by_hand": gettext_noop("手工积分、恢复与工作日变更"),
    "looks": gettext_noop("被拒绝的查阅与导出"),
    "rules_off": gettext_noop("停用规则或静默规则"),
    "quiet": gettext_noop("安静得不正常"),
}
STEP_TITLES: Final = {
    "opened": gettext_noop("发出核查单"),
    "answered": gettext_noop("已答复"),
    "judged": gettext_noop("已核实"),
}


@require_GET
def oversight(request: HttpRequest) -> HttpResponse:
    """The alarms; for discipline inspection also every count of the month."""
    viewer, now = viewer_among(request, OVERSIGHT), asking(request).now
    names = dict(Unit.objects.values_list("code", "short_name"))
    alarms = [_alarm(row, names) for row in _visible(viewer)]
    waiting, only = [row for row in alarms if row["state"] != "judged"], request.GET.get("only") == "waiting"
    page: dict[str, Any] = {"alarms": waiting if only else alarms, "waiting": len(waiting), "only": only}
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
    record_read(kind="oversight", key="alarms", detail={"count": len(alarms)})
    return render(request, "inspection/oversight.html", page)


def _visible(viewer: Viewer) -> list[Alarm]:
    rows = list(Alarm.objects.prefetch_related("steps").order_by("-at", "-pk")[:200])
    if viewer.roles() & INSPECTORS:
        return rows
    below = {standing.unit for standing in viewer.standings if standing.role in HEADS}
    units = below.union(*(viewer.below(unit) for unit in below))
    # A unit learns of an alarm when it is asked about it.
    return [row for row in rows if row.unit in units and any(step.act == "opened" for step in row.steps.all())]


def _alarm(row: Alarm, names: dict[str, str]) -> dict[str, Any]:
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    state = steps[-1].act if steps else ""
    return {
        "id": row.pk,
        "indicator": row.indicator,
        "unit_code": row.unit,
        "is_listed": row.indicator in COUNTED,
        "title": _(TITLES[row.indicator]),
        "unit": names.get(row.unit, row.unit),
        "month": row.month,
        "found": row.found,
        "expected": row.expected,
        "limit": row.limit,
        "at": row.at,
        "state": state,
        "state_title": _(STEP_TITLES[state]) if state else "",
        "due_at": watching.due_of(row) if state == "opened" else None,
    }


@require_GET
def behind(request: HttpRequest, indicator: str, unit: str, month: str) -> HttpResponse:
    """明细: what was counted, one by one. A head sees what he was asked about, as far as its cases are his to see."""
    viewer = viewer_among(request, OVERSIGHT)
    first = _month(month)
    if first is None or indicator not in COUNTED:
        raise Http404
    alarm = next(
        (row for row in _visible(viewer) if (row.indicator, row.unit, row.month) == (indicator, unit, first)), None
    )
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
    row = next((one for one in _visible(viewer) if one.pk == alarm), None)
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
    names = dict(Unit.objects.values_list("code", "short_name"))
    steps = [(_(STEP_TITLES[step.act]), step) for step in row.steps.select_related("by").order_by("pk")]
    record_read(kind="check", key=str(alarm), detail={"unit": row.unit})
    page = {"alarm": _alarm(row, names), "steps": steps, "offered": offered, "form": form, "now": now}
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
