"""更换阅卷人: who has still which file to read, and another reader for one of them. The file itself never changes."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.inspection import assigning
from zhunsheng.apps.inspection.forms import ReaderForm
from zhunsheng.apps.inspection.models import Assigned
from zhunsheng.apps.inspection.people import PLANNERS, officer_behind
from zhunsheng.apps.inspection.reading_lists import out_cells, out_listing, out_page
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.sheet_page import OutRow


@require_http_methods(["GET", "HEAD", "POST"])
def readers(request: HttpRequest) -> HttpResponse:
    """The readings that are out, and the form that gives one of those on this page to somebody else."""
    viewer, who = viewer_among(request, PLANNERS), asking(request)
    asked = out_listing(viewer).asked(request.GET)
    page, rows, count = out_page(asked)
    here = reverse("inspection:readers") + asked.here()
    chosen = {"reading": request.GET.get("reading", "")}
    form = ReaderForm(request.POST or None, readings=[(str(row.id), _named(row)) for row in rows], initial=chosen)
    if request.method == "POST" and form.is_valid() and _given(request, form, page.rows):
        return redirect(here)
    record_read(kind="readings_out", key=asked.address(), detail={"count": len(rows)})
    shown = {
        "page": page,
        "rows": rows,
        "asked": asked,
        "count": count,
        "form": form,
        "here": here,
        "sheet": reverse("inspection:readers_sheet"),
        "saved": saved_filters(account=who.account, page="inspection:readers"),
    }
    return render(request, "inspection/readers.html", shown, status=422 if form.is_bound else 200)


def _given(request: HttpRequest, form: ReaderForm, rows: Sequence[Assigned]) -> bool:
    """Give one of some readings to whom the form names; False where it is refused, and the form says why."""
    said, now = form.cleaned_data, asking(request).now
    try:
        to = assigning.reader_of_number(said["number"], on=localdate(now))
        row = next(one for one in rows if str(one.pk) == said["reading"])
        by = officer_behind(viewer_among(request, PLANNERS))
        assigning.reassign(row, to=to, by=by, reason=said["reason"], at=now)
    except ReadingRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True


def _named(row: OutRow) -> str:
    return f"{row.case} · {row.round} · {row.reader} {row.number}".rstrip()


@for_a_purpose(gettext_lazy("没有交的评查表"), back="inspection:readers")
def readers_sheet(request: HttpRequest) -> HttpResponse:
    """The sheets that are out to take away."""
    asked = out_listing(viewer_among(request, PLANNERS)).whole(request.GET, rows=MOST_ROWS)
    page, rows, _count = out_page(asked)
    heads = [_("案件编号"), _("计划编号"), _("单位"), _("来源"), _("轮次"), _("阅卷人"), _("警号"), _("分派")]
    sheet = Sheet("readers_sheet", "sheets-out", _("没有交的评查表"), heads, back="inspection:readers")
    return taken_away(request, sheet, page, (list(out_cells(row)) for row in rows))
