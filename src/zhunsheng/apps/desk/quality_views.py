"""The quality of what came in, and the sources it comes from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.desk import quality as shown


@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """What did not come in, what could not be judged, and when each source was last heard of."""
    return render(request, "desk/quality.html", {"quality": shown.quality()})


@require_GET
def registered(request: HttpRequest) -> HttpResponse:
    """The source systems, for who manages them."""
    return render(request, "desk/sources.html", {"sources": shown.sources()})
