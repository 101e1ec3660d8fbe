"""The ledger of limits that were exceeded."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import overdue
from zhunsheng.apps.desk.overdue_rows import ledger_drawn
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """超期台账."""
    viewer, who = viewer_behind(request), asking(request)
    asked = overdue.listing(viewer, now=who.now).asked(request.GET)
    found = overdue.ledger(viewer, asked, now=who.now)
    record_read(kind="overdue_ledger", key=asked.address(), detail={"count": len(found.rows)})
    page = {
        "ledger": found,
        "drawn": ledger_drawn(found.rows, now=who.now),
        "page": found.page,
        "doors": [
            (title, asked.address(kind=kind), asked.values.get("kind", overdue.OVERDUE) == kind)
            for kind, title in ((overdue.OVERDUE, _("超期")), (overdue.BROKEN, _("不符合")))
        ],
        "asked": asked,
        "open_address": asked.address(state="open"),
        "sheet": reverse("desk:overdue_sheet"),
        "saved": saved_filters(account=who.account, page="desk:overdue"),
    }
    return render(request, "desk/overdue.html", page)


@for_a_purpose(gettext_lazy("超期台账"), back="desk:overdue")
def ledger_sheet(request: HttpRequest) -> HttpResponse:
    """The same to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = overdue.listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    found = overdue.ledger(viewer, asked, now=now)
    heads = [_("规则"), _("案件编号"), _("案件名称"), _("办案单位"), _("主办"), _("届满"), _("最迟"), _("何时")]
    heads += [_("超期多久"), _("最早通知"), _("签收"), _("签收人"), _("督办"), _("督办人"), _("办结")]
    sheet = Sheet("overdue_sheet", "overdue", _("超期台账"), heads, back="desk:overdue")
    return taken_away(request, sheet, found.page, (list(overdue.cells(row)) for row in found.rows))
