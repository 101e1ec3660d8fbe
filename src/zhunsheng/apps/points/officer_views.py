"""我的积分, one row of it, an appeal; and the page of another, for those who lead him."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import appeals, look_list
from zhunsheng.apps.points.entry_page import EntryPage, entry_page
from zhunsheng.apps.points.forms import AppealForm
from zhunsheng.apps.points.own import looks_of, note_look, own_page, place_of
from zhunsheng.apps.points.people import leads, own_code
from zhunsheng.apps.refusals import DomainError


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的积分."""
    viewer, now = viewer_behind(request), asking(request).now
    return _page(request, viewer, own_code(viewer), now, is_own=True)


@require_GET
def officer(request: HttpRequest, holder: str) -> HttpResponse:
    """The page of another, who is told of the look; there is none for colleagues."""
    viewer, now = viewer_behind(request), asking(request).now
    if holder == own_code(viewer):
        return redirect("points:mine")
    place = place_of(holder, on=now.astimezone(ZONE).date())
    if place is None or not viewer.may(Action.POINTS_READ) or not leads(viewer, place.unit):
        raise Http404
    note_look(viewer, holder, place.unit, at=now)
    return _page(request, viewer, holder, now, is_own=False)


def _page(request: HttpRequest, viewer: Viewer, holder: str, now: datetime, *, is_own: bool) -> HttpResponse:
    found = own_page(viewer, holder, request.GET.get("period", ""), now=now) if holder else None
    record_read(kind="points_own", key=holder, detail={"own": is_own})
    page = {"own": found, "is_own": is_own, "looks": looks_of(holder) if is_own else ()}
    return render(request, "points/own.html", page)


@require_GET
def looks(request: HttpRequest) -> HttpResponse:
    """谁看过我的积分, all of it."""
    who = asking(request)
    asked = look_list.listing(now=who.now).asked(request.GET)
    page, count = look_list.looks(own_code(viewer_behind(request)), asked)
    record_read(kind="points_looks", key=asked.address(), detail={"count": len(page.rows)})
    shown = {
        "page": page,
        "asked": asked,
        "count": count,
        "saved": saved_filters(account=who.account, page="points:looks"),
    }
    return render(request, "points/lookers.html", shown)


@require_GET
def row(request: HttpRequest) -> HttpResponse:
    """One row: 为什么是这条分."""
    found = _entry(request, request.GET.get("key", ""))
    return render(request, "points/entry.html", {"row": found, "form": AppealForm()})


@require_POST
def appeal(request: HttpRequest) -> HttpResponse:
    """Appeal against one row of one's own."""
    viewer, key = viewer_behind(request), request.POST.get("key", "")
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            appeals.appeal(viewer, key=key, at=asking(request).now, **form.cleaned_data)
        except appeals.NoSuchEntry as problem:
            raise Http404 from problem
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect(f"{reverse('points:row')}?{urlencode({'key': key})}")
    return render(request, "points/entry.html", {"row": _entry(request, key), "form": form}, status=422)


def _entry(request: HttpRequest, key: str) -> EntryPage:
    viewer, now = viewer_behind(request), asking(request).now
    found = entry_page(viewer, key, now=now)
    if found is None:
        raise Http404
    if not found.is_own:
        note_look(viewer, found.entry.holder, found.entry.unit or "", at=now)
    record_read(kind="points_entry", key=key, detail={"own": found.is_own})
    return found
