"""Pages of cases: each translates, makes one call, and answers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases import eventlog, held_list, persons, selectors, uploads
from zhunsheng.apps.display.sheets import MOST_ROWS
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
    viewer = viewer_behind(request)
    asked = held_list.listing(viewer).asked(request.GET)
    found = held_list.held(viewer, asked)
    cases = sorted({row.case for row in found.page.rows})
    record_read(kind="held_events", key=asked.address(), detail={"cases": cases})
    page = {
        "held": found,
        "page": found.page,
        "asked": asked,
        "sheet": reverse("cases:held_sheet"),
        "saved": saved_filters(account=asking(request).account, page="cases:held"),
    }
    return render(request, "cases/held.html", page)


@for_a_purpose(gettext_lazy("待双人确认"), back="cases:held")
def held_sheet(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, to take away."""
    viewer = viewer_who_may(request, Action.EVENT_CONFIRM)
    asked = held_list.listing(viewer).whole(request.GET, rows=MOST_ROWS)
    found = held_list.held(viewer, asked)
    heads = [_("案件编号"), _("事件"), _("收到"), _("录入人"), _("将停止的红色期限"), _("缺少")]
    sheet = Sheet("held_sheet", "held", _("待双人确认"), heads, back="cases:held")
    return taken_away(request, sheet, found.page, (list(held_list.cells(row)) for row in found.rows))


@require_POST
def decide(request: HttpRequest, held: int) -> HttpResponse:
    """The second person's decision."""
    who = asking(request)
    waiting = selectors.held_events(viewer_behind(request)).filter(pk=held).first()
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
