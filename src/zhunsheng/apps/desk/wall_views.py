"""The wall of a command room."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import wall


@require_GET
def shown(request: HttpRequest) -> HttpResponse:
    """大屏. It asks for itself again every minute."""
    viewer, now = viewer_behind(request), asking(request).now
    if not viewer.roles() & wall.AUDIENCE:
        raise PermissionDenied
    found = wall.wall(viewer, now=now)
    record_read(kind="wall", key="wall", detail={"count": len(found.limits)})
    return render(request, "desk/wall.html", {"wall": found, "chart": wall.CHART})
