"""The city as the legal department begins its day with it."""

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
from zhunsheng.apps.desk import city
from zhunsheng.apps.desk.city_rows import units_drawn
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_GET
def whole(request: HttpRequest) -> HttpResponse:
    """全市, or a head's own part of it."""
    viewer, who = viewer_among(request, city.AUDIENCE), asking(request)
    asked = city.listing(viewer).asked(request.GET)
    found = city.city_page(viewer, asked, now=who.now)
    record_read(kind="city", key=asked.address(), detail={"units": len(found.lines)})
    page = {
        "city": found,
        "drawn": units_drawn(found.lines),
        "page": found.page,
        "asked": asked,
        "sheet": reverse("desk:city_sheet"),
        "saved": saved_filters(account=who.account, page="desk:city"),
    }
    return render(request, "desk/city.html", page)


@for_a_purpose(gettext_lazy("各单位"), back="desk:city")
def whole_sheet(request: HttpRequest) -> HttpResponse:
    """The table of units to take away."""
    viewer, now = viewer_among(request, city.AUDIENCE), asking(request).now
    asked = city.listing(viewer).whole(request.GET, rows=MOST_ROWS)
    found = city.city_page(viewer, asked, now=now)
    heads = [
        _("单位代码"),
        _("单位"),
        _("层级"),
        _("未结预警"),
        _("红色预警"),
        _("黄色预警"),
        _("蓝色提示"),
        _("待核实"),
    ]
    heads += [_("已超期未办"), _("在办案件"), _("本月超期"), _("上月同期"), _("每百案超期"), _("同层级中位数")]
    sheet = Sheet("city_sheet", "city", _("各单位"), heads, back="desk:city")
    return taken_away(request, sheet, found.page, (city.cells(line) for line in found.lines))
