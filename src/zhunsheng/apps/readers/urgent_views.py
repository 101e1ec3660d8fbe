"""紧急查阅: the form that opens a case, the list of what was opened, and its review."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.listing import Asked
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.readers import urgent as services
from zhunsheng.apps.readers import urgent_list
from zhunsheng.apps.readers.forms import ReviewForm, UrgentForm
from zhunsheng.apps.refusals import DomainError


@require_http_methods(["GET", "POST"])
def urgent(request: HttpRequest) -> HttpResponse:
    """紧急查阅: open a case for an hour; for those who answer for it, what was opened and read."""
    viewer, who = viewer_behind(request), asking(request)
    if not (viewer.may(Action.CASE_URGENT) or _sees_rows(viewer)):
        raise PermissionDenied
    form = UrgentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access = services.open_and_tell(viewer, at=who.now, real_at=who.at, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("desk:case", number=access.case)
    page = {
        "form": form,
        "may_open": viewer.may(Action.CASE_URGENT),
        "may_review": viewer.may(Action.READING_WATCH),
        "sees_rows": _sees_rows(viewer),
        **(_listed(request, viewer) if _sees_rows(viewer) else _nothing_listed()),
    }
    return render(request, "readers/urgent.html", page, status=422 if form.errors else 200)


def _sees_rows(viewer: Viewer) -> bool:
    return bool(viewer.roles() & services.AUDIENCE)


def _listed(request: HttpRequest, viewer: Viewer) -> dict[str, object]:
    asked = _asked(request, viewer)
    page, rows, waiting = urgent_list.accesses(viewer, asked)
    record_read(kind="urgent_accesses", key=asked.address(), detail={"count": len(rows)})
    return {
        "rows": rows,
        "page": page,
        "asked": asked,
        "waiting": waiting,
        "here": asked.here(),
        "sheet": reverse("readers:urgent_sheet"),
        "saved": saved_filters(account=asking(request).account, page="readers:urgent"),
    }


def _nothing_listed() -> dict[str, object]:
    record_read(kind="urgent_accesses", key="all", detail={"count": 0})
    return {}


def _asked(request: HttpRequest, viewer: Viewer) -> Asked:
    return urgent_list.listing(viewer, now=asking(request).now).asked(request.GET)


@for_a_purpose(gettext_lazy("紧急查阅"), back="readers:urgent")
def urgent_sheet(request: HttpRequest) -> HttpResponse:
    """The accesses to take away."""
    viewer = viewer_behind(request)
    if not _sees_rows(viewer):
        raise PermissionDenied
    asked = urgent_list.listing(viewer, now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    page, rows, _waiting = urgent_list.accesses(viewer, asked)
    heads = [_("时间"), _("警号"), _("案件编号"), _("事由"), _("看过的项数"), _("审查"), _("说明"), _("审查人")]
    heads += [_("审查时间")]
    sheet = Sheet("urgent_sheet", "urgent", _("紧急查阅"), heads, back="readers:urgent")
    return taken_away(request, sheet, page, (list(urgent_list.cells(row)) for row in rows))


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """What the inspectorate found of one access; it leads back to its place in the list."""
    viewer, form = viewer_behind(request), ReviewForm(request.POST)
    here = reverse("readers:urgent") + _asked(request, viewer).here()
    if not form.is_valid():
        return _refused(request, "；".join(str(error) for errors in form.errors.values() for error in errors), here)
    said = form.cleaned_data
    try:
        services.review(
            viewer,
            access=said["access"],
            justified=said["justified"] == "1",
            note=said["note"],
            at=asking(request).now,
        )
    except DomainError as problem:
        return _refused(request, str(problem), here)
    return redirect(here)


def _refused(request: HttpRequest, problem: str, back: str) -> HttpResponse:
    return render(request, "access/refused.html", {"problem": problem, "back": back}, status=422)
