"""From a start and a limit to the two due times: strict (warns) and outer (breaches)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.oracle.book import Leads, Limit
from tests.oracle.days import (
    ALL_WORKED,
    DAY,
    FEW_WORKED,
    PUBLISHED,
    Calendar,
    Moment,
    Unpublished,
    next_working_day,
    office_time_between,
    opening_spans,
    step_days,
    step_months,
    step_office_time,
    step_working_days,
)

HOURS_COUNTED: Final = ("exact_minute", "rolling_24h", "same_time", "office_hours", "at_once")
RED_AT_ONCE: Final = timedelta(hours=4)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Point:
    """Where counting begins: an instant, and the local day that is not counted. `at_end`: a 24:00 continued."""

    at: datetime
    day: date
    at_end: bool = False


@dataclass(frozen=True)
class Span:
    """Time that does not count. `last` is the local day of its end: a pause that ends at 24:00 ends on that day."""

    begin: datetime
    end: datetime
    first: date
    last: date


@dataclass(frozen=True)
class Due:
    """Both due times. `strict` is None where it is not known or, with `waits`, where no limit runs."""

    strict: Moment | None = None
    outer: Moment | None = None
    unrolled_outer: Moment | None = None
    earliest: Moment | None = None
    latest: Moment | None = None
    waits: bool = False
    is_beyond_calendar: bool = False


def count(limit: Limit, point: Point, cal: Calendar, beyond: str = PUBLISHED) -> Moment:
    """The strict reading of a limit from a point. Raises Unpublished where a working day is not known."""
    n = limit.amount
    if limit.counting == "at_once":
        return Moment(point.at, at_end=False)
    if limit.counting == "office_hours":
        return Moment(_office(limit, point, cal, beyond), at_end=False)
    if limit.counting == "same_time":
        return Moment(cal.wall(point.at, step_days(point.day, n)), at_end=point.at_end)
    if limit.counting == "rolling_24h" or limit.unit == "hours":
        hours = 24 * n if limit.unit == "days" else n
        return Moment(point.at + hours * HOUR, at_end=point.at_end)
    if limit.counting == "next_workday":
        return cal.end_of(step_working_days(cal, point.day, n, beyond))
    if limit.counting == "same_day_of_month":
        return cal.end_of(step_months(point.day, 12 * n if limit.unit == "years" else n))
    if limit.counting == "day_after":
        return cal.end_of(step_days(point.day, n))
    raise ValueError(f"{limit.counting!r} of {limit.unit!r} is not counted from a start")


def _office(limit: Limit, point: Point, cal: Calendar, beyond: str) -> datetime:
    """Opening hours are used up; working days keep the time of day. A start outside them moves to the next opening."""
    opens, _ = next(opening_spans(cal, point.at, beyond))
    if limit.unit == "hours":
        return step_office_time(cal, opens, limit.amount * HOUR, beyond)
    if limit.unit == "working_days":
        return cal.wall(opens, step_working_days(cal, cal.day_of(opens), limit.amount, beyond))
    return cal.wall(opens, step_days(cal.day_of(opens), limit.amount))


def count_outer(limit: Limit, point: Point, cal: Calendar, leads: Leads, *, continued: bool) -> Moment:
    """The outer reading before it rolls. `continued`: added time goes on from the outer due time in force."""
    if limit.counting == "at_once":
        red = leads.lead["red"]
        after = red if leads.from_start and isinstance(red, timedelta) else RED_AT_ONCE
        return Moment(point.at + after, at_end=False)
    if limit.outer == "full_hour" and not continued:
        local = point.at.astimezone(cal.zone)
        full = (local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)) + HOUR
        return Moment(full + limit.amount * HOUR, at_end=False)
    if limit.outer == "day_end" and not continued:
        return cal.end_of(step_days(point.day, limit.amount))
    if limit.outer == "spc_month":
        n = 12 * limit.amount if limit.unit == "years" else limit.amount
        return cal.end_of(step_months(point.day, n, keep_last=True))
    return count(limit, point, cal)


def point_after(due: Moment, cal: Calendar) -> Point:
    """Where added time is counted from: the due time in force, whose day is over."""
    return Point(due.at, cal.last_day_of(due), due.at_end)


def move(due: Moment, limit: Limit, spans: Iterable[Span], cal: Calendar, beyond: str = PUBLISHED) -> Moment:
    """A due time moved by the time that does not count, in the terms in which the limit counts."""
    spans = list(spans)
    if not spans:
        return due
    unit = limit.unit
    if unit == "by_document":
        unit = "days" if due.at_end else "hours"
    if limit.counting == "office_hours" and unit == "hours":
        paused = sum((office_time_between(cal, s.begin, s.end, beyond) for s in union(spans)), timedelta(0))
        return replace(due, at=step_office_time(cal, due.at, paused, beyond)) if paused else due
    if unit in ("hours", "immediate", "before_parent"):
        return replace(due, at=due.at + sum((s.end - s.begin for s in union(spans)), timedelta(0)))
    days = paused_days(spans)
    if unit == "working_days":
        moved = step_working_days(cal, cal.last_day_of(due), sum(cal.is_working(day, beyond) for day in days), beyond)
    else:
        moved = step_days(cal.last_day_of(due), len(days))
    if due.at_end:
        return cal.end_of(moved)
    if limit.counting == "rolling_24h":
        return replace(due, at=due.at + len(days) * DAY)
    return replace(due, at=cal.wall(due.at, moved))


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: s.begin):
        if merged and span.begin <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].begin, span.end, merged[-1].first, span.last)
        else:
            merged.append(span)
    return merged


def paused_days(spans: Iterable[Span]) -> set[date]:
    """Every day on which a span has begun and has not ended, each once however many spans cover it."""
    days: set[date] = set()
    for span in spans:
        day = span.first
        while day < span.last:
            days.add(day)
            day += DAY
    return days


def roll(due: Moment, limit: Limit, cal: Calendar, is_anyone_held: Callable[[Moment], bool]) -> Moment:
    """The outer reading past rest days. Raises Unpublished where a day is not known."""
    if limit.roll == "never" and limit.outer != "rolled":
        return due
    if limit.roll == "by_custody" and is_anyone_held(due):
        return due
    day = cal.last_day_of(due)
    worked = next_working_day(cal, day)
    return due if worked == day else cal.end_of(worked)


@dataclass(frozen=True)
class Running:
    """A limit in force: from where it counts, and the end that a document states."""

    limit: Limit
    strict_from: Point
    outer_from: Point
    since: datetime  # time that does not count is taken off from here on
    continued: bool = False
    until: Moment | None = None
    until_since: datetime | None = None
    is_known: bool = True


def due_times(
    running: Running,
    spans: list[Span],
    cal: Calendar,
    leads: Leads,
    is_anyone_held: Callable[[Moment], bool],
) -> Due:
    """Both due times of a limit in force, with the time that does not count given as spans."""
    after = [cut(span, running.since, cal) for span in spans if span.end > running.since]
    until = None
    if running.until is not None and running.until_since is not None:
        later = [cut(s, running.until_since, cal) for s in spans if s.end > running.until_since]
        until = move(running.until, running.limit, later, cal, FEW_WORKED)
    if running.limit.counting == "by_document":
        return Due(strict=until, outer=until, unrolled_outer=until)
    if not running.is_known:
        return Due()
    try:
        strict = move(count(running.limit, running.strict_from, cal), running.limit, after, cal)
        outer = count_outer(running.limit, running.outer_from, cal, leads, continued=running.continued)
        unrolled = move(outer, running.limit, after, cal)
    except Unpublished:
        early, late = (
            move(count(running.limit, running.strict_from, cal, m), running.limit, after, cal, m)
            for m in (ALL_WORKED, FEW_WORKED)
        )
        return _capped_unknown(early, late, until)
    try:
        rolled: Moment | None = roll(unrolled, running.limit, cal, is_anyone_held)
    except Unpublished:
        rolled = None
    strict_capped = _earlier(strict, until)
    if rolled is not None:
        rolled = _earlier(max(rolled, strict, key=lambda m: m.at), until)
    elif until is not None and until.at <= unrolled.at:
        rolled = until
    return Due(strict_capped, rolled, _earlier(max(unrolled, strict, key=lambda m: m.at), until))


def _capped_unknown(early: Moment, late: Moment, until: Moment | None) -> Due:
    """An end that a document states before the earliest possible one is known all the same."""
    if until is not None and until.at <= early.at:
        return Due(until, until, until)
    return Due(earliest=early, latest=_earlier(late, until), is_beyond_calendar=True)


def _earlier(due: Moment, until: Moment | None) -> Moment:
    return until if until is not None and until.at < due.at else due


def cut(span: Span, since: datetime, cal: Calendar) -> Span:
    """The part of a span from an instant on."""
    return span if span.begin >= since else Span(since, span.end, cal.day_of(since), span.last)


def count_back(due: Moment, amount: int, unit: str, cal: Calendar) -> Moment:
    """A due time that lies an amount before another one, to the minute, never rolled."""
    if unit == "hours":
        return replace(due, at=due.at - amount * HOUR)
    day = cal.last_day_of(due)
    if unit == "days":
        day = step_days(day, -amount)
    elif unit == "working_days":
        day = step_working_days(cal, day, -amount)
    else:
        raise ValueError(f"{unit!r} is not counted back")
    return cal.end_of(day) if due.at_end else replace(due, at=cal.wall(due.at, day))
