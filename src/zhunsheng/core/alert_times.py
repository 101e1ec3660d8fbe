"""When: the instants at which an alert is told, asks again, rises, and until which it may be put off."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.alert_group import Group
from zhunsheng.core.alert_policy import AlertPolicy, Gathering

MOST_DOUBLINGS: Final = 10
MINUTE: Final = timedelta(minutes=1)


def snooze_floor(group: Group, policy: AlertPolicy) -> timedelta:
    """How long before the due time a snooze must end, by the length of the limit."""
    length = group.due - group.start if group.due and group.start else None
    for limit in policy.snooze:
        if limit.limit_up_to is None or (length is not None and length <= limit.limit_up_to):
            return limit.floor
    raise AssertionError("The parser lets no policy without a last [[snooze]] through.")


def acknowledged_until(group: Group, at: datetime, policy: AlertPolicy) -> datetime:
    """When an acknowledgement asks again: at a share of the time left; where none is left or known, after an interval
    that doubles with each time, up to a longest one."""
    if group.due is None or group.due <= at:
        first, most = policy.acknowledged_overdue[group.liberty], policy.acknowledged_most[group.liberty]
        times: int = 2 ** min(group.asks, MOST_DOUBLINGS)
        return at + min(first * times, most)
    share = (group.due - at) * policy.acknowledged_share / 100
    return min(at + max(share, policy.acknowledged_least), group.due)


def told_at(
    level: str,
    *,
    liberty: bool,
    due: datetime | None,
    as_of: datetime,
    policy: AlertPolicy,
    purpose: str = "first",
) -> datetime | None:
    """The latest instant at which a message leaves, if nothing else goes to the same person before; None: at once.

    Red is told at once to those who handle the case, of liberty also when it escalates. Everything else waits for a
    share of the time left (rulebook/alerts.toml, gathered), so that it always comes before the end; where liberty is
    not at stake the rest waits for the digest, and what is not red does not come at night.

    Takes   purpose: first (to whoever handles the case), beside (to others, while somebody who handles it is told),
            escalated, repeat, withdrawn.
    """
    is_red = level == "red"
    if purpose == "withdrawn":
        return as_of + policy.gathered[liberty]["again"].most if is_red else _digest(as_of, policy)
    if is_red and (purpose == "first" or (liberty and purpose == "escalated")):
        return None
    if liberty and level == "ask":
        return None
    rows = policy.gathered[liberty]
    at = _within(rows[_row(purpose, is_red=is_red)], due, as_of)
    if not liberty:
        is_near = due is not None and as_of < due <= as_of + policy.digest_not_if_due_within
        if not is_near and (purpose == "repeat" or not is_red):
            return _digest(as_of, policy)
        if not is_red:
            at = _by_day(at, as_of, policy)
    return at if at > as_of else None


def _row(purpose: str, *, is_red: bool) -> str:
    if purpose == "repeat":
        return "again"
    if is_red:
        return "red"
    return "beside" if purpose == "beside" else "first"


def _within(gathering: Gathering, due: datetime | None, as_of: datetime) -> datetime:
    """The latest instant, to the minute below."""
    wait = gathering.most
    if due is not None and due > as_of:
        wait = min(wait, (due - as_of) * gathering.share / 100)
    return as_of + wait // MINUTE * MINUTE


def _by_day(at: datetime, as_of: datetime, policy: AlertPolicy) -> datetime:
    """Before the night, or where it has begun, after it."""
    if _is_quiet(as_of, policy):
        return _next(as_of, policy.quiet_until.hour, policy.quiet_until.minute, policy)
    return min(at, _next(as_of, policy.quiet_from.hour, policy.quiet_from.minute, policy))


def _digest(as_of: datetime, policy: AlertPolicy) -> datetime:
    return _next(as_of, policy.digest_at.hour, policy.digest_at.minute, policy)


def may_come_along(level: str, *, liberty: bool, as_of: datetime, policy: AlertPolicy) -> bool:
    """Whether what waits may leave with another message now: not what the night holds back."""
    return liberty or level == "red" or not _is_quiet(as_of, policy)


def _is_quiet(at: datetime, policy: AlertPolicy) -> bool:
    local = at.astimezone(ZoneInfo(policy.zone)).time()
    return local >= policy.quiet_from or local < policy.quiet_until


def _next(as_of: datetime, hour: int, minute: int, policy: AlertPolicy) -> datetime:
    """The next time that the clock on the wall shows this."""
    local = as_of.astimezone(ZoneInfo(policy.zone))
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def escalation_at(group: Group, level: str, as_of: datetime, policy: AlertPolicy) -> datetime | None:
    """When an alert that nobody answers goes to the next role; None: never. A question of liberty waits like blue."""
    after = policy.pace(liberty=group.liberty).after
    wait = after.get("blue" if level == "ask" and group.liberty else level)
    return as_of + wait if wait is not None else None
