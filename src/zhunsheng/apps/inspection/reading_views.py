"""评查表: the files that a reader has, one of them beside its dossier, and problems that a second person confirms."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.dossiers import DossierNotVisible, OpenDossier, open_dossier
from zhunsheng.apps.inspection import reading
from zhunsheng.apps.inspection.forms import CARE_TITLES, AnswerForm, ConfirmForm
from zhunsheng.apps.inspection.lists import confirmable, current_assignments, problems_to_confirm
from zhunsheng.apps.inspection.models import Assigned
from zhunsheng.apps.inspection.people import READERS, officer_behind
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.sheet_page import problem_rows, sheet_page, task_rows
from zhunsheng.core.inspection.sheets import Answer as Said

LARGE: Final = 200


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """阅卷任务: those that are not handed in first."""
    viewer = viewer_among(request, READERS)
    rows = task_rows(current_assignments(viewer)[:LARGE])
    record_read(kind="reading_tasks", key="own", detail={"count": len(rows)})
    waiting = [row for row in rows if not row.is_done]
    only = request.GET.get("only") == "waiting"
    page = {"rows": waiting if only else rows, "waiting": len(waiting), "only": only}
    return render(request, "inspection/tasks.html", page)


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
    problem = ""
    if request.method == "POST":
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
            problem = str(refused)
        else:
            return redirect("inspection:problems")
    rows = problem_rows(problems_to_confirm(viewer))
    record_read(kind="problems", key="waiting", detail={"count": len(rows)})
    page = {"rows": rows, "problem": problem, "cares": CARE_TITLES}
    return render(request, "inspection/problems.html", page, status=422 if problem else 200)
