"""When: the instants at which an alert is told, asks again, rises, and until which it may be put off."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.core.alert_group import Group
from zhunsheng.core.alert_policy import AlertPolicy

MOST_DOUBLINGS: Final = 10


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
    gathered: bool = False,
    reminds: bool = False,
) -> datetime | None:
    """When a message is told together with others; None: at once. Liberty never waits, nor does red, unless it may be
    `gathered`: somebody hears of it at once, and this message is to others or says it again. Such a red, and what ends
    within a day, wait for the next full interval of the day, unless they end before; what only `reminds` waits for the
    digest, as what ends later does."""
    if liberty or (level == "red" and not gathered):
        return None
    is_near = due is not None and as_of < due <= as_of + policy.digest_not_if_due_within
    if not is_near and (reminds or level != "red"):
        return _next(as_of, policy.digest_at.hour, policy.digest_at.minute, policy)
    if level != "red" and _is_quiet(as_of, policy):
        return _next(as_of, policy.quiet_until.hour, policy.quiet_until.minute, policy)
    at = _next_interval(as_of, policy)
    ends_before = due is not None and as_of < due <= at
    return None if at == as_of or ends_before or (level != "red" and _is_quiet(at, policy)) else at


def _is_quiet(at: datetime, policy: AlertPolicy) -> bool:
    local = at.astimezone(ZoneInfo(policy.zone)).time()
    return local >= policy.quiet_from or local < policy.quiet_until


def _next_interval(as_of: datetime, policy: AlertPolicy) -> datetime:
    """The next full interval since the midnight before, itself if it is one."""
    midnight = as_of.astimezone(ZoneInfo(policy.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (midnight - as_of) // policy.gathered_every * policy.gathered_every


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
