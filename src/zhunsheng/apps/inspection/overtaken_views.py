"""留存的虚构卷宗: what a planted file was that gave way to a true case. Only for discipline inspection, who made it."""

import hashlib
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.uploads import page_path
from zhunsheng.apps.inspection import planting
from zhunsheng.apps.inspection.models import Overtaken
from zhunsheng.apps.inspection.people import INSPECTORS
from zhunsheng.apps.org.models import Unit

ARRIVED: Final = {
    "cases_event": gettext_noop("事件"),
    "cases_case": gettext_noop("案件登记"),
    "cases_assignment": gettext_noop("办案人登记"),
    "cases_personincase": gettext_noop("当事人登记"),
    "cases_item": gettext_noop("物品登记"),
    "cases_placevisit": gettext_noop("到访登记"),
    "cases_dossier": gettext_noop("卷宗登记"),
    "cases_heldevent": gettext_noop("待第二人确认的事件"),
}


@require_GET
def overtaken(request: HttpRequest, number: str) -> HttpResponse:
    """What was made up, page by page, what came under its number, and in which plans it had lain."""
    row = _row(request, number)
    record_read(kind="overtaken", key=number)
    unit = Unit.objects.filter(pk=row.unit).values_list("short_name", flat=True).first() or row.unit
    page = {"row": row, "arrived": _(ARRIVED.get(row.what, row.what)), "unit": unit}
    return render(request, "inspection/overtaken.html", page)


@require_GET
def page_image(request: HttpRequest, number: str, place: int, leaf: int) -> HttpResponse:
    """The image of one page of one of its papers, both counted from 1."""
    papers = _row(request, number).papers
    pages = papers[place - 1]["pages"] if 0 < place <= len(papers) else []
    if not 0 < leaf <= len(pages):
        raise Http404
    digest, media_type = pages[leaf - 1]
    record_read(kind="overtaken", key=f"{number}/{place}/{leaf}")
    path = page_path(digest)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise Http404
    # A picture and nothing else, whatever its bytes say.
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def _row(request: HttpRequest, number: str) -> Overtaken:
    viewer_among(request, INSPECTORS)
    with planting.shown():
        row = Overtaken.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    return row
