"""The case-handling area as those who keep it, and those who look after it, see it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import premises


@require_GET
def who_is_in(request: HttpRequest) -> HttpResponse:
    """办案区. The persons shown are named in the log."""
    viewer, now = viewer_behind(request), asking(request).now
    if not viewer.roles() & premises.AUDIENCE:
        raise PermissionDenied
    asked = premises.listing(viewer, now=now).asked(request.GET)
    found = premises.premises(viewer, asked, now=now)
    record_read(
        kind="premises",
        key=asked.address(),
        persons=premises.persons_shown(found),
        detail={"count": len(found.stays)},
    )
    page = {"premises": found, "page": found.page, "asked": asked}
    return render(request, "desk/premises.html", page)
