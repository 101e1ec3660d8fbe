"""The quality of what came in, and the sources it comes from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import quality as shown


@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """What did not come in, what could not be judged, and when each source was last heard of."""
    found = shown.quality()
    record_read(kind="data_quality", key="all", detail={"questions": len(found.questions)})
    return render(request, "desk/quality.html", {"quality": found})


@require_GET
def registered(request: HttpRequest) -> HttpResponse:
    """The source systems, for who manages them."""
    found = shown.sources()
    record_read(kind="sources", key="heard", detail={"count": len(found)})
    return render(request, "desk/sources.html", {"sources": found})
