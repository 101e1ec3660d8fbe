"""更换阅卷人: who has still which file to read, and another reader for one of them. The file itself never changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.inspection import assigning
from zhunsheng.apps.inspection.forms import ReaderForm
from zhunsheng.apps.inspection.lists import readings_out
from zhunsheng.apps.inspection.models import Assigned
from zhunsheng.apps.inspection.people import PLANNERS, officer_behind
from zhunsheng.apps.inspection.plan_page import ROUND_TITLES
from zhunsheng.apps.inspection.refusals import ReadingRefused
from zhunsheng.apps.inspection.sheet_page import STREAM_TITLES
from zhunsheng.apps.org.models import Unit


@require_http_methods(["GET", "HEAD", "POST"])
def readers(request: HttpRequest) -> HttpResponse:
    """The readings that are out, and the form that gives one of them to somebody else."""
    viewer = viewer_among(request, PLANNERS)
    rows = readings_out()
    form = ReaderForm(request.POST or None, readings=[(str(row.pk), _named(row)) for row in rows])
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, asking(request).now
        try:
            to = assigning.reader_of_number(said["number"], on=localdate(now))
            row = next(one for one in rows if str(one.pk) == said["reading"])
            assigning.reassign(row, to=to, by=officer_behind(viewer), reason=said["reason"], at=now)
        except ReadingRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("inspection:readers")
    names = dict(Unit.objects.values_list("code", "short_name"))
    record_read(kind="readings_out", key="all", detail={"count": len(rows)})
    shown = [
        (row, names.get(row.pick.unit, row.pick.unit), _(STREAM_TITLES[row.pick.stream]), _(ROUND_TITLES[row.round]))
        for row in rows
    ]
    return render(
        request, "inspection/readers.html", {"rows": shown, "form": form}, status=422 if form.is_bound else 200
    )


def _named(row: Assigned) -> str:
    reader = f"{row.reader.name} {row.reader.number}" if row.reader else _("报上一级阅卷")
    return f"{row.pick.case} · {_(ROUND_TITLES[row.round])} · {reader}"
