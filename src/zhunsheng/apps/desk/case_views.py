"""The list of cases."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import for_a_purpose, marked
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read, record_taken
from zhunsheng.apps.desk import case_lists, case_rows, case_sheets
from zhunsheng.apps.desk.case_lists import Shown
from zhunsheng.apps.display.sheets import MOST_ROWS, TooManyRows, attachment, workbook

LISTS: Final = {"running": "cases", "all": "all_cases"}
"""View of the list → name of its page."""


@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """Cases in which a limit runs, the one that ends next first."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.running_listing(viewer, now=now).asked(request.GET)
    shown = case_lists.running_page(viewer, asked, now=now)
    return _page(request, shown, view="running", sheet="desk:cases_sheet")


@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All cases by number."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.every_listing(viewer).asked(request.GET)
    shown = case_lists.every_page(viewer, asked, now=now)
    return _page(request, shown, view="all", sheet="desk:all_cases_sheet")


@for_a_purpose(gettext_lazy("案件"), back="desk:cases")
def running_sheet(request: HttpRequest) -> HttpResponse:
    """The first list, to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.running_listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    return _sheet(request, case_lists.running_page(viewer, asked, now=now), view="running")


@for_a_purpose(gettext_lazy("案件"), back="desk:all_cases")
def every_sheet(request: HttpRequest) -> HttpResponse:
    """The second list, to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.every_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    return _sheet(request, case_lists.every_page(viewer, asked, now=now), view="all")


def _page(request: HttpRequest, shown: Shown, *, view: str, sheet: str) -> HttpResponse:
    viewer, who = viewer_behind(request), asking(request)
    record_read(kind="case_list", key=view, detail={"count": len(shown.lines)})
    name = f"desk:{LISTS[view]}"
    page = {
        "view": view,
        "page": shown.page,
        "asked": shown.page.asked,
        "lines": shown.lines,
        "rows": case_rows.drawn(shown.lines, now=who.now),
        "soon": case_lists.soon(viewer, now=who.now),
        "sheet": reverse(sheet),
        "saved": saved_filters(account=who.account, page=name),
    }
    return render(request, "desk/cases.html", page)


def _sheet(request: HttpRequest, shown: Shown, *, view: str) -> HttpResponse:
    """The rows as a workbook, which is recorded; where they are too many for an answer, they are offered as a task."""
    asked = shown.page.asked.address()
    if shown.page.following:
        problem = str(TooManyRows(most=MOST_ROWS))
        page = {"problem": problem, "view": view, "query": asked, "back": reverse(f"desk:{LISTS[view]}")}
        return render(request, "jobs/offer.html", page, status=422)
    code = record_taken(kind="case_sheet", key=asked, count=len(shown.lines))
    rows = (list(case_sheets.cells(line)) for line in shown.lines)
    content = workbook(_("案件"), case_sheets.heads(), rows, marked(request, code))
    return attachment(content, name="cases")
