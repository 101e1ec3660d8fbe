"""积分审批: what waits for a second person and what was decided, and the forms of what two persons record."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind, viewer_who_may
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.listing import Asked
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import appeal_list, closing, decision_list, period_list, stored
from zhunsheng.apps.points import decisions as services
from zhunsheng.apps.points.effects import CannotBeRecorded
from zhunsheng.apps.points.forms import (
    BoundForm,
    DecisionForm,
    DefectForm,
    ExposureForm,
    ManualForm,
    OfAPerson,
    Proposed,
)
from zhunsheng.apps.points.measuring import measured_weights
from zhunsheng.apps.points.models import Proposal
from zhunsheng.apps.points.people import UNIT_KINDS, Posted, leads, names_of, posted
from zhunsheng.apps.points.policies import files, governing, in_use
from zhunsheng.apps.points.roster import period_of
from zhunsheng.apps.refusals import DomainError
from zhunsheng.core.points.from_events import ENDINGS

Kind = Proposal.Kind
FORMS: Final[Mapping[str, type[Proposed]]] = {
    Kind.EXPOSURE: ExposureForm,
    Kind.MANUAL: ManualForm,
    Kind.DEFECT: DefectForm,
    Kind.BOUND: BoundForm,
}
PREPARED: Final = (Kind.POLICY, Kind.PUBLICATION, Kind.WEIGHTS)


@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided."""
    return _decisions(request)


def _asked(request: HttpRequest) -> Asked:
    return decision_list.listing(viewer_behind(request), now=asking(request).now).asked(request.GET)


