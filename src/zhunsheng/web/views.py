"""Pages of the site as a whole."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.navigation import home_of
from zhunsheng.apps.access.requests import viewer_behind
from zhunsheng.apps.audit import clock


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The first page of the viewer's role; where none is made for it, what he may open."""
    home = home_of(viewer_behind(request))
    return redirect(home) if home else render(request, "index.html")


@require_GET
def support(request: HttpRequest) -> HttpResponse:
    """Help: in the same place on every page."""
    return render(request, "help.html")


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Whether the site and its database answer; for load balancers and the watcher."""
    del request
    return JsonResponse({"now": clock.now().isoformat()})
