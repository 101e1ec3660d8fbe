"""One task: its form, which a phone also fills in without a network, what came of it, who confirms it."""

import hashlib
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.requests import asking, viewer_among, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.uploads import no_scanner, page_path
from zhunsheng.apps.inspection.forms import CARE_TITLES
from zhunsheng.apps.inspection.people import PLANNERS, READERS, officer_behind
from zhunsheng.apps.tasks import giving, reporting, ruling
from zhunsheng.apps.tasks.forms import GiveForm, RuleForm, SendingForm, answers_of, new_key
from zhunsheng.apps.tasks.lists import VIEWERS, visible
from zhunsheng.apps.tasks.models import Photo, Said, Task
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.apps.tasks.task_page import task_page

SCRIPT: Final = "X-Requested-With"
"""Says that a script asks, which wants to know what is lacking and not a page."""
PICTURE_ALONE: Final = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""A picture and nothing else, whatever its bytes say."""


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The worker that answers for this folder where there is no network. It holds nothing of anybody."""
    viewer_behind(request)
    return render(request, "tasks/worker.js", content_type="text/javascript; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, number: str) -> HttpResponse:
    """The task; or what was sent of it, taken in whole or refused with the thing that lacks something."""
    viewer = viewer_among(request, VIEWERS)
    row = _row(viewer, number)
    if request.method != "POST":
        return _shown(request, row, viewer)
    by = officer_behind(viewer_among(request, READERS))
    try:
        reporting.report(row, _sending(request, row), by=by, at=asking(request).now, scanner=no_scanner)
    except TaskRefused as problem:
        return _refused(request, row, viewer, problem)
    return _done(request, number)


def _sending(request: HttpRequest, row: Task) -> reporting.Sending:
    form = SendingForm(request.POST)
    if not form.is_valid():
        raise TaskRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    answers, wrong = answers_of(request.POST.dict(), row.things.values_list("n", flat=True))
    if wrong:
        raise TaskRefused(_("第 %(n)d 项填得不对：文字过长，或整改期限不是 1 至 30。") % {"n": wrong}, thing=wrong)
    said = form.cleaned_data
    return reporting.Sending(
        said["key"], said["place"], said["note"], answers, request.FILES.getlist("photos"), said["began_at"],
        said["made_at"],
    )  # fmt: skip


def _done(request: HttpRequest, number: str) -> HttpResponse:
    if request.headers.get(SCRIPT) == "zs":
        return JsonResponse({"number": number})
    return redirect("tasks:task", number)


def _refused(request: HttpRequest, row: Task, viewer: Viewer, problem: TaskRefused) -> HttpResponse:
    if request.headers.get(SCRIPT) == "zs":
        return JsonResponse({"problem": str(problem), "thing": problem.thing}, status=422)
    return _shown(request, row, viewer, problem=problem, is_posted=True)


def _row(viewer: Viewer, number: str) -> Task:
    row = visible(viewer).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _shown(
    request: HttpRequest,
    row: Task,
    viewer: Viewer,
    *,
    problem: TaskRefused | None = None,
    is_posted: bool = False,
    give: GiveForm | None = None,
) -> HttpResponse:
    posted = request.POST.dict() if is_posted else None
    thing, why = (problem.thing, str(problem)) if problem else (0, "")
    page = task_page(row, viewer, now=asking(request).now, posted=posted, thing=thing, why=why)
    record_read(kind="task", key=row.pk, detail={"unit": row.unit})
    last = page.reports[-1] if page.reports else None
    found: dict[str, Any] = {
        "page": page,
        "problem": why,
        "thing": thing,
        "key": (posted or {}).get("key") or new_key(),
        "place": (posted or {}).get("place", last.place if last else row.place),
        "note": (posted or {}).get("note", last.note if last else ""),
        "give": give or GiveForm(),
        "cares": CARE_TITLES,
    }
    return render(request, "tasks/task.html", found, status=422 if why or (give and give.errors) else 200)


@require_POST
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give the task to somebody else, with a reason."""
    viewer = viewer_among(request, PLANNERS)
    row, form = _row(viewer, number), GiveForm(request.POST)
    if form.is_valid():
        try:
            giving.give_to(row, **form.cleaned_data, by=officer_behind(viewer), at=asking(request).now)
        except TaskRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("tasks:task", number)
    return _shown(request, row, viewer, give=form)


@require_POST
def rule(request: HttpRequest, number: str) -> HttpResponse:
    """A second person confirms a problem, or says why it is none."""
    viewer = viewer_among(request, READERS)
    row, form = _row(viewer, number), RuleForm(request.POST)
    last = Said.objects.filter(thing__task=row, thing__n=form.cleaned_data["thing"]) if form.is_valid() else None
    said = last.order_by("-version").first() if last is not None else None
    if said is None:
        raise Http404
    asked = form.cleaned_data
    try:
        ruling.rule(
            said,
            by=officer_behind(viewer),
            confirmed=asked["confirmed"] == "yes",
            reason=asked["reason"],
            care=asked["care"] or "fault",
            at=asking(request).now,
        )
    except TaskRefused as problem:
        return _shown(request, row, viewer, problem=problem)
    return HttpResponseRedirect(f"{reverse('tasks:task', args=[number])}#thing-{asked['thing']}")


@require_GET
def photo(request: HttpRequest, number: str, photo: int) -> HttpResponse:
    """A picture of a task, held against its hash; recorded before the answer."""
    row = _row(viewer_among(request, VIEWERS), number)
    found = Photo.objects.filter(report__task=row, n=photo).first()
    if found is None:
        raise Http404
    record_read(kind="task_photo", key=f"{number}/{photo}")
    path = page_path(found.sha256)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != found.sha256:
        return HttpResponse(_("这张照片的文件与登记的摘要不符，不能显示。请通知审计管理员，从备份恢复。"), status=409)
    return HttpResponse(content, content_type=found.media_type, headers=PICTURE_ALONE)
