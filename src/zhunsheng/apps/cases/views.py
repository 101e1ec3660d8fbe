"""Pages of cases: each translates, makes one call, and answers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases import eventlog, persons, selectors, uploads
from zhunsheng.apps.refusals import DomainError


@require_POST
def person(request: HttpRequest, person: str) -> HttpResponse:
    """A person's data in full, for a purpose."""
    try:
        identity = persons.reveal_person(
            viewer=viewer_behind(request), person_id=person, purpose=request.POST.get("purpose", "")
        )
    except persons.PersonNotVisible as problem:
        raise Http404 from problem
    except DomainError as problem:
        return render(request, "cases/refused.html", {"problem": str(problem)}, status=422)
    return render(request, "cases/person.html", {"person": person, "identity": identity})


@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Take a page image into quarantine and judge it."""
    file = request.FILES.get("file")
    if file is None:
        return render(request, "cases/refused.html", {"problem": "没有收到文件。请选择一个文件再提交。"}, status=422)
    try:
        received = uploads.receive(viewer=viewer_behind(request), case=number, content=file, at=clock.now())
    except uploads.CaseClosedToUploads as problem:
        raise Http404 from problem
    except DomainError as problem:
        return render(request, "cases/refused.html", {"problem": str(problem)}, status=422)
    judged = uploads.judge(upload=received, scanner=uploads.no_scanner)
    return render(request, "cases/uploaded.html", {"upload": judged, "number": number})


@require_GET
def page_image(request: HttpRequest, document: int, number: int) -> HttpResponse:
    """The image of one page."""
    try:
        page, content = uploads.open_page(viewer=viewer_behind(request), document=document, number=number)
    except uploads.PageNotVisible as problem:
        raise Http404 from problem
    except uploads.PageDamaged as problem:
        return render(request, "cases/refused.html", {"problem": str(problem)}, status=409)
    # A picture and nothing else, whatever its bytes say: no script, no frame, no address of ours around it.
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Content-Disposition": f'inline; filename="page-{number}.{page.media_type.partition("/")[2]}"',
    }
    return HttpResponse(content, content_type=page.media_type, headers=headers)


@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """What waits for a second person."""
    rows = selectors.held_rows(viewer_behind(request))
    record_read(kind="held_events", key="all", detail={"cases": sorted({event.case for event, _title in rows})})
    return render(request, "cases/held.html", {"rows": rows})


@require_POST
def decide(request: HttpRequest, held: int) -> HttpResponse:
    """The second person's decision."""
    who = asking(request)
    waiting = next((row for row in selectors.held_events(viewer_behind(request)) if row.pk == held), None)
    if waiting is None or who.account is None:
        raise Http404
    try:
        eventlog.decide_held(
            held=waiting,
            confirmed=request.POST.get("decision") == "confirm",
            by=f"account:{who.account.username}",
            document_no=request.POST.get("document_no", ""),
            reason=request.POST.get("reason", ""),
            at=clock.now(),
        )
    except DomainError as problem:
        return render(request, "cases/refused.html", {"problem": str(problem)}, status=422)
    return redirect("cases:held")
