"""评查表: the files that a reader has, one of them beside its dossier, and problems that a second person confirms."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.dossiers import DossierNotVisible, OpenDossier, open_dossier
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import reading, reading_lists
from zhunsheng.apps.inspection.forms import CARE_TITLES, AnswerForm, ConfirmForm
from zhunsheng.apps.inspection.lists import confirmable, current_assignments
from zhunsheng.apps.inspection.models import Assigned
from zhunsheng.apps.inspection.people import READERS, officer_behind
from zhunsheng.apps.inspection.planting import taken_back
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.sheet_page import sheet_page
from zhunsheng.core.inspection.sheets import Answer as Said


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """阅卷任务: those that are not handed in first."""
    viewer, who = viewer_among(request, READERS), asking(request)
    asked = reading_lists.task_listing(viewer, now=who.now).asked(request.GET)
    page, rows, waiting = reading_lists.task_page(viewer, asked)
    record_read(kind="reading_tasks", key=asked.address(), detail={"count": len(rows)})
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "waiting": waiting,
        "sheet": reverse("inspection:tasks_sheet"),
        "saved": saved_filters(account=who.account, page="inspection:tasks"),
    }
    return render(request, "inspection/tasks.html", shown)


@for_a_purpose(gettext_lazy("阅卷任务"), back="inspection:tasks")
def tasks_sheet(request: HttpRequest) -> HttpResponse:
    """One's own files to take away."""
    viewer = viewer_among(request, READERS)
    asked = reading_lists.task_listing(viewer, now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    page, rows, _waiting = reading_lists.task_page(viewer, asked)
    heads = [_("案件编号"), _("案件名称"), _("单位"), _("来源"), _("轮次"), _("分派"), _("状态")]
    sheet = Sheet("tasks_sheet", "reading-tasks", _("阅卷任务"), heads, back="inspection:tasks")
    return taken_away(request, sheet, page, (list(reading_lists.task_cells(row)) for row in rows))


@require_GET
def sheet(request: HttpRequest, assigned: int) -> HttpResponse:
    """The questions to a file, beside its dossier."""
    return _shown(request, _row(request, assigned))


@require_POST
def answer(request: HttpRequest, assigned: int) -> HttpResponse:
    """One answer; with a script only its question is given back."""
    row, who = _row(request, assigned), asking(request)
    question, form = request.POST.get("question", ""), AnswerForm(request.POST)
    problem = ""
    if form.is_valid():
        try:
            said = Said(question=question, **form.cleaned_data)
            reading.answer(row, said, by=officer_behind(viewer_among(request, READERS)), at=who.now)
        except ReadingRefused as refused:
            problem = str(refused)
    else:
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return _shown(request, row, question=question, problem=problem)


@require_POST
def submit(request: HttpRequest, assigned: int) -> HttpResponse:
    """Hand the sheet in, or say that the file is not there."""
    row, who = _row(request, assigned), asking(request)
    by = officer_behind(viewer_among(request, READERS))
    try:
        if request.POST.get("missing"):
            note, responsible = request.POST.get("note", ""), request.POST.get("responsible", "")
            reading.report_missing(row, note=note, responsible=responsible, by=by, at=who.now)
        else:
            reading.submit(row, by=by, at=who.now)
    except ReadingRefused as problem:
        return _shown(request, row, problem=str(problem))
    return redirect("inspection:tasks")


def _row(request: HttpRequest, assigned: int) -> Assigned:
    viewer = viewer_among(request, READERS)
    row = current_assignments(viewer).filter(pk=assigned).first()
    if row is None:
        raise Http404
    return row


def _shown(request: HttpRequest, row: Assigned, *, question: str = "", problem: str = "") -> HttpResponse:
    viewer, now = viewer_among(request, READERS), asking(request).now
    if row.pick_id in taken_back():
        return render(request, "inspection/taken_back.html", {"case": row.pick.case}, status=422 if problem else 200)
    page = sheet_page(row, at=now, posted=request.POST.dict() if problem and question else None)
    asked = request.POST.get("leaf") or request.GET.get("page", "")
    place = int(asked) if asked.isascii() and asked.isdigit() else 1
    found: dict[str, Any] = {"sheet": page, "dossier": None, "question": question, "problem": problem, "leaf": place}
    if request.headers.get("HX-Request") == "true" and question:
        found |= {"one": page.question(question), "oob": True}
        return render(request, "inspection/_question.html", found, status=422 if problem else 200)
    found["dossier"] = _dossier(request, row.pick.case, place)
    del viewer
    record_read(kind="sheet", key=str(row.pk), detail={"case": row.pick.case})
    return render(request, "inspection/sheet.html", found, status=422 if problem else 200)


def _dossier(request: HttpRequest, case: str, place: int) -> OpenDossier | None:
    known = reading.dossier_of(case)
    if known is None:
        return None
    try:
        return open_dossier(viewer_among(request, READERS), code=known.pk, place=place)
    except DossierNotVisible:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def problems(request: HttpRequest) -> HttpResponse:
    """问题确认: problems that another reader found; confirmed, each becomes a card."""
    viewer = viewer_among(request, READERS)
    asked = reading_lists.problem_listing(viewer).asked(request.GET)
    problem, here = "", reverse("inspection:problems") + asked.here()
    if request.method == "POST":
        problem = _confirmed(request, viewer)
        if not problem:
            return redirect(here)
    page, rows, waiting = reading_lists.problem_page(viewer, asked)
    record_read(kind="problems", key=asked.address(), detail={"count": len(rows)})
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "waiting": waiting,
        "problem": problem,
        "cares": CARE_TITLES,
        "here": here,
        "sheet": reverse("inspection:problems_sheet"),
        "saved": saved_filters(account=asking(request).account, page="inspection:problems"),
    }
    return render(request, "inspection/problems.html", shown, status=422 if problem else 200)


def _confirmed(request: HttpRequest, viewer: Viewer) -> str:
    """Say yes or no to a problem; why not, where it is refused."""
    form = ConfirmForm(request.POST)
    one = confirmable(viewer, form.cleaned_data["answer"]) if form.is_valid() else None
    if one is None:
        raise Http404
    said = form.cleaned_data
    try:
        reading.confirm(
            one,
            by=officer_behind(viewer),
            confirmed=said["confirmed"] == "yes",
            reason=said["reason"],
            care=said["care"] or "fault",
            at=asking(request).now,
        )
    except ReadingRefused as refused:
        return str(refused)
    return ""


@for_a_purpose(gettext_lazy("问题确认"), back="inspection:problems")
def problems_sheet(request: HttpRequest) -> HttpResponse:
    """The problems that wait to take away."""
    viewer = viewer_among(request, READERS)
    asked = reading_lists.problem_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    page, rows, _waiting = reading_lists.problem_page(viewer, asked)
    heads = [
        _("案件编号"),
        _("单位"),
        _("评查项"),
        _("回答"),
        _("说明"),
        _("页码"),
        _("依据"),
        _("责任人"),
        _("阅卷人"),
    ]
    sheet = Sheet("problems_sheet", "problems", _("问题确认"), [*heads, _("发现")], back="inspection:problems")
    return taken_away(request, sheet, page, (list(reading_lists.problem_cells(row)) for row in rows))
