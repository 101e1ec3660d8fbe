"""Pages of reading and its oversight: each translates, makes one call, and answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.readers import bait_lists, baits, export_list, unusual
from zhunsheng.apps.readers.forms import BaitForm
from zhunsheng.apps.readers.words import words
from zhunsheng.apps.refusals import DomainError


@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """查阅监督: who read a bait, and reading out of the ordinary. The log is not told what was asked for: it stands in
    no entry which bait an alarm is of."""
    limits, who = words().limits, asking(request)
    found = unusual.unusual_readers(limits, now=who.now)
    asked = bait_lists.alarm_listing(now=who.now).asked(request.GET)
    alarms, count = bait_lists.alarm_page(asked)
    record_read(kind="reading_watch", key="all", detail={"readers": len(found), "alarms": len(alarms.rows)})
    page = {
        "readers": found,
        "limits": limits,
        "page": alarms,
        "asked": asked,
        "count": count,
        "saved": saved_filters(account=who.account, page="readers:watch"),
    }
    return render(request, "readers/watch.html", page)


@require_http_methods(["GET", "POST"])
def bait_list(request: HttpRequest) -> HttpResponse:
    """诱饵: those that are out and those that were, and the form that makes a case or person one."""
    form, asked = BaitForm(request.POST or None), bait_lists.bait_listing().asked(request.GET)
    here = reverse("readers:baits") + asked.here()
    if request.method == "POST" and form.is_valid():
        try:
            baits.set_bait(viewer_behind(request), at=asking(request).now, **form.cleaned_data)
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect(here)
    found, count = bait_lists.bait_page(asked)
    record_read(kind="baits", key="all", detail={"count": len(found.rows)})
    page = {
        "form": form,
        "page": found,
        "asked": asked,
        "count": count,
        "here": asked.here(),
        "saved": saved_filters(account=asking(request).account, page="readers:baits"),
    }
    return render(request, "readers/baits.html", page, status=422 if form.errors else 200)


@require_POST
def end_bait(request: HttpRequest, bait: int) -> HttpResponse:
    """Take a bait away; it leads back to its place in the list."""
    here = reverse("readers:baits") + bait_lists.bait_listing().asked(request.GET).here()
    try:
        baits.end_bait(bait=bait, at=asking(request).now)
    except DomainError as problem:
        return render(request, "access/refused.html", {"problem": str(problem), "back": here}, status=422)
    return redirect(here)


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
