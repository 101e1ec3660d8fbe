"""The case-handling area as those who keep it, and those who look after it, see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import premises, premises_rows
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def who_is_in(request: HttpRequest) -> HttpResponse:
    """办案区. The persons shown are named in the log."""
    viewer, who = viewer_among(request, premises.AUDIENCE), asking(request)
    now = who.now
    asked = premises.listing(viewer, now=now).asked(request.GET)
    found = premises.premises(viewer, asked, now=now)
    record_read(
        kind="premises",
        key=asked.address(),
        persons=premises.persons_shown(found),
        detail={"count": len(found.stays)},
    )
    page = {
        "premises": found,
        "drawn": premises_rows.drawn(found.stays, now=now),
        "page": found.page,
        "asked": asked,
        "sheet": reverse("desk:premises_sheet"),
        "saved": saved_filters(account=who.account, page="desk:premises"),
    }
    return render(request, "desk/premises.html", page)


@for_a_purpose(gettext_lazy("办案区"), back="desk:premises")
def who_is_in_sheet(request: HttpRequest) -> HttpResponse:
    """The same to take away."""
    viewer, now = viewer_among(request, premises.AUDIENCE), asking(request).now
    asked = premises.listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    found = premises.premises(viewer, asked, now=now)
    heads = [
        _("人员"),
        _("案件编号"),
        _("进入时间"),
        _("已用时"),
        _("届满"),
        _("最近到期的期限"),
        _("房间"),
        _("办案单位"),
        _("民警"),
    ]
    persons = premises.persons_shown(found)
    sheet = Sheet("premises_sheet", "premises", _("办案区"), heads, back="desk:premises", persons=persons)
    return taken_away(request, sheet, found.page, (premises.cells(stay) for stay in found.stays))
