"""The list of cases."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import case_lists
from zhunsheng.apps.desk.case_lists import Line, Shown
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.sheets import MOST_ROWS, Cell, TooManyRows, attachment, workbook


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


@require_GET
def running_sheet(request: HttpRequest) -> HttpResponse:
    """The first list, to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.running_listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    return _sheet(request, case_lists.running_page(viewer, asked, now=now))


@require_GET
def every_sheet(request: HttpRequest) -> HttpResponse:
    """The second list, to take away."""
    viewer, now = viewer_behind(request), asking(request).now
    asked = case_lists.every_listing(viewer).whole(request.GET, rows=MOST_ROWS)
    return _sheet(request, case_lists.every_page(viewer, asked, now=now))


def _page(request: HttpRequest, shown: Shown, *, view: str, sheet: str) -> HttpResponse:
    viewer, who = viewer_behind(request), asking(request)
    record_read(kind="case_list", key=view, detail={"count": len(shown.lines)})
    name = f"desk:{'cases' if view == 'running' else 'all_cases'}"
    page = {
        "view": view,
        "page": shown.page,
        "asked": shown.page.asked,
        "lines": shown.lines,
        "soon": case_lists.soon(viewer, now=who.now),
        "sheet": reverse(sheet),
        "saved": saved_filters(account=who.account, page=name) if who.account else [],
    }
    return render(request, "desk/cases.html", page)


def _sheet(request: HttpRequest, shown: Shown) -> HttpResponse:
    """The rows as a workbook; that they were taken away is recorded."""
    if shown.page.following:
        problem = str(TooManyRows(most=MOST_ROWS))
        return render(request, "access/refused.html", {"problem": problem, "back": reverse("desk:cases")}, status=422)
    heads = [_("案件编号"), _("案件名称"), _("类别"), _("标签"), _("办案单位"), _("主办")]
    heads += [_("最近到期的期限"), _("级别"), _("届满"), _("最迟")]
    record_read(kind="case_sheet", key=shown.page.asked.address(), detail={"count": len(shown.lines)})
    content = workbook(_("案件"), heads, (list(_cells(line)) for line in shown.lines))
    return attachment(content, name="cases")


def _cells(line: Line) -> Iterator[Cell]:
    yield from (line.number, line.title, line.kind, line.label, line.unit, "、".join(line.officers))
    if line.running is None:
        return
    clock = line.running.clock
    yield from (line.running.rule, line.running.level)
    yield formats.moment(clock.due, at_end=clock.due_at_end)
    yield formats.moment(clock.outer, at_end=clock.outer_at_end)
