"""The inbox, and the acknowledgement of many alerts at once."""

from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.goals import goal_of
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.alerts import services
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import inbox, inbox_rows, inbox_sheets, live
from zhunsheng.apps.display.listing import PAGE_ROWS
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.org.models import Officer

SAID: Final = "zs_inbox_said"
"""The name in the session of what an act on many came to; shown once."""


@require_GET
def shown(request: HttpRequest) -> HttpResponse:
    """The inbox."""
    viewer, who = viewer_behind(request), asking(request)
    asked = inbox.listing(viewer, now=who.now).asked(request.GET)
    found = inbox.inbox_page(viewer, asked, now=who.now)
    record_read(kind="alert_inbox", key=asked.address(), detail={"count": len(found.page.rows)})
    acts = may_act(request)
    page = {
        "inbox": found,
        "bands": [(band, inbox_rows.drawn(band.lines, now=who.now, may_act=acts)) for band in found.bands],
        "page": found.page,
        "asked": asked,
        "is_narrowed": bool(asked.values.keys() - {"view"} or asked.refused),
        "said": request.session.pop(SAID, None),
        "may_act": acts,
        "here": request.get_full_path(),
        "checked": None if found.page.rows else inbox.last_checked(),
        "known": live.known(viewer, now=who.now),
        "saved": saved_filters(account=who.account, page="desk:inbox"),
        "sheet": reverse("desk:inbox_sheet"),
    }
    return render(request, "desk/inbox.html", page)


@for_a_purpose(gettext_lazy("预警收件箱"), back="desk:inbox")
def sheet(request: HttpRequest) -> HttpResponse:
    """One view of it, to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = inbox.listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    found = inbox.inbox_page(viewer, asked, now=now)
    taken = Sheet("inbox_sheet", "alerts", _("预警"), inbox_sheets.heads(), back="desk:inbox")
    lines = (line for band in found.bands for line in band.lines)
    return taken_away(request, taken, found.page, (list(inbox_sheets.cells(line, now=now)) for line in lines))


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """签收 of one alert or of all that are selected. What is refused is named; the others are taken on."""
    officer, who = officer_behind(request), asking(request)
    one = request.POST.get("one", "")
    keys = [one] if one else list(dict.fromkeys(request.POST.getlist("key")))[:PAGE_ROWS]
    done, refused = 0, []
    for key in keys:
        try:
            services.acknowledge(key, officer, who.now, via_of(request))
            done += 1
        except AlertActRefused as problem:
            refused.append(str(problem))
    said = _("已签收 %(n)d 件。") % {"n": done} if keys else _("没有选中预警。请先勾选，再签收。")
    request.session[SAID] = {"text": said, "refused": list(dict.fromkeys(refused))}
    return redirect(goal_of(request))


def may_act(request: HttpRequest) -> bool:
    """Whether the viewer handles alerts at all: an officer, and not one who only looks on."""
    viewer = viewer_behind(request)
    return viewer.officer is not None and not viewer.roles() <= {"inspectorate"}


def officer_behind(request: HttpRequest) -> Officer:
    """The officer who acts.

    Raises  PermissionDenied for whoever only looks on.
    """
    account = asking(request).account
    if not may_act(request) or account is None or account.officer is None:
        raise PermissionDenied
    return account.officer


def via_of(request: HttpRequest) -> str:
    """phone or web, as the browser says of itself; kept with the act."""
    return "phone" if "Mobile" in request.headers.get("User-Agent", "") else "web"
