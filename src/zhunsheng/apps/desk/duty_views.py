"""The pages that people begin the day with: an officer's own limits, and what a leader must look into."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import live, mine, today, trend, units
from zhunsheng.apps.desk.inbox_views import may_act
from zhunsheng.apps.desk.today_rows import shares_drawn

LEADERS: Final = ("unit_head", "county_head")


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """我的期限."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = mine.listing(now).asked(request.GET)
    found = mine.mine_page(viewer, asked, now=now)
    record_read(kind="own_limits", key=str(viewer.officer or ""), detail={"count": len(found.limits)})
    page = {
        "mine": found,
        "page": found.page,
        "asked": asked,
        "may_act": may_act(request),
        "known": live.known(viewer, now=now),
    }
    return render(request, "desk/mine.html", page)


@require_GET
def leader(request: HttpRequest) -> HttpResponse:
    """今日."""
    viewer, now = viewer_behind(request), asking(request).now
    found = today.today_page(viewer, now=now)
    record_read(kind="alert_inbox", key="today", detail={"count": len(found.pressing)})
    page = {
        "today": found,
        "led": _led(viewer),
        "drawn": shares_drawn(found.shares),
        "trend": trend.trend(viewer, now=now),
        "may_act": may_act(request),
        "known": live.known(viewer, now=now),
    }
    return render(request, "desk/today.html", page)


def _led(viewer: Viewer) -> list[str]:
    """The units that the page is about: those whose head the viewer is, without the many below them."""
    names = units.names(viewer)
    return [names[one.unit] for one in viewer.standings if one.role in LEADERS and one.unit in names]
