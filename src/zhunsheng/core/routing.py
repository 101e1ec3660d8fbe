"""Findings × roles × what was sent → who is told what, and why.

What comes in are changes: what a judgement found that the last one had not. `Change` is their shape; the supervisor's
batch gives them to `apps.alerts.services.route` in its own transaction. At most one change of a finding belongs to one
judgement; said twice, or in another order, changes mean the same.

What goes out are notices: a reason, a finding, and roles (or officers) to tell. Their keys hold neither a rule file's
hash nor a clock reading, and the reasons "first" and "worse" share one, so that a released rulebook, a second loop or
a replay tells nobody twice. Instants come in as arguments; the same group and instant give the same notices.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from zhunsheng.core.alert_group import Found, Group, Notice, level_roles, worst_first
from zhunsheng.core.alert_policy import AlertPolicy
from zhunsheng.core.alert_times import escalation_at, snooze_floor

WHATS: Final = ("appeared", "closed", "superseded", "withdrawn")
LEGAL_DEPARTMENT: Final = "legal_department"
TOLD_WHEN_CLOSED: Final = frozenset({"late", "late_known", "late_extension", "late_pause", "broken"})


class RuleTold(Protocol):
    """What alerts read of a rule, of whatever kind. `core.rule.Rule` is one."""

    @property
    def id(self) -> str:
        """Its name in keys."""
        ...

    @property
    def title(self) -> str:
        """Its name to people."""
        ...

    @property
    def nature(self) -> str:
        """statutory, internal or agreed."""
        ...

    @property
    def status(self) -> str:
        """stable is sent, trial is shown and not sent."""
        ...

    @property
    def custody(self) -> bool:
        """Whether liberty is at stake."""
        ...

    @property
    def recipients(self) -> Mapping[str, tuple[str, ...]]:
        """Roles by level."""
        ...

    @property
    def messages(self) -> Mapping[str, str]:
        """Texts by kind of finding."""
        ...

    @property
    def inhibited_by(self) -> tuple[str, ...]:
        """Rules whose open findings on the same subject say more than this one's."""
        ...


@dataclass(frozen=True)
class Change:
    """What one judgement found about one finding.

    `what`: appeared (it is true now and was not, or its clock runs again), closed (its clock was stopped; the finding
    stays true), superseded (its due times moved), withdrawn (a correction or a repaired rule takes it away). `key`: of
    the finding. `group`: key of its clock, or of what a check judged. `finding`: a row of schemas.FINDINGS. `clock`:
    the row of schemas.CLOCKS as it is judged now, the same in every change of the group; none for a check. `rule`: none
    where the rulebook has it no more.
    """

    what: str
    key: str
    group: str
    finding: Mapping[str, Any]
    clock: Mapping[str, Any] | None
    rule: RuleTold | None

    def __post_init__(self) -> None:
        if self.what not in WHATS:
            raise ValueError(f"{self.what!r} is no change. Use {', '.join(WHATS)}.")


Step = tuple[Group, list[Notice]]


def merged(group: Group, changes: Iterable[Change]) -> Group:
    """The group with what a judgement found, before anybody is told. Order and repetition of changes do not matter."""
    strongest: dict[str, Change] = {}
    clock = None
    for change in changes:
        known = strongest.get(change.key)
        if known is None or WHATS.index(change.what) > WHATS.index(known.what):
            strongest[change.key] = change
        clock = change.clock or clock
    findings = dict(group.findings)
    for key, change in strongest.items():
        findings[key] = _merge(group, findings.get(key), change)
    ordered = {key: findings[key] for key in sorted(findings)}
    if clock is None:
        return replace(group, findings=ordered)
    return replace(group, findings=ordered, start=clock["start"], due=clock["due"])


def _merge(group: Group, found: Found | None, change: Change) -> Found:
    row = change.finding
    if found is None:
        found = Found(row["kind"], row["level"], row["found_at"])
        if group.ruled_due is not None and group.ruled_due == row["due"] and not group.liberty:
            found = replace(found, state="overruled")
    if change.what in ("superseded", "withdrawn"):
        return replace(found, state=change.what)
    if found.state == "overruled":
        return found
    if found.corrected:
        found = replace(found, told=False, corrected=False, returns=found.returns + 1)
    return replace(found, state="current", found_at=row["found_at"], closed_at=row["closed_at"])


def routed(
    group: Group, *, as_of: datetime, policy: AlertPolicy, roles: Mapping[str, tuple[str, ...]], held: str = ""
) -> Step:
    """Who is told because of what was found. `held`: why nobody is to be told now; liberty is held by nothing but a
    rule on trial.

    Takes   roles: the rule's recipients by level.
    """
    group, notices = _corrections(group)
    group = replace(group, held=held if held == "trial" or not group.liberty else "")
    if not group.held:
        group, raised = _raise(group, as_of, policy, roles)
        notices += raised
    return _settle(group, as_of, policy), notices


def _corrections(group: Group) -> Step:
    """What was told and is not true tells those who were told."""
    notices, findings = [], dict(group.findings)
    for key, found in group.findings.items():
        if found.state in ("withdrawn", "overruled") and found.told and not found.corrected:
            findings[key] = replace(found, corrected=True)
            notices.append(_notice(group, key, "withdrawn", "withdrawn", occasion=_return(found), to_told=True))
    return replace(group, findings=findings), notices


