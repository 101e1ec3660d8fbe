"""所队积分: the board of a unit, live and as published, and the sheet of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import for_a_purpose, marked
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read, record_taken
from zhunsheng.apps.display.sheets import attachment, workbook
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Publication
from zhunsheng.apps.points.unit_board import UnitBoard, cells, choices, unit_board


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The board of a unit that the viewer leads."""
    found = _board(request)
    record_read(
        kind="points_unit", key=found.unit.pk if found else "", detail={"lines": len(found.lines) if found else 0}
    )
    page = {
        "board": found,
        "units": choices(viewer_behind(request)),
        "asked_unit": found.unit.pk if found else request.GET.get("unit", ""),
    }
    return render(request, "points/unit.html", page)


@for_a_purpose(gettext_lazy("所队积分"), back="points:unit")
def board_sheet(request: HttpRequest) -> HttpResponse:
    """The same to take away."""
    found = _board(request) if viewer_behind(request).may(Action.POINTS_READ) else None
    if found is None:
        raise Http404
    heads = [_("民警"), _("档"), _("名次范围"), _("得分"), _("区间下限"), _("区间上限"), _("每百案问题")]
    heads += [_("案件"), _("在岗天数")]
    code = record_taken(kind="points_sheet", key=found.unit.pk, count=len(found.lines))
    return attachment(workbook(_("所队积分"), heads, list(cells(found)), marked(request, code)), name="points")


@require_GET
def published(request: HttpRequest, number: int) -> HttpResponse:
    """The canonical text of a published board, for whoever may see all of it."""
    viewer = viewer_behind(request)
    with stored.whole():
        found = Publication.objects.select_related("first", "second").filter(pk=number).first()
    if found is None or "legal_department" not in viewer.roles():
        raise Http404
    record_read(kind="points_published", key=str(number))
    return render(request, "points/published.html", {"published": found, "lines": found.text.splitlines()})


def _board(request: HttpRequest) -> UnitBoard | None:
    asked = {name: request.GET.get(name, "") for name in ("unit", "period")}
    return unit_board(viewer_behind(request), now=asking(request).now, **asked)
