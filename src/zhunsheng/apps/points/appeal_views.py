"""积分申诉: every appeal that a viewer may see, and the answer to one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.listing import Asked
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.points import appeal_list
from zhunsheng.apps.points import appeals as services
from zhunsheng.apps.points.forms import AnswerForm
from zhunsheng.apps.refusals import DomainError


@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    """The appeals, those that wait first."""
    return _appeals(request)


def _asked(request: HttpRequest) -> Asked:
    return appeal_list.listing(viewer_behind(request), now=asking(request).now).asked(request.GET)


def _appeals(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    viewer, who, asked = viewer_behind(request), asking(request), _asked(request)
    page, lines = appeal_list.appeals(viewer, asked, now=who.now)
    record_read(kind="points_appeals", key=asked.address(), detail={"count": len(lines)})
    shown = {
        "lines": lines,
        "page": page,
        "asked": asked,
        "waiting": appeal_list.waiting(viewer, now=who.now),
        "here": asked.here(),
        "may_act": viewer.may(Action.POINTS_CONFIRM),
        "sheet": reverse("points:appeals_sheet"),
        "saved": saved_filters(account=who.account, page="points:appeals"),
        "problem": problem,
    }
    return render(request, "points/appeals.html", shown, status=status)


@for_a_purpose(gettext_lazy("积分申诉"), back="points:appeals")
def appeals_sheet(request: HttpRequest) -> HttpResponse:
    """The appeals to take away."""
    viewer, now = viewer_who_may(request, Action.POINTS_DECIDE), asking(request).now
    asked = appeal_list.listing(viewer, now=now).whole(request.GET, rows=MOST_ROWS)
    page, lines = appeal_list.appeals(viewer, asked, now=now)
    heads = [_("积分"), _("分"), _("民警"), _("事由"), _("文号"), _("申诉时间"), _("答复期限"), _("答复"), _("答复人")]
    heads += [_("答复时间"), _("理由")]
    sheet = Sheet("appeals_sheet", "appeals", _("积分申诉"), heads, back="points:appeals")
    return taken_away(request, sheet, page, (list(appeal_list.cells(line)) for line in lines))


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Answer an appeal; it leads back to its place in the list."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _appeals(request, _("请选择支持或不支持，并写明理由。"), status=422)
    try:
        services.answer(
            viewer_behind(request),
            key=request.POST.get("key", ""),
            granted=form.cleaned_data["granted"] == "yes",
            reason=form.cleaned_data["reason"],
            at=asking(request).now,
        )
    except services.NoSuchEntry as problem:
        raise Http404 from problem
    except DomainError as problem:
        return _appeals(request, str(problem), status=422)
    return redirect(reverse("points:appeals") + _asked(request).here())