def _raise(group: Group, as_of: datetime, policy: AlertPolicy, roles: Mapping[str, tuple[str, ...]]) -> Step:
    untold = {key: f for key, f in group.findings.items() if not f.told and _is_news(f, as_of, policy)}
    if not untold:
        return group, []
    key, found = min(untold.items(), key=worst_first)
    told = group.told_rank
    if told is not None and found.rank <= told:
        return group, []
    notice = _notice(
        group,
        key,
        "first" if told is None else "worse",
        "raised",
        occasion=_return(found),
        roles=level_roles(found.level, roles),
    )
    group = replace(
        group,
        findings={**group.findings, key: replace(found, told=True)},
        state="disputed" if group.state == "disputed" else "waiting",
        owner=None if group.state in ("done", "withdrawn") else group.owner,
        state_until=group.state_until if group.state == "disputed" else None,
        escalations=0,
        escalated=(),
        escalate_at=escalation_at(group, found.level, as_of, policy),
        closed_at=None,
    )
    return group, [notice]


def _is_news(found: Found, as_of: datetime, policy: AlertPolicy) -> bool:
    """Open, or an act that came too late and only recently."""
    if found.state != "current" or found.closed_at is None:
        return found.is_open
    return found.kind in TOLD_WHEN_CLOSED and found.closed_at >= as_of - policy.late_told_within


def _settle(group: Group, as_of: datetime, policy: AlertPolicy) -> Group:
    """The state that the facts leave it in: closed by data, open again, or as people left it."""
    if any(found.is_open for found in group.findings.values()):
        if group.state in ("done", "withdrawn"):
            return replace(
                group,
                state="waiting",
                owner=None,
                closed_at=None,
                escalate_at=None if group.held else escalation_at(group, group.level, as_of, policy),
            )
        if group.state == "snoozed" and group.level == "red":
            return replace(group, state="waiting", state_until=None)
        return _within_due(group, as_of, policy)
    if group.state in ("done", "withdrawn"):
        return group
    states = {found.state for found in group.findings.values()}
    return replace(
        group,
        state="withdrawn" if states <= {"withdrawn", "overruled"} else "done",
        state_until=None,
        escalate_at=None,
        handed_to=None,
        closed_at=as_of,
    )


def _within_due(group: Group, as_of: datetime, policy: AlertPolicy) -> Group:
    """A snooze or an acknowledgement does not outlast a due time that moved nearer."""
    if group.state_until is None or group.due is None or group.state not in ("snoozed", "acknowledged"):
        return group
    if group.state == "acknowledged" and group.due <= as_of:
        return group
    latest = group.due - snooze_floor(group, policy) if group.state == "snoozed" else group.due
    return replace(group, state_until=min(group.state_until, max(latest, as_of)))


def swept(
    group: Group,
    *,
    as_of: datetime,
    policy: AlertPolicy,
    roles: Mapping[str, tuple[str, ...]],
    reachable: Callable[[str], bool] = lambda _role: True,
) -> Step:
    """What time alone does to an open group: acknowledgements, snoozes and claims end, unanswered alerts go to the next
    role up. `reachable`: whether a role has somebody who can be told."""
    notices: list[Notice] = []
    if group.held:
        return group, notices
    if group.state_until is not None and group.state_until <= as_of:
        group, notices = _asked_again(group, as_of, policy, roles)
    answers = group.state == "waiting" or (group.state == "disputed" and group.liberty)
    if answers and group.escalate_at is not None and group.escalate_at <= as_of:
        group, more = _escalated(group, as_of, policy, roles, reachable)
        notices += more
    return group, notices


def _asked_again(group: Group, as_of: datetime, policy: AlertPolicy, roles: Mapping[str, tuple[str, ...]]) -> Step:
    worst = group.worst
    if worst is None:
        return replace(group, state_until=None), []
    asks = group.asks + 1
    text = "claim" if group.state == "claimed_done" else "repeat"
    handling = level_roles(group.level, roles)[:1]
    if group.state == "disputed":
        notice = _notice(group, worst[0], "repeat", text, occasion=f"ask{asks}", roles=(LEGAL_DEPARTMENT, *handling))
    elif group.owner is not None:
        notice = _notice(group, worst[0], "repeat", text, occasion=f"ask{asks}", officers=(group.owner,))
    else:
        notice = _notice(group, worst[0], "repeat", text, occasion=f"ask{asks}", roles=handling)
    at = escalation_at(group, group.level, as_of, policy)
    return replace(group, state="waiting", state_until=None, asks=asks, escalate_at=at), [notice]


def _escalated(
    group: Group,
    as_of: datetime,
    policy: AlertPolicy,
    roles: Mapping[str, tuple[str, ...]],
    reachable: Callable[[str], bool],
) -> Step:
    worst = group.worst
    if worst is None:
        return replace(group, escalate_at=None), []
    first = level_roles(group.level, roles)
    step = group.escalations + 1
    pace = policy.pace(liberty=group.liberty)
    upward = [r for r in policy.chain if r not in first and r not in group.escalated and reachable(r)]
    if not upward:
        asked = (*first[:1], *(group.escalated or first)[-1:])
        again = _notice(group, worst[0], "repeat", "repeat", occasion=f"again{step}", roles=asked)
        return replace(group, escalations=step, escalate_at=as_of + pace.again), [again]
    notice = _notice(group, worst[0], "escalated", "escalated", occasion=upward[0], roles=(upward[0],))
    group = replace(
        group,
        escalations=step,
        escalated=(*group.escalated, upward[0]),
        escalate_at=escalation_at(group, group.level, as_of, policy),
    )
    return group, [notice]


def _notice(group: Group, key: str, reason: str, text: str, **more: Any) -> Notice:
    found = group.findings[key]
    return Notice(group=group.key, finding=key, reason=reason, text=text, level=found.level, kind=found.kind, **more)


def _return(found: Found) -> str:
    return f"return{found.returns}" if found.returns else ""
