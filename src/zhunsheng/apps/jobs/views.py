"""我的任务: what was given, how far it is, what came of it."""

from pathlib import Path
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import PurposeForm, Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection.proposals import proposed
from zhunsheng.apps.jobs import job_list, services
from zhunsheng.apps.jobs.forms import TABLES, TableForm
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.org.importing import KINDS
from zhunsheng.apps.points.policies import files
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.drafts import keep_check
from zhunsheng.apps.rulemaking.forms import TryForm
from zhunsheng.apps.rulemaking.trying import NotUnderstood, period_of

LISTS: Final = {"running": "desk:cases", "all": "desk:all_cases"}
LONGEST_QUERY: Final = 1000
MEDIA_TYPES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's own tasks; by htmx the rows alone, for as long as one of them is not over."""
    viewer, asked = viewer_behind(request), job_list.listing().asked(request.GET)
    found = asked.page(services.jobs_of(viewer))
    services.look_at(found.rows)
    record_read(kind="jobs", key=viewer.account, detail={"count": len(found.rows)})
    page = {"page": found, "asked": asked, "moves": any(job.is_open for job in found.rows)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "jobs/_rows.html", page)
    beside = {
        "open": services.unfinished(viewer),
        "sheet": reverse("jobs:mine_sheet"),
        "saved": saved_filters(account=asking(request).account, page="jobs:mine"),
    }
    return render(request, "jobs/mine.html", page | beside)


@for_a_purpose(gettext_lazy("我的任务"), back="jobs:mine")
def mine_sheet(request: HttpRequest) -> HttpResponse:
    """One's own tasks to take away; what they made is taken away by itself."""
    asked = job_list.listing().whole(request.GET, rows=MOST_ROWS)
    page = asked.page(services.jobs_of(viewer_behind(request)))
    heads = [_("任务"), _("提交"), _("状态"), _("结束"), _("已处理"), _("共"), _("没有处理的")]
    sheet = Sheet("jobs_sheet", "tasks", _("我的任务"), heads, back="jobs:mine")
    return taken_away(request, sheet, page, (list(job_list.cells(job)) for job in page.rows))


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Give the cards of a list of cases to be made."""
    kind, view, query = (request.POST.get(name, "") for name in ("kind", "view", "query"))
    if kind != Job.Kind.CARDS or view not in LISTS or len(query) > LONGEST_QUERY:
        raise Http404
    try:
        _give(request, kind=kind, asked={"view": view, "query": query})
    except DomainError as problem:
        back = reverse("jobs:mine")
        return render(request, "access/refused.html", {"problem": str(problem), "back": back}, status=422)
    return redirect("jobs:mine")


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, view: str) -> HttpResponse:
    """Give a list of cases to be exported, as long as it is; the purpose goes with the task into the log."""
    query = request.GET.get("query", "")
    if view not in LISTS or len(query) > LONGEST_QUERY:
        raise Http404
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _give(request, kind=Job.Kind.CASES_SHEET, asked={"view": view, "query": query, **form.cleaned_data})
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("jobs:mine")
    page = {"form": form, "title": _("案件"), "back": f"{reverse(LISTS[view])}{query}"}
    return render(request, "access/export.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest) -> HttpResponse:
    """Give a table of the organisation to be imported."""
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        asked = {"table": form.cleaned_data["table"], "file": f"table{Path(file.name).suffix.lower()}"}
        try:
            _give(request, kind=Job.Kind.ORG_TABLE, asked=asked, table=file)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("jobs:mine")
    columns = [(title, "、".join(KINDS[name].columns)) for name, title in TABLES]
    page = {"form": form, "columns": columns}
    return render(request, "jobs/table.html", page, status=422 if form.errors else 200)


@require_POST
def check_policy(request: HttpRequest) -> HttpResponse:
    """Give the nudge test and the simulator on a policy file of the rulebook."""
    file = request.POST.get("file", "")
    if "legal_department" not in viewer_behind(request).roles() or file not in {one.name for one in files()}:
        raise Http404
    try:
        _give(request, kind=Job.Kind.POINTS_CHECK, asked={"file": file})
    except DomainError as problem:
        back = reverse("jobs:mine")
        return render(request, "access/refused.html", {"problem": str(problem), "back": back}, status=422)
    return redirect("jobs:mine")


@require_POST
def try_rule(request: HttpRequest) -> HttpResponse:
    """Give the back-test of a rule's draft."""
    form, rule = TryForm(request.POST), request.POST.get("rule", "")
    back = reverse("rulemaking:edit", args=[rule]) if rule and "/" not in rule else reverse("desk:rules")
    try:
        if not form.is_valid():
            raise NotUnderstood(why=_first_problem(form))
        asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
        period_of(asked, settings.TIME_ZONE)
        _give(request, kind=Job.Kind.RULE_TRIAL, asked={"rule": rule, **asked})
    except DomainError as problem:
        return render(request, "access/refused.html", {"problem": str(problem), "back": back}, status=422)
    return redirect("jobs:mine")


def _first_problem(form: TryForm) -> str:
    name, problems = next(iter(form.errors.items()))
    return f"{form.fields[name].label}：{problems[0]}" if name in form.fields else str(problems[0])


@require_POST
def propose_rule(request: HttpRequest) -> HttpResponse:
    """Give the proposal of a rule's draft: what it would change now is counted first."""
    rule = request.POST.get("rule", "")
    try:
        _give(request, kind=Job.Kind.RULE_PROPOSAL, asked={"rule": rule})
    except DomainError as problem:
        page = {"problem": str(problem), "back": reverse("jobs:mine")}
        return render(request, "access/refused.html", page, status=422)
    return redirect("jobs:mine")


@require_POST
def draft_rule(request: HttpRequest) -> HttpResponse:
    """Take the rule that inspection proposes for what readers found again and again among the drafts."""
    viewer, now = viewer_behind(request), asking(request).now
    draft = proposed(request.POST.get("question", ""), now=now)
    if draft is None:
        raise Http404
    try:
        keep_check(draft.id, draft.path, draft.text, by=viewer.account, at=now)
    except DomainError as problem:
        page = {"problem": str(problem), "back": reverse("inspection:plans")}
        return render(request, "access/refused.html", page, status=422)
    return redirect("rulemaking:releases")


@require_POST
def cancel(request: HttpRequest, job: UUID) -> HttpResponse:
    """End a task before its end."""
    try:
        services.cancel(viewer_behind(request), job=job, real_at=asking(request).at)
    except services.JobNotThere as problem:
        raise Http404 from problem
    except DomainError as problem:
        page = {"problem": str(problem), "back": reverse("jobs:mine")}
        return render(request, "access/refused.html", page, status=422)
    return redirect("jobs:mine")


@require_GET
def result(request: HttpRequest, job: UUID) -> HttpResponse:
    """The file that a task made."""
    try:
        found, content = services.result_of(viewer_behind(request), job=job)
    except services.JobNotThere as problem:
        raise Http404 from problem
    headers = {"Content-Disposition": f'attachment; filename="{found.result}"'}
    return HttpResponse(content, content_type=MEDIA_TYPES[Path(found.result).suffix], headers=headers)


def _give(request: HttpRequest, *, kind: str, asked: dict[str, str], table: IO[bytes] | None = None) -> None:
    services.give(
        viewer_behind(request),
        kind=kind,
        asked=asked,
        language=get_language() or "zh-hans",
        at=asking(request).now,
        table=table,
    )
