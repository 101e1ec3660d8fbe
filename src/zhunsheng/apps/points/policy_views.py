"""积分办法: what the gate, the nudge test and the simulator say of each policy, and who approved it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.points import stored, words
from zhunsheng.apps.points.models import Check, Closing, Proposal, Publication
from zhunsheng.apps.points.policies import COMPUTED, File, approved, checked, files, in_use
from zhunsheng.apps.points.roster import next_period
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


@dataclass(frozen=True)
class PeriodLine:
    """One period of a policy that has begun: open, closed, published."""

    policy: str
    policy_title: str
    period: datetime | Any
    title: str
    every: str
    is_over: bool
    closed_at: datetime | None
    published: Publication | None


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
    only = request.GET.get("only") == "failing"
    page = {
        "lines": failing if only else found,
        "failing": len(failing),
        "only": only,
        "periods": period_lines(now),
        "may_act": "legal_department" in viewer.roles(),
    }
    return render(request, "points/policies.html", page)


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


def period_lines(now: datetime) -> list[PeriodLine]:
    """The periods that have begun of every policy in use, the last first; a year of them at most."""
    today = now.date()
    with stored.whole():
        closed = {(row.every, row.period): row.closed_at for row in Closing.objects.all()}
        printed = {(row.policy, row.period): row for row in Publication.objects.defer("text")}
    found = []
    for one in {policy.id: policy for policy in reversed(in_use())}.values():
        period = one.in_force
        while period <= today:
            after = next_period(period, one.period)
            title = words.period_title(period, one.period)
            key = (one.id, period)
            found.append(
                PeriodLine(
                    one.id,
                    one.title,
                    period,
                    title,
                    one.period,
                    after <= today,
                    closed.get((one.period, period)),
                    printed.get(key),
                )
            )
            period = after
    return sorted(found, key=lambda line: (line.period, line.policy), reverse=True)[:24]


def unit_choices() -> list[tuple[str, str]]:
    """Every unit, for what is said of one."""
    return list(Unit.objects.filter(closed_on=None).order_by("path").values_list("code", "short_name"))
