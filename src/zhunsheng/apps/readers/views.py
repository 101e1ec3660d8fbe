"""Pages of reading and its oversight: each translates, makes one call, and answers."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.kinds import KINDS
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.readers import baits, export_list, unusual
from zhunsheng.apps.readers import urgent as urgent_access
from zhunsheng.apps.readers.forms import BaitForm, ReviewForm, UrgentForm
from zhunsheng.apps.readers.words import words
from zhunsheng.apps.refusals import DomainError


@require_http_methods(["GET", "POST"])
def urgent(request: HttpRequest) -> HttpResponse:
    """紧急查阅: open a case for an hour; for those who answer for it, what was opened and read."""
    viewer, who = viewer_behind(request), asking(request)
    if not (viewer.may(Action.CASE_URGENT) or viewer.roles() & urgent_access.AUDIENCE):
        raise PermissionDenied
    form = UrgentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access = urgent_access.open_and_tell(viewer, at=who.now, real_at=who.at, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("desk:case", number=access.case)
    rows = urgent_access.accesses(viewer)
    waiting, only = [row for row in rows if row.review is None], request.GET.get("only") == "waiting"
    titles = {one.kind: KINDS.get(one.kind, one.kind) for row in rows for one in row.readings}
    record_read(kind="urgent_accesses", key="all", detail={"count": len(rows)})
    page = {
        "form": form,
        "rows": [(row, [(one, titles[one.kind]) for one in row.readings]) for row in (waiting if only else rows)],
        "may_open": viewer.may(Action.CASE_URGENT),
        "may_review": viewer.may(Action.READING_WATCH),
        "sees_rows": bool(viewer.roles() & urgent_access.AUDIENCE),
        "waiting": len(waiting),
        "only": only,
    }
    return render(request, "readers/urgent.html", page, status=422 if form.errors else 200)


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """What the inspectorate found of one access."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _refused(request, "；".join(str(error) for errors in form.errors.values() for error in errors), "urgent")
    said = form.cleaned_data
    try:
        urgent_access.review(
            viewer_behind(request),
            access=said["access"],
            justified=said["justified"] == "1",
            note=said["note"],
            at=asking(request).now,
        )
    except DomainError as problem:
        return _refused(request, str(problem), "urgent")
    return redirect("readers:urgent")


@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """查阅监督: alarms of baits, reading out of the ordinary, and the baits that are out."""
    return _watch(request, BaitForm())


@require_POST
def set_bait(request: HttpRequest) -> HttpResponse:
    """Make a case or person a bait."""
    form = BaitForm(request.POST)
    if form.is_valid():
        try:
            baits.set_bait(viewer_behind(request), at=asking(request).now, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("readers:watch")
    return _watch(request, form)


@require_POST
def end_bait(request: HttpRequest, bait: int) -> HttpResponse:
    """Take a bait away."""
    try:
        baits.end_bait(bait=bait, at=asking(request).now)
    except DomainError as problem:
        return _refused(request, str(problem), "watch")
    return redirect("readers:watch")


@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """导出台账: every file that was taken away."""
    asked = export_list.listing(now=asking(request).now).asked(request.GET)
    found, files = export_list.exports(asked)
    record_read(kind="export_ledger", key=asked.address(), detail={"count": len(files)})
    page = {
        "files": files,
        "page": found,
        "asked": asked,
        "sheet": reverse("readers:exports_sheet"),
        "saved": saved_filters(account=asking(request).account, page="readers:exports"),
    }
    return render(request, "readers/exports.html", page)


@for_a_purpose(gettext_lazy("导出台账"), back="readers:exports")
def exports_sheet(request: HttpRequest) -> HttpResponse:
    """The ledger to take away: it stands in it itself from then on."""
    viewer_who_may(request, Action.READING_WATCH)
    asked = export_list.listing(now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    found, files = export_list.exports(asked)
    heads = [_("时间"), _("账号"), _("种类"), _("对象"), _("行数"), _("用途"), _("识别码")]
    sheet = Sheet("exports_sheet", "exports", _("导出台账"), heads, back="readers:exports")
    return taken_away(request, sheet, found, (list(export_list.cells(file)) for file in files))


def _watch(request: HttpRequest, form: BaitForm) -> HttpResponse:
    limits = words().limits
    found = unusual.unusual_readers(limits, now=asking(request).now)
    alarms = baits.alarms()
    record_read(kind="reading_watch", key="all", detail={"readers": len(found), "alarms": len(alarms)})
    page = {"form": form, "readers": found, "alarms": alarms, "baits": baits.standing(), "limits": limits}
    return render(request, "readers/watch.html", page, status=422 if form.errors else 200)


def _refused(request: HttpRequest, problem: str, name: str) -> HttpResponse:
    page = {"problem": problem, "back": reverse(f"readers:{name}")}
    return render(request, "access/refused.html", page, status=422)
