"""抽查计划: what is to be drawn and what may be said of it; the draw, its record, and the draw again by anybody."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import units
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import assigning, planting, proposals
from zhunsheng.apps.inspection import plans as service
from zhunsheng.apps.inspection.differing import differing
from zhunsheng.apps.inspection.forms import CommitForm, PlanForm, PublishForm
from zhunsheng.apps.inspection.marking import QUARTER
from zhunsheng.apps.inspection.models import Plan
from zhunsheng.apps.inspection.people import PLANNERS, READERS, WITNESSES, officer_behind
from zhunsheng.apps.inspection.plan_list import plan_cells, plan_listing, plan_page_of
from zhunsheng.apps.inspection.plan_page import PICKS, plan_page
from zhunsheng.apps.inspection.refusals import PlanRefused
from zhunsheng.core.inspection.published import RecordRefused, differences

VIEWERS: Final = PLANNERS | WITNESSES
LARGEST: Final = 16 * 1024 * 1024
LONGEST_NUMBER: Final = 24
OFFERED: Final = 50
"""Drawn plans to choose from, the newest; an older one is named by its number."""
JSON: Final = "application/json; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """The plans, and the form of a new one."""
    viewer = viewer_among(request, VIEWERS)
    choices = [(unit.code, unit.short_name) for unit in units.reached(viewer)]
    if request.method != "POST":
        return _listed(request, PlanForm(units=choices) if viewer.roles() & PLANNERS else None)
    form = PlanForm(request.POST, units=choices)
    if form.is_valid():
        who = asking(request)
        try:
            made = service.make(
                service.Wanted(**form.cleaned_data), by=officer_behind(viewer), at=who.now, real_at=who.at
            )
        except PlanRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("inspection:plan", made.pk)
    return _listed(request, form, status=422)


def _listed(request: HttpRequest, form: PlanForm | None, *, status: int = 200) -> HttpResponse:
    viewer, who = viewer_among(request, VIEWERS), asking(request)
    asked = plan_listing(viewer).asked(request.GET)
    page, rows, waiting = plan_page_of(asked)
    known = planting.known_to(viewer)
    record_read(kind="plans", key=asked.address(), detail={"count": len(rows)})
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "waiting": waiting,
        "form": form,
        "again": proposals.repeated_now(who.now),
        "differing": differing(who.now - QUARTER),
        "planted": planting.planted_rows(known) if known else [],
        "sheet": reverse("inspection:plans_sheet"),
        "saved": saved_filters(account=who.account, page="inspection:plans"),
    }
    return render(request, "inspection/plans.html", shown, status=status)


@for_a_purpose(gettext_lazy("抽查计划"), back="inspection:plans")
def plans_sheet(request: HttpRequest) -> HttpResponse:
    """The plans to take away."""
    asked = plan_listing(viewer_among(request, VIEWERS)).whole(request.GET, rows=MOST_ROWS)
    page, rows, _waiting = plan_page_of(asked)
    heads = [_("编号"), _("名称"), _("抽取范围"), _("期间"), _("抽样框件数"), _("抽取件数"), _("已查")]
    heads += [_("这次能下的结论"), _("状态")]
    sheet = Sheet("plans_sheet", "inspection-plans", _("抽查计划"), heads, back="inspection:plans")
    return taken_away(request, sheet, page, (list(plan_cells(row)) for row in rows))


@require_GET
def skeleton(request: HttpRequest, question: str) -> HttpResponse:
    """The draft of a rule for what readers found again and again, as a file."""
    viewer_among(request, PLANNERS)
    draft = proposals.proposed(question, now=asking(request).now)
    if draft is None:
        raise Http404
    record_read(kind="rule_proposed", key=question)
    headers = {"Content-Disposition": f'attachment; filename="{draft.id}.toml"'}
    return HttpResponse(draft.text, content_type="application/toml; charset=utf-8", headers=headers)


@require_GET
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: its claim, its frame, its draw, who reads what, and what was found."""
    return _shown(request, _plan(number))


