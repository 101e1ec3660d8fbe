"""Pages of the site as a whole."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.navigation import entries_for
from zhunsheng.apps.access.requests import viewer_behind
from zhunsheng.apps.audit import clock


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What there is for this viewer."""
    return render(request, "index.html", {"entries": entries_for(viewer_behind(request)), "now": clock.now()})


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Whether the site and its database answer; for load balancers and the watcher."""
    del request
    return JsonResponse({"now": clock.now().isoformat()})
