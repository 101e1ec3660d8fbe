"""积分办法: what the gate, the nudge test and the simulator say of each policy, and who approved it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.exports import Sheet, for_a_purpose, taken_away
from zhunsheng.apps.access.preferences import saved_filters
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.display.sheets import MOST_ROWS
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import period_list, stored, words
from zhunsheng.apps.points.models import Check, Proposal
from zhunsheng.apps.points.policies import COMPUTED, File, approved, checked, files
from zhunsheng.core.points.issue import REFUSE

LISTED = ("legal_department", "county_head", "inspectorate")


@dataclass(frozen=True)
class PolicyLine:
    """One policy file and how it stands. `state`: computed, changed since it was approved, waiting, not approved."""

    file: File
    title: str
    verdict: Any
    status: Any
    check: Check | None
    approval: Proposal | None
    waiting: Proposal | None
    state: str


def lines() -> list[PolicyLine]:
    """Every policy file of the rulebook."""
    with stored.whole():
        agreed = approved()
        open_ = {row.body["version"]: row for row in Proposal.objects.filter(kind=Proposal.Kind.POLICY, decision=None)}
    return [_line(one, agreed, open_) for one in files()]


def _line(one: File, agreed: dict[str, Proposal], open_: dict[str, Proposal]) -> PolicyLine:
    version = one.policy.version if one.policy else ""
    approval, waiting = agreed.get(version), open_.get(version)
    if approval is not None and approval.body["sha256"] != one.sha256:
        state = "changed"
    elif approval is not None:
        state = "computed" if one.policy and one.policy.status in ("trial", "stable") else "approved"
    else:
        state = "waiting" if waiting else "none"
    status = words.STATUSES.get(one.policy.status, one.policy.status) if one.policy else ""
    return PolicyLine(
        file=one,
        title=one.policy.title if one.policy else one.name,
        verdict=words.VERDICTS[one.verdict],
        status=status,
        check=checked(one.sha256),
        approval=approval,
        waiting=waiting,
        state=state,
    )


@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """The list, and the periods of what is computed."""
    viewer, now = viewer_behind(request), asking(request).now
    if not viewer.roles() & set(LISTED):
        return render(request, "access/refused.html", {"problem": _only()}, status=403)
    found = lines()
    record_read(kind="points_policies", key="all", detail={"count": len(found)})
    failing = [one for one in found if one.file.issues]
    only, asked = request.GET.get("only") == "failing", period_list.listing().asked(request.GET)
    page = {
        "lines": failing if only else found,
        "failing": len(failing),
        "only": only,
        "page": period_list.periods(asked, now=now),
        "asked": asked,
        "sheet": reverse("points:policies_sheet"),
        "saved": saved_filters(account=asking(request).account, page="points:policies"),
        "may_act": "legal_department" in viewer.roles(),
    }
    return render(request, "points/policies.html", page)


@for_a_purpose(gettext_lazy("期次"), back="points:policies")
def policies_sheet(request: HttpRequest) -> HttpResponse:
    """The periods to take away."""
    if not viewer_behind(request).roles() & set(LISTED):
        raise PermissionDenied
    page = period_list.periods(period_list.listing().whole(request.GET, rows=MOST_ROWS), now=asking(request).now)
    heads = [_("期次"), _("办法"), _("状态"), _("关账"), _("公布")]
    sheet = Sheet("policies_sheet", "periods", _("期次"), heads, back="points:policies")
    return taken_away(request, sheet, page, (list(period_list.cells(line)) for line in page.rows))


@require_GET
def policy(request: HttpRequest, name: str) -> HttpResponse:
    """One file: its issues, and the tables of the stored run."""
    viewer = viewer_behind(request)
    found = next((one for one in lines() if one.file.name == name), None)
    if found is None or not viewer.roles() & set(LISTED):
        raise Http404
    record_read(kind="points_policy", key=name)
    page = {
        "line": found,
        "may_act": "legal_department" in viewer.roles(),
        "may_submit": _may_submit(found),
        "blocks": _blocks(found),
        "issues": [(words.CODES[issue.code], issue) for issue in found.file.issues],
    }
    return render(request, "points/policy.html", page)


def _may_submit(line: PolicyLine) -> bool:
    """Whether a file as it is now can be put before the second body."""
    policy = line.file.policy
    is_ready = policy is not None and policy.status in COMPUTED and line.file.verdict != REFUSE
    return is_ready and line.state in ("none", "changed")


def _blocks(line: PolicyLine) -> list[tuple[Any, int]]:
    if line.file.policy is None:
        return []
    return [(words.BLOCKS[name], weight) for name, weight in line.file.policy.blocks.items()]


def _only() -> str:
    return _("积分办法由法制支队管理。")


def unit_choices() -> list[tuple[str, str]]:
    """Every unit, for what is said of one."""
    return list(Unit.objects.filter(closed_on=None).order_by("path").values_list("code", "short_name"))