def _decisions(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    viewer, who, asked = viewer_behind(request), asking(request), _asked(request)
    page, lines, waiting = decision_list.proposals(viewer, asked)
    record_read(kind="points_decisions", key=asked.address(), detail={"count": len(lines)})
    may_act = viewer.may(Action.POINTS_CONFIRM)
    shown = {
        "lines": lines,
        "page": page,
        "asked": asked,
        "waiting": waiting,
        "appeals": appeal_list.waiting(viewer, now=who.now),
        "here": asked.here(),
        "may_act": may_act,
        "kinds": [(kind, _(Kind(kind).label)) for kind in FORMS if _offers(viewer, kind)] if may_act else [],
        "sheet": reverse("points:decisions_sheet"),
        "saved": saved_filters(account=who.account, page="points:decisions"),
        "problem": problem,
    }
    return render(request, "points/decisions.html", shown, status=status)


@for_a_purpose(gettext_lazy("积分审批"), back="points:decisions")
def decisions_sheet(request: HttpRequest) -> HttpResponse:
    """What was proposed and decided to take away."""
    viewer = viewer_who_may(request, Action.POINTS_DECIDE)
    asked = decision_list.listing(viewer, now=asking(request).now).whole(request.GET, rows=MOST_ROWS)
    page, lines, _waiting = decision_list.proposals(viewer, asked)
    heads = [_("事项"), _("内容"), _("单位"), _("事由"), _("提出人"), _("提出时间"), _("决定"), _("决定人")]
    heads += [_("决定时间"), _("理由")]
    sheet = Sheet("decisions_sheet", "decisions", _("积分审批"), heads, back="points:decisions")
    return taken_away(request, sheet, page, (list(decision_list.cells(line)) for line in lines))


def _offers(viewer: Viewer, kind: str) -> bool:
    return kind not in services.CITY_WIDE or "legal_department" in viewer.roles()


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose something of a kind; the second person finds it in the list."""
    viewer = viewer_behind(request)
    if not viewer.may(Action.POINTS_CONFIRM):
        raise PermissionDenied
    if kind in PREPARED and request.method == "POST":
        return _prepared(request, viewer, kind)
    if kind not in FORMS or not _offers(viewer, kind):
        raise Http404
    people = _people(viewer, asking(request).now)
    form = _form(kind, request, viewer, people)
    if request.method == "POST" and form.is_valid():
        try:
            body, unit = _completed(kind, form.body(), people, asking(request).now)
            services.propose(
                viewer, kind=kind, body=body, unit=unit, reason=form.cleaned_data["reason"], at=asking(request).now
            )
        except DomainError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("points:decisions")
    page = {"form": form, "title": _(Kind(kind).label)}
    return render(request, "points/propose.html", page, status=422 if form.errors else 200)


def _form(kind: str, request: HttpRequest, viewer: Viewer, people: Mapping[str, Posted]) -> Proposed:
    data = request.POST if request.method == "POST" else None
    made = FORMS[kind]
    if issubclass(made, OfAPerson):
        names = names_of(people)
        return made(data, people=[("", "—"), *((code, f"{names[code]}（{code}）") for code in people)])
    del viewer
    units = Unit.objects.filter(kind__in=UNIT_KINDS, closed_on=None).order_by("path").values_list("code", "short_name")
    return BoundForm(data, units=list(units))


def _people(viewer: Viewer, now: datetime) -> dict[str, Posted]:
    """Everybody of the units that a viewer leads, himself left out."""
    rows = [one for one in posted(on=now.astimezone(ZONE).date()) if leads(viewer, one.unit, Action.POINTS_DECIDE)]
    return {one.holder: one for one in rows if one.officer != viewer.officer}


def _completed(
    kind: str, body: dict[str, Any], people: Mapping[str, Posted], now: datetime
) -> tuple[dict[str, Any], str]:
    """A body with what the server sets: unit, peers, period, policy. Never taken from the form."""
    if kind == Kind.BOUND:
        return body, body["unit"]
    place = people[body.get("officer") or body["holder"]]
    body["unit"] = place.unit
    today = now.astimezone(ZONE).date()
    policy = governing(in_use(), scheme="officer", unit_kind=place.unit_kind, post=place.post, on=today)
    if kind in (Kind.EXPOSURE, Kind.MANUAL) and policy is None:
        raise CannotBeRecorded(why=_("这个人的岗位现在没有批准在用的办法"))
    if kind == Kind.EXPOSURE and policy is not None:
        body |= {"peers": place.peers, "period": period_of(today, policy.period).isoformat()}
    if kind == Kind.MANUAL and policy is not None:
        body["policy"] = policy.id
    return body, place.unit


def _prepared(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponse:
    """What the server computes, and the legal department proposes: a policy's text, a board's hash, weights."""
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        Kind.POLICY: lambda: _policy_body(request.POST.get("file", "")),
        Kind.PUBLICATION: lambda: _publication_body(request),
        Kind.WEIGHTS: lambda: _weights_body(request.POST.get("year", "")),
    }
    try:
        reason = request.POST.get("reason", "")
        services.propose(viewer, kind=kind, body=makers[kind](), unit="", reason=reason, at=asking(request).now)
    except DomainError as problem:
        page = {"problem": str(problem), "back": reverse("points:policies")}
        return render(request, "access/refused.html", page, status=422)
    return redirect("points:decisions")


def _policy_body(name: str) -> dict[str, Any]:
    found = next((one for one in files() if one.name == name), None)
    if found is None or found.policy is None:
        raise CannotBeRecorded(why=_("没有这个办法文件，或它读不出来"))
    if found.verdict == "refuse":
        raise CannotBeRecorded(why=_("没有过闸，不能提交批准"))
    if found.policy.status not in ("trial", "stable"):
        raise CannotBeRecorded(why=_("还是草稿：先把文件里的 status 改为 trial 或 stable"))
    return {
        "policy": found.policy.id,
        "version": found.policy.version,
        "title": found.policy.title,
        "sha256": found.sha256,
        "verdict": found.verdict,
        "text": found.text,
    }


def _publication_body(request: HttpRequest) -> dict[str, Any]:
    period = _date(request.POST.get("period", ""))
    with stored.whole():
        stored.hold()
        return closing.prepare_publication(request.POST.get("policy", ""), period, watermark=asking(request).now)


def _weights_body(year: str) -> dict[str, Any]:
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise Http404
    with stored.whole():
        rows = measured_weights(int(year), ENDINGS)
    if not rows:
        raise CannotBeRecorded(why=_("这一年的日志里没有可以测算用时的案件"))
    return {"year": int(year), "rows": rows}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise Http404 from problem


@require_POST
def decide(request: HttpRequest, proposal: UUID) -> HttpResponse:
    """The second person's word; it leads back to its place in the list."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _decisions(request, _("请选择同意或不同意。"), status=422)
    try:
        services.decide(
            viewer_behind(request),
            proposal=proposal,
            confirmed=form.cleaned_data["confirmed"] == "yes",
            reason=form.cleaned_data["reason"],
            at=asking(request).now,
        )
    except services.NoSuchProposal as problem:
        raise Http404 from problem
    except DomainError as problem:
        return _decisions(request, str(problem), status=422)
    return redirect(reverse("points:decisions") + _asked(request).here())


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close a period; it leads back to its place in the list."""
    viewer, every = viewer_behind(request), request.POST.get("every", "")
    if "legal_department" not in viewer.roles():
        raise PermissionDenied
    if every not in ("month", "quarter", "year"):
        raise Http404
    try:
        closing.close_period(viewer, every=every, period=_date(request.POST.get("period", "")), at=asking(request).now)
    except DomainError as problem:
        page = {"problem": str(problem), "back": reverse("points:policies")}
        return render(request, "access/refused.html", page, status=422)
    return redirect(reverse("points:policies") + period_list.listing().asked(request.GET).here())
