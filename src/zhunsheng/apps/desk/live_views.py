"""The short question that open pages ask every minute, and that the stream of events asks when somebody was told."""

from datetime import datetime

from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.desk import live
from zhunsheng.apps.instants import in_utc

LONGEST_COUNT = 9


@require_GET
def news(request: HttpRequest) -> JsonResponse | HttpResponseBadRequest:
    """`since`, `known`: what the page knew when it was drawn; `key`: its rows."""
    viewer, now = viewer_behind(request), asking(request).now
    before = _known(request)
    if before is None:
        return HttpResponseBadRequest()
    found = live.told(viewer, before, request.GET.getlist("key"), now=now)
    return JsonResponse({"news": found.news, "text": found.text, "left": dict(found.left), "whom": viewer.officer})


def _known(request: HttpRequest) -> live.Known | None:
    """What the address says; None where it is not such a page's."""
    count = request.GET.get("known", "")
    if not (count.isascii() and count.isdigit() and len(count) <= LONGEST_COUNT):
        return None
    try:
        since = datetime.fromisoformat(request.GET.get("since", ""))
        return live.Known(in_utc(since), int(count)) if since.tzinfo is not None else None
    except ValueError:
        return None
