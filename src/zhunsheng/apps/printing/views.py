"""Documents: each is gathered within the request, and set once its transaction has been committed."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.withheld import withheld_while_reading
from zhunsheng.apps.display.after_commit import AfterCommit
from zhunsheng.apps.display.typesetting import NoChineseFont, assert_ready
from zhunsheng.apps.printing import computation as computations
from zhunsheng.apps.printing import daily_brief as briefs
from zhunsheng.apps.printing import rectification_letter as letters
from zhunsheng.apps.printing import supervision_card as cards
from zhunsheng.apps.printing.paper import Paper, issue, record_asked


@require_GET
@withheld_while_reading
def supervision_card(request: HttpRequest, number: str) -> HttpResponse:
    """监督卡."""
    return _answer(request, lambda viewer, now: cards.supervision_card(viewer, number, now=now))


@require_GET
def computation(request: HttpRequest, key: str) -> HttpResponse:
    """计算说明."""
    return _answer(request, lambda viewer, now: computations.computation(viewer, key, now=now))


@require_GET
def daily_brief(request: HttpRequest) -> HttpResponse:
    """今日简报."""
    return _answer(request, lambda viewer, now: briefs.daily_brief(viewer, now=now))


@require_GET
def rectification_letter(request: HttpRequest, number: str) -> HttpResponse:
    """督察函."""
    return _answer(request, lambda viewer, now: letters.rectification_letter(viewer, number, now=now))


def _answer(request: HttpRequest, gather: Callable[[Viewer, datetime], Paper | None]) -> HttpResponse:
    try:
        assert_ready()
    except NoChineseFont as problem:
        return render(request, "access/refused.html", {"problem": str(problem)}, status=503)
    paper = gather(viewer_behind(request), asking(request).now)
    if paper is None:
        raise Http404
    record_asked(paper)
    return AfterCommit(lambda: issue(paper))
