"""From a limit to its two due times: counting, pauses, stated ends and rest days."""

from zhunsheng.core.calendar import DAY_US, CalendarArrays
from zhunsheng.core.dates import (
    HOUR_US,
    MONTHS_PER_YEAR,
    NONE,
    add_months,
    after_open_time,
    at_wall_clock,
    earliest_working_day,
    latest_working_day,
    local_clock,
    local_day,
    midnight,
    nth_working_day,
    opening_at_or_after,
    roll_forward,
    working_days_between,
)
from zhunsheng.core.fold.facts import anyone_held
from zhunsheng.core.fold.state import FoldData
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    AT_ONCE,
    BY_CUSTODY,
    BY_DOCUMENT,
    DAY_AFTER,
    DAY_END,
    DAYS,
    EXACT_MINUTE,
    FULL_HOUR,
    HOURS,
    MONTHS,
    NEXT_WORKDAY,
    OFFICE_HOURS,
    ROLLED,
    ROLLING_24H,
    SAME_DAY_OF_MONTH,
    SAME_TIME,
    SPC_MONTH,
    WORKING_DAYS,
    YEARS,
)


@inner
def counts_hours(counting: int) -> bool:
    """Whether a counting needs the hour of its start."""
    return counting in (EXACT_MINUTE, ROLLING_24H, SAME_TIME, OFFICE_HOURS, AT_ONCE)


@inner
def end_of(cal: CalendarArrays, day: int) -> int:
    """24:00 of a day; NONE of no day."""
    return NONE if day == NONE else midnight(cal, day + 1)


@inner
def day_of_end(cal: CalendarArrays, end: int) -> int:
    """The day whose 24:00 an instant is."""
    return local_day(cal, end - 1)


@inner
def count(cal: CalendarArrays, counting: int, unit: int, amount: int, origin: int) -> tuple[int, bool]:
    """The due time of a limit that runs from `origin` without interruption, and whether it is a 24:00. clock.md,
    Counting."""
    if counting in (EXACT_MINUTE, ROLLING_24H):
        return origin + amount * (HOUR_US if unit == HOURS else DAY_US), False
    day = local_day(cal, origin)
    if counting == DAY_AFTER:
        return end_of(cal, day + amount), True
    if counting == SAME_DAY_OF_MONTH:
        return end_of(cal, add_months(day, amount * (MONTHS_PER_YEAR if unit == YEARS else 1), False)), True
    if counting == NEXT_WORKDAY:
        return end_of(cal, nth_working_day(cal, day, amount)), True
    if counting == SAME_TIME:
        to_day = day + amount
        if unit in (MONTHS, YEARS):
            to_day = add_months(day, amount * (MONTHS_PER_YEAR if unit == YEARS else 1), False)
        return at_wall_clock(cal, to_day, local_clock(cal, origin)), False
    if counting == OFFICE_HOURS:
        return count_office_hours(cal, unit, amount, origin), False
    if counting == AT_ONCE:
        return origin, False
    return NONE, False


@inner
def count_office_hours(cal: CalendarArrays, unit: int, amount: int, origin: int) -> int:
    """Opening time from the next opening on: hours of it, or the same time of day some working days on."""
    if unit == HOURS:
        return after_open_time(cal, origin, amount * HOUR_US)
    opening = opening_at_or_after(cal, origin)
    if opening == NONE:
        return NONE
    to_day = nth_working_day(cal, local_day(cal, opening), amount)
    return NONE if to_day == NONE else at_wall_clock(cal, to_day, local_clock(cal, opening))


@inner
def count_outer(
    cal: CalendarArrays, reading: int, unit: int, amount: int, origin: int, strict: int
) -> tuple[int, bool]:
    """The latest defensible reading before it rolls (law.md 1.2); the strict one where the rule names no other."""
    if reading == FULL_HOUR:
        return origin - local_clock(cal, origin) % HOUR_US + (amount + 1) * HOUR_US, False
    day = local_day(cal, origin)
    if reading == DAY_END:
        return end_of(cal, day + amount), True
    if reading == SPC_MONTH:
        return end_of(cal, add_months(day, amount * (MONTHS_PER_YEAR if unit == YEARS else 1), True)), True
    return strict, False


@inner
def set_limit(d: FoldData, s: int, limit: int, amount: int) -> None:
    """Let a limit run from the clock's origin: both due times before pauses, stated ends and rest days."""
    c, lim = d.w.clocks[s], d.book.limits[limit]
    c.limit, c.amount = limit, amount
    c.settled_days, c.settled_work, c.settled_us = 0, 0, 0
    c.strict0, c.strict0_end = count(d.cal, lim.counting, lim.unit, amount, c.origin)
    c.outer0, c.outer0_end = c.strict0, c.strict0_end
    if lim.outer in (FULL_HOUR, DAY_END, SPC_MONTH):
        c.outer0, c.outer0_end = count_outer(d.cal, lim.outer, lim.unit, amount, c.origin, c.strict0)
    elif lim.counting == AT_ONCE:
        c.outer0 = c.origin + d.book.rvs[c.rv].at_once_outer
    c.earliest, c.latest = NONE, NONE
    if (
        c.strict0 == NONE
        and lim.counting in (NEXT_WORKDAY, OFFICE_HOURS)
        and c.origin_day * counts_hours(lim.counting) == 0
    ):
        day = local_day(d.cal, c.origin)
        c.earliest = midnight(d.cal, earliest_working_day(d.cal, day, amount) + 1)
        c.latest = midnight(d.cal, latest_working_day(d.cal, day, amount) + 1)


