"""What people may do with a group of alerts, and what they may not: pure changes of state.

Nothing here closes a group: only data does, or a ruling that the alert was wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.alert_group import Found, Group, Notice, level_roles
from zhunsheng.core.alert_policy import AlertPolicy
from zhunsheng.core.alert_times import acknowledged_until, escalation_at, snooze_floor
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.routing import LEGAL_DEPARTMENT, Step, routed

DISPUTE_REASONS: Final = ("start_wrong", "not_applicable", "done_not_in_data", "other")


class ActRefused(Exception):
    """A group cannot be treated so. `code` says why, in one word; `latest` what would be allowed."""

    def __init__(self, code: str, latest: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.latest = code, latest


def acknowledge(group: Group, officer: int, *, at: datetime, policy: AlertPolicy) -> Group:
    """Somebody takes it on. It asks again at half of the time left, or when its level rises. Said twice, it is the
    same."""
    _open(group)
    if group.state == "disputed":
        raise ActRefused("disputed")
    if group.state == "acknowledged" and group.owner == officer:
        return group
    until = group.state_until if group.state == "acknowledged" else acknowledged_until(group, at, policy)
    return replace(
        group,
        state="acknowledged",
        owner=officer,
        state_until=until,
        escalate_at=None,
        handed_to=None if group.handed_to == officer else group.handed_to,
    )


def snooze(group: Group, officer: int, *, at: datetime, until: datetime, policy: AlertPolicy) -> Group:
    """Put off until an instant before the floor. Never where liberty is at stake, never on red."""
    _open(group)
    latest = snooze_latest(group, at, policy)
    if latest is None:
        raise ActRefused(_why_no_snooze(group, at) or "past_floor")
    if until <= at:
        raise ActRefused("not_later")
    if until > latest:
        raise ActRefused("past_floor", latest)
    return replace(group, state="snoozed", owner=officer, state_until=until, escalate_at=None)


def snooze_latest(group: Group, at: datetime, policy: AlertPolicy) -> datetime | None:
    """Until when it may be put off; None where it may not at all."""
    if _why_no_snooze(group, at):
        return None
    if group.due is None:
        return at + policy.acknowledged_overdue[False]
    latest = group.due - snooze_floor(group, policy)
    return latest if latest > at else None


def _why_no_snooze(group: Group, at: datetime) -> str:
    if group.liberty:
        return "liberty"
    if group.level == "red":
        return "red"
    if group.state in ("disputed", "claimed_done"):
        return group.state
    return "overdue" if group.due is not None and group.due <= at else ""


def hand_over(group: Group, officer: int, *, to: int, occasion: str) -> Step:
    """Ask a named person to take it on. Until he accepts, nothing else changes."""
    _open(group)
    if officer == to:
        raise ActRefused("self")
    return replace(group, handed_to=to), [_tell(group, "handed_over", "handed", occasion, officers=(to,))]


def accept(group: Group, officer: int, *, at: datetime, policy: AlertPolicy) -> Group:
    """The named person takes it on."""
    _open(group)
    if group.handed_to != officer:
        raise ActRefused("not_handed")
    taken = replace(group, handed_to=None)
    if group.state == "disputed":
        return replace(taken, owner=officer)
    until = acknowledged_until(group, at, policy)
    return replace(taken, state="acknowledged", owner=officer, state_until=until, escalate_at=None)


def decline(group: Group, officer: int, *, occasion: str, roles: Mapping[str, tuple[str, ...]]) -> Step:
    """The named person does not; whoever owns it is asked again."""
    _open(group)
    if group.handed_to != officer:
        raise ActRefused("not_handed")
    told = _to_owner(group, "repeat", "repeat", occasion, level_roles(group.level, roles)[:1])
    return replace(group, handed_to=None), [told]


def claim_done(group: Group, officer: int, *, at: datetime, policy: AlertPolicy) -> Group:
    """Somebody says that it is done and the data do not show it yet. Without data it comes back: after a day, or at
    half of the time left."""
    _open(group)
    if group.state == "disputed":
        raise ActRefused("disputed")
    until = min(at + policy.claim_returns_after, acknowledged_until(group, at, policy))
    return replace(group, state="claimed_done", owner=officer, state_until=until, escalate_at=None)


def dispute(group: Group, officer: int, *, until: datetime, occasion: str) -> Step:
    """Somebody says that it is wrong; the legal department rules until an instant. Where liberty is at stake an
    unanswered alert goes on rising meanwhile."""
    _open(group)
    if group.state == "disputed":
        raise ActRefused("disputed")
    notice = _tell(group, "disputed", "disputed", occasion, roles=(LEGAL_DEPARTMENT,))
    disputed = replace(group, state="disputed", owner=officer, state_until=until)
    return (disputed if group.liberty else replace(disputed, escalate_at=None)), [notice]


def rule_on(
    group: Group,
    ruler: int,
    *,
    upheld: bool,
    at: datetime,
    policy: AlertPolicy,
    roles: Mapping[str, tuple[str, ...]],
    occasion: str,
) -> Step:
    """The legal department rules: it was wrong (withdrawn, everybody told is told so), or it stands."""
    if group.state != "disputed":
        raise ActRefused("not_disputed")
    if ruler == group.owner:
        raise ActRefused("own_dispute")
    if upheld:
        return _withdraw(group, at, policy, roles)
    notice = _to_owner(group, "repeat", "rejected", occasion, level_roles(group.level, roles)[:1])
    again = escalation_at(group, group.level, at, policy)
    return replace(group, state="waiting", state_until=None, escalate_at=again), [notice]


def _withdraw(group: Group, at: datetime, policy: AlertPolicy, roles: Mapping[str, tuple[str, ...]]) -> Step:
    findings = {key: _overruled(found) for key, found in group.findings.items()}
    ruled = replace(group, findings=findings, ruled_due=group.due)
    return routed(ruled, as_of=at, policy=policy, roles=roles, held=group.held)


def _overruled(found: Found) -> Found:
    return replace(found, state="overruled") if found.state == "current" else found


def urge(
    group: Group, *, reply_by: datetime, at: datetime, occasion: str, roles: Mapping[str, tuple[str, ...]]
) -> Step:
    """A superior presses: whoever owns it is told, else those of its level, and an answer is expected by an instant."""
    _open(group)
    if reply_by <= at:
        raise ActRefused("not_later")
    notice = _to_owner(group, "urged", "urged", occasion, level_roles(group.level, roles))
    if group.state_until is not None and group.state in ("acknowledged", "snoozed", "claimed_done"):
        group = replace(group, state_until=min(group.state_until, reply_by))
    return group, [notice]


def ruling_due(at: datetime, calendar: Calendar, *, working_days: int, zone: str) -> datetime:
    """24:00 of the working day by which a ruling is due; a calendar that does not reach so far counts every day."""
    day, left = at.astimezone(ZoneInfo(zone)).date(), working_days
    while left:
        day += timedelta(days=1)
        left -= _counts(day, calendar)
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _counts(day: date, calendar: Calendar) -> bool:
    return not calendar.first <= day <= calendar.last or calendar.is_working(day)


def _open(group: Group) -> None:
    if group.state in ("done", "withdrawn"):
        raise ActRefused("closed")


def _to_owner(group: Group, reason: str, text: str, occasion: str, otherwise: tuple[str, ...]) -> Notice:
    """To whoever owns it, else to roles."""
    if group.owner is not None:
        return _tell(group, reason, text, occasion, officers=(group.owner,))
    return _tell(group, reason, text, occasion, roles=otherwise)


def _tell(
    group: Group,
    reason: str,
    text: str,
    occasion: str,
    *,
    roles: tuple[str, ...] = (),
    officers: tuple[int, ...] = (),
) -> Notice:
    worst = group.worst
    if worst is None:
        raise ActRefused("closed")
    key, found = worst
    return Notice(
        group=group.key,
        finding=key,
        reason=reason,
        text=text,
        level=found.level,
        kind=found.kind,
        occasion=occasion,
        roles=roles,
        officers=officers,
    )