@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """A witness commits or publishes; the legal department gives the files out."""
    row, viewer, who = _plan(number), viewer_among(request, VIEWERS), asking(request)
    if act == "assign":
        viewer_among(request, PLANNERS)
        if not hasattr(row, "draw"):
            return _shown(request, row, problem=_("还没有抽取，不能分派。"))
        assigning.assign_plan(row, at=who.now)
        return redirect("inspection:plan", number)
    if act not in ACT_FORMS:
        raise Http404
    form = ACT_FORMS[act](request.POST)
    if form.is_valid():
        try:
            _do(act, row, form.cleaned_data["value"], viewer, now=who.now, real_at=who.at)
        except PlanRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("inspection:plan", number)
    return _shown(request, row, form=form, act=act)


ACT_FORMS: Final[dict[str, type[forms.Form]]] = {"commit": CommitForm, "publish": PublishForm}


def _do(act: str, row: Plan, value: str, viewer: Viewer, *, now: datetime, real_at: datetime) -> None:
    by = officer_behind(viewer)
    if act == "commit":
        service.commit(row, value, by=by, at=now, real_at=real_at)
    else:
        service.publish_and_draw(row, value, by=by, at=now, real_at=real_at)


def _plan(number: str) -> Plan:
    row = Plan.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _shown(
    request: HttpRequest, row: Plan, *, form: forms.Form | None = None, act: str = "", problem: str = ""
) -> HttpResponse:
    viewer, who = viewer_among(request, VIEWERS | READERS), asking(request)
    page = plan_page(row, viewer, PICKS.asked(request.GET), real_at=who.at)
    record_read(kind="plan", key=row.pk, detail={"picks": len(page.picks)})
    found: dict[str, Any] = {"plan": page, "problem": problem}
    if page.offers:
        found |= {"act": page.offers, "form": form if act == page.offers else ACT_FORMS[page.offers]()}
        if form is not None and act != page.offers:
            found["problem"] = " ".join(map(str, form.non_field_errors()))
    return render(request, "inspection/plan.html", found, status=422 if form is not None or problem else 200)


@require_GET
def record(request: HttpRequest, number: str) -> HttpResponse:
    """The published record of a draw."""
    viewer_behind(request)
    try:
        text = service.published(_plan(number))
    except PlanRefused as problem:
        raise Http404 from problem
    record_read(kind="draw_record", key=number)
    headers = {"Content-Disposition": f'attachment; filename="draw-{number}.json"'}
    return HttpResponse(text, content_type=JSON, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """抽签验证: draw again from the record of a plan, or from a file that somebody brings."""
    viewer_behind(request)
    drawn = list(Plan.objects.filter(draw__isnull=False).order_by("-at", "-pk")[: OFFERED + 1])
    page: dict[str, Any] = {
        "plans": [(one.pk, one.title) for one in drawn[:OFFERED]],
        "offered": OFFERED if len(drawn) > OFFERED else 0,
        "older": _posted(request, "number"),
        "chosen": _posted(request, "number") or _posted(request, "plan"),
        "asked": False,
    }
    if request.method == "POST":
        page |= _verified(request, page["chosen"])
    record_read(kind="draw_verified", key=page["chosen"] or "?")
    return render(request, "inspection/verify.html", page, status=422 if page.get("problem") else 200)


def _posted(request: HttpRequest, field: str) -> str:
    return request.POST.get(field, "").strip()[:LONGEST_NUMBER]


def _verified(request: HttpRequest, chosen: str) -> dict[str, Any]:
    file = request.FILES.get("file")
    try:
        if file is not None and file.size is not None and file.size <= LARGEST:
            text = file.read().decode("utf-8", "replace")
        elif file is not None:
            return {"problem": _("文件超过 16 MB，请用命令行 zs inspection redraw。")}
        elif chosen:
            row = Plan.objects.filter(pk=chosen).first()
            if row is None:
                return {"problem": _("没有这个编号的抽查计划。请核对编号。")}
            text = service.published(row)
        else:
            return {"problem": _("请选择计划，或选一个抽取记录文件。")}
        found = differences(text)
    except (RecordRefused, PlanRefused) as problem:
        return {"problem": str(problem)}
    return {"asked": True, "differences": found, "at": localtime(asking(request).now)}