@inner
def add_time(d: FoldData, s: int, limit: int) -> None:
    """Added time continues the unrolled due times in force, pauses included; what they moved is settled by it."""
    c, lim = d.w.clocks[s], d.book.limits[limit]
    c.strict0, c.strict0_end = extend_due(d.cal, lim.counting, lim.unit, lim.amount, c.strict, c.strict_end == 1)
    c.outer0, c.outer0_end = extend_due(d.cal, lim.counting, lim.unit, lim.amount, c.unrolled, c.outer_end == 1)
    c.settled_days, c.settled_work, c.settled_us = c.paused_days, c.paused_work, c.paused_us


@inner
def extend_due(cal: CalendarArrays, counting: int, unit: int, amount: int, due: int, at_end: bool) -> tuple[int, bool]:
    """A due time moved on by an amount: an instant where hours are counted, else the 24:00 of a day."""
    if due == NONE:
        return NONE, at_end
    if unit == HOURS:
        return due + amount * HOUR_US, False
    if counts_hours(counting):
        return count(cal, SAME_TIME, unit, amount, due)[0], False
    return count(cal, counting, unit, amount, due - 1 if at_end else due)[0], True


@inner
def shift(cal: CalendarArrays, unit: int, due: int, at_end: bool, days: int, work: int, us: int) -> int:
    """A due time moved by paused time: in the unit of its limit (ADR 1, 17)."""
    if due == NONE or (days == 0 and work == 0 and us == 0):
        return due
    if unit == WORKING_DAYS:
        if work == 0:
            return due
        day = nth_working_day(cal, day_of_end(cal, due) if at_end else local_day(cal, due), work)
        if day == NONE:
            return NONE
        return end_of(cal, day) if at_end else at_wall_clock(cal, day, local_clock(cal, due))
    if unit in (DAYS, MONTHS, YEARS):
        if at_end:
            return end_of(cal, day_of_end(cal, due) + days)
        return at_wall_clock(cal, local_day(cal, due) + days, local_clock(cal, due))
    return due + us


@inner
def refresh(d: FoldData, s: int, as_of: int, otherwise_held: int) -> None:
    """Both due times as they stand: moved by pauses, rolled past rest days, capped by a stated end. Never an outer
    before the strict."""
    c, lim = d.w.clocks[s], d.book.limits[d.w.clocks[s].limit]
    c.strict, c.strict_end = c.strict0, c.strict0_end
    c.unrolled, c.outer_end = c.outer0, c.outer0_end
    days, work, us = c.paused_days - c.settled_days, c.paused_work - c.settled_work, c.paused_us - c.settled_us
    if days != 0 or work != 0 or us != 0:
        move_by_pauses(d, s, lim.unit, days, work, us)
    c.outer = c.unrolled
    if lim.outer == ROLLED and c.outer != NONE and c.outer_end == 1:
        looked_at = min(c.unrolled, as_of)
        if not (lim.roll == BY_CUSTODY and anyone_held(d, looked_at, otherwise_held)):
            c.outer = end_of(d.cal, roll_forward(d.cal, day_of_end(d.cal, c.unrolled)))
    if c.until != NONE:
        cap_by_document(d, s, lim.counting, lim.unit)
    if c.strict != NONE and c.outer != NONE and c.outer < c.strict:
        c.outer, c.outer_end = c.strict, c.strict_end


@inner
def move_by_pauses(d: FoldData, s: int, unit: int, days: int, work: int, us: int) -> None:
    """Both due times moved by the paused time that they do not hold yet."""
    c = d.w.clocks[s]
    c.strict = shift(d.cal, unit, c.strict0, c.strict0_end == 1, days, work, us)
    c.unrolled = shift(d.cal, unit, c.outer0, c.outer0_end == 1, days, work, us)
    if c.strict == NONE and c.strict0 != NONE:
        c.earliest = midnight(d.cal, earliest_working_day(d.cal, local_day(d.cal, c.strict0 - 1), work) + 1)
        c.latest = midnight(d.cal, latest_working_day(d.cal, local_day(d.cal, c.strict0 - 1), work) + 1)


@inner
def cap_by_document(d: FoldData, s: int, counting: int, unit: int) -> None:
    """The end that a document states, if it is the earlier; pauses since it was stated move it too."""
    c = d.w.clocks[s]
    days, work, us = c.paused_days - c.until_days, c.paused_work - c.until_work, c.paused_us - c.until_us
    end = shift(d.cal, unit, c.until, c.until_end == 1, days, work, us)
    if end == NONE:
        return
    by_document = counting == BY_DOCUMENT
    if (c.strict == NONE and by_document) or (c.strict != NONE and end < c.strict):
        c.strict, c.strict_end = end, c.until_end
    if (c.outer == NONE and (by_document or end <= c.strict)) or (c.outer != NONE and end < c.outer):
        c.outer, c.outer_end = end, c.until_end
        c.unrolled = end


@inner
def paused_span(cal: CalendarArrays, since: int, to: int) -> tuple[int, int, int]:
    """A pause in calendar days, working days and microseconds (ADR 1, 17)."""
    first, last = local_day(cal, since), local_day(cal, to)
    return last - first, working_days_between(cal, first, last), to - since


@inner
def before(cal: CalendarArrays, due: int, at_end: bool, unit: int, amount: int) -> int:
    """A due time counted back: to the minute, the same 24:00 or the same time of day."""
    if due == NONE:
        return NONE
    if unit == HOURS:
        return due - amount * HOUR_US
    if at_end:
        return end_of(cal, day_of_end(cal, due) - amount)
    return at_wall_clock(cal, local_day(cal, due) - amount, local_clock(cal, due))
