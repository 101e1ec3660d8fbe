"""The page of silences: the legal department sets and ends them, discipline inspection looks on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_among
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import Silence
from zhunsheng.apps.alerts.silences import SilenceRefused, end_silence, set_silence
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import silences
from zhunsheng.apps.desk.inbox_views import officer_behind
from zhunsheng.apps.display.sheets import MOST_ROWS


@require_http_methods(["GET", "POST"])
def shown(request: HttpRequest) -> HttpResponse:
    """Every silence, and a form for another."""
    is_new = request.method == "POST"
    viewer = viewer_among(request, silences.SETTERS if is_new else silences.AUDIENCE)
    form = silences.SilenceForm(request.POST or None, viewer=viewer, initial={"rule": request.GET.get("rule", "")})
    if is_new and form.is_valid() and _set(request, form):
        return redirect("desk:silences")
    return _page(request, viewer, form)


@require_POST
def end(request: HttpRequest, silence: int) -> HttpResponse:
    """End one early. One that is over stays as it was."""
    viewer_among(request, silences.SETTERS)
    now = asking(request).now
    row = get_object_or_404(Silence, pk=silence)
    if row.ended_at is None and row.until_at > now:
        end_silence(silence=row, at=now)
    return redirect("desk:silences")


def _set(request: HttpRequest, form: silences.SilenceForm) -> bool:
    said, now = form.cleaned_data, asking(request).now
    try:
        set_silence(
            owner=officer_behind(request), rule=form.rules[said["rule"]], unit=said["unit"], from_at=now,
            until_at=said["until"], reason=said["reason"], at=now,
        )  # fmt: skip
    except SilenceRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True


@for_a_purpose(gettext_lazy("静默"), back="desk:silences")
def sheet(request: HttpRequest) -> HttpResponse:
    """The silences to take away."""
    viewer, now = viewer_among(request, silences.AUDIENCE), asking(request).now
    asked = silences.listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    found = silences.silenced(viewer, asked, now=now)
    heads = [_("规则"), _("编号"), _("单位"), _("原因"), _("设立人")]
    heads += [_("起"), _("止"), _("提前结束"), _("状态"), _("压着")]
    sheet = Sheet("silences_sheet", "silences", _("静默"), heads, back="desk:silences")
    return taken_away(request, sheet, found.page, (list(silences.cells(line)) for line in found.lines))


def _page(request: HttpRequest, viewer: Viewer, form: silences.SilenceForm) -> HttpResponse:
    now, account = asking(request).now, asking(request).account
    asked = silences.listing(viewer, now=now).asked(request.GET)
    found = silences.silenced(viewer, asked, now=now)
    record_read(kind="silences", key=asked.address(), detail={"count": len(found.lines)})
    page = {
        "silenced": found,
        "page": found.page,
        "asked": asked,
        "form": form if viewer.roles() & silences.SETTERS else None,
        "sheet": reverse("desk:silences_sheet"),
        "saved": saved_filters(account=account, page="desk:silences"),
    }
    return render(request, "desk/silences.html", page, status=422 if form.errors else 200)
