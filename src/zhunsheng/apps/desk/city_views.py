"""The city as the legal department begins its day with it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import city


@require_GET
def whole(request: HttpRequest) -> HttpResponse:
    """全市, or a head's own part of it."""
    viewer, now = viewer_behind(request), asking(request).now
    if not viewer.roles() & city.AUDIENCE:
        raise PermissionDenied
    asked = city.listing(viewer).asked(request.GET)
    found = city.city_page(viewer, asked, now=now)
    record_read(kind="city", key=asked.address(), detail={"units": len(found.lines)})
    return render(request, "desk/city.html", {"city": found, "page": found.page, "asked": asked})
