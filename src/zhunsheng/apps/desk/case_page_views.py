"""The page of a case, its five views, and how one due time was reached."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls.converters import StringConverter
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.cases.selectors import CaseNotVisible
from zhunsheng.apps.cases.withheld import withheld_while_reading
from zhunsheng.apps.desk import case_page, clock_page
from zhunsheng.apps.desk.case_page import TITLES, Whole
from zhunsheng.apps.desk.case_track import SPANS, track_of
from zhunsheng.apps.desk.elements import VIEWS
from zhunsheng.apps.desk.explanations import explanation_of
from zhunsheng.apps.desk.moments import told_lines
from zhunsheng.apps.display import formats

SHOWN_MOMENTS: Final = 12
AS_TABLE: Final = "zs_track_as"
"""The name of the choice in the session: whether the track is read as a table."""


class ElementConverter(StringConverter):
    """One of the five views."""

    regex = "|".join(VIEWS)


@require_GET
@withheld_while_reading
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The whole case: what ends next, the track, how it was reached, what happened, who was told."""
    whole = _whole(request, number)
    how = explanation_of(whole.next, whole.file) if whole.next else None
    asked = request.GET
    if asked.get("as") in ("table", "picture"):
        request.session[AS_TABLE] = asked["as"] == "table"
    calendar = whole.file.rulebook.calendar if whole.file.rulebook else None
    page = {
        **_head(whole),
        "track": track_of(
            whole.lines,
            calendar,
            now=whole.now,
            window=asked.get("window", ""),
            with_done=asked.get("done") == "1",
        )
        if calendar and whole.lines
        else None,
        "as_table": bool(request.session.get(AS_TABLE, False)),
        "window_asked": asked.get("window", "") if asked.get("window") in SPANS else "",
        "with_done": asked.get("done") == "1",
        "how": how,
        "disputable": how is not None and any(one.group == how.line.key for one in whole.told),
        "source": whole.sources.get(how.start.source, how.start.source) if how and how.start else "",
        "moments": whole.moments[:SHOWN_MOMENTS],
        "moments_count": len(whole.moments),
    }
    return render(request, "desk/case.html", page)


@require_GET
@withheld_while_reading
def element(request: HttpRequest, number: str, element: str) -> HttpResponse:
    """One of the five views: each of its things with its clocks, findings and events."""
    whole = _whole(request, number)
    page = {**_head(whole), "view": element, "title": TITLES[element], "sections": case_page.sections(whole, element)}
    return render(request, "desk/case_element.html", page)


@require_GET
def clock(request: HttpRequest, key: str) -> HttpResponse:
    """How one due time was reached: a page of its own, or the part that the page of its case asks for."""
    shown = clock_page.clock_page(viewer_behind(request), key, now=asking(request).now)
    if shown is None:
        raise Http404
    part = request.headers.get("HX-Request") == "true"
    answer = render(
        request,
        "desk/_how.html" if part else "desk/clock.html",
        {
            "how": shown.how,
            "page": shown,
            "told": told_lines(shown.told),
            "source": shown.source,
            "disputable": bool(shown.told) and not shown.how.line.is_over,
        },
    )
    patch_vary_headers(answer, ["HX-Request"])  # a browser that goes back must not be given the part as the page
    return answer


def _whole(request: HttpRequest, number: str) -> Whole:
    try:
        return case_page.whole_case(viewer_behind(request), number, now=asking(request).now)
    except CaseNotVisible as problem:
        raise Http404 from problem


def _head(whole: Whole) -> dict[str, object]:
    clock = whole.next.clock if whole.next else None
    left = clock and formats.remaining(
        clock.due, clock.outer, now=whole.now, due_at_end=clock.due_at_end, outer_at_end=clock.outer_at_end
    )
    doors, told = case_page.doors(whole), told_lines(whole.told)
    alert = clock.key if clock and any(one.group == clock.key for one in whole.told) else ""
    return {"whole": whole, "case": whole.case, "doors": doors, "told": told, "left": left, "alert": alert}
