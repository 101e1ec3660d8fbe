"""Day and month arithmetic on integers, compiled: the only place that turns instants into local days and back.

Instants are microseconds since 1970-01-01 UTC, days are local days since 1970-01-01. `NONE` stands for what does not
exist or is not known.
"""

from typing import Any, Final

import numpy as np

from zhunsheng.core.calendar import DAY_US, CalendarArrays
from zhunsheng.core.codes import code
from zhunsheng.core.inner import callable_inner

NONE: Final = code(np.iinfo(np.int64).min)
HOUR_US: Final = 3_600_000_000
MINUTE_US: Final = 60_000_000
MONTHS_PER_YEAR: Final = 12


@callable_inner
def offset_at(cal: CalendarArrays, instant: int) -> Any:
    """Offset of the zone from UTC at an instant, microseconds."""
    last = len(cal.transitions) - 1
    if instant >= cal.transitions[last]:
        return cal.offsets[last]
    low, high = 0, last
    while low + 1 < high:
        middle = (low + high) // 2
        if cal.transitions[middle] <= instant:
            low = middle
        else:
            high = middle
    return cal.offsets[low]


@callable_inner
def local_day(cal: CalendarArrays, instant: int) -> int:
    """The local day in which an instant lies."""
    return (instant + offset_at(cal, instant)) // DAY_US


@callable_inner
def local_clock(cal: CalendarArrays, instant: int) -> int:
    """What the wall clock shows at an instant, microseconds after 00:00."""
    return (instant + offset_at(cal, instant)) % DAY_US


@callable_inner
def at_wall_clock(cal: CalendarArrays, day: int, clock: int) -> int:
    """The instant at which the wall clock of a day shows `clock`: an hour skipped in spring moves forward, a doubled
    hour takes the later."""
    wall = day * DAY_US + clock
    before = offset_at(cal, wall - DAY_US)
    after = offset_at(cal, wall + DAY_US)
    if before == after:
        return wall - before
    later = wall - min(before, after)
    if offset_at(cal, later) == min(before, after):
        return later
    earlier = wall - max(before, after)
    if offset_at(cal, earlier) == max(before, after):
        return earlier
    return later if before < after else earlier


@callable_inner
def midnight(cal: CalendarArrays, day: int) -> int:
    """The instant at which a local day begins; the 24:00 of the day before."""
    return at_wall_clock(cal, day, 0)


@callable_inner
def civil(day: int) -> tuple[int, int, int]:
    """Year, month, day of month of a day number (Gregorian; eras of 400 years counted from 1 March of year 0)."""
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * of_year + 2) // 153
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * month_from_march + 2) // 5 + 1


@callable_inner
def day_number(year: int, month: int, day: int) -> int:
    """The day number of a Gregorian date: the inverse of `civil`."""
    from_march = year - 1 if month <= 2 else year
    era = from_march // 400
    year_of_era = from_march - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719468


@callable_inner
def days_in_month(year: int, month: int) -> int:
    """Number of days of a month."""
    if month == MONTHS_PER_YEAR:
        return 31
    return day_number(year, month + 1, 1) - day_number(year, month, 1)


@callable_inner
def add_months(day: int, months: int, keep_month_end: bool) -> int:
    """The same-numbered day some months on, clipped to the month's end.

    With `keep_month_end` a last day of a month goes to a last day of a month (最高法刑诉法解释 202).
    """
    year, month, number = civil(day)
    total = year * MONTHS_PER_YEAR + month - 1 + months
    to_year, to_month = total // MONTHS_PER_YEAR, total % MONTHS_PER_YEAR + 1
    length = days_in_month(to_year, to_month)
    if keep_month_end and number == days_in_month(year, month):
        number = length
    return day_number(to_year, to_month, min(number, length))


@callable_inner
def is_published(cal: CalendarArrays, day: int) -> bool:
    """Whether a notice says if this day is worked."""
    return cal.first_day <= day <= cal.last_day


@callable_inner
def nth_working_day(cal: CalendarArrays, day: int, n: int) -> int:
    """The n-th working day after a day; NONE where the published calendar does not reach."""
    if not is_published(cal, day):
        return NONE
    index = cal.working_to[day - cal.first_day] + n - 1
    if index >= len(cal.working_days):
        return NONE
    return cal.working_days[index] if n > 0 else day


@callable_inner
def roll_forward(cal: CalendarArrays, day: int) -> int:
    """The day itself if it is worked, else the next working day; NONE where the published calendar does not reach."""
    if not is_published(cal, day):
        return NONE
    if cal.is_working[day - cal.first_day]:
        return day
    return nth_working_day(cal, day, 1)


@callable_inner
def working_days_between(cal: CalendarArrays, first: int, end: int) -> int:
    """Working days in [first, end); days beyond the published calendar do not count."""
    low = min(max(first, cal.first_day), cal.last_day + 1)
    high = min(max(end, cal.first_day), cal.last_day + 1)
    if high <= low:
        return 0
    upto = cal.working_to[high - 1 - cal.first_day]
    return upto - (cal.working_to[low - 1 - cal.first_day] if low > cal.first_day else 0)


@callable_inner
def earliest_working_day(cal: CalendarArrays, day: int, n: int) -> int:
    """The earliest day that the n-th working day after `day` can be: every unpublished day counts as worked."""
    known = working_days_between(cal, day + 1, cal.last_day + 1) if day < cal.last_day else 0
    if not (cal.first_day <= day + 1):
        return day + n
    return max(day, cal.last_day) + (n - known)


@callable_inner
def latest_working_day(cal: CalendarArrays, day: int, n: int) -> int:
    """The latest: unpublished weekends rest, and as many weekdays as the fullest published year had."""
    found = working_days_between(cal, day + 1, cal.last_day + 1) if cal.first_day <= day + 1 <= cal.last_day else 0
    current = max(day, cal.last_day) if cal.first_day <= day + 1 else day
    remaining = n - found + cal.holiday_weekdays
    while remaining > 0:
        current += 1
        if (current + 3) % 7 < 5:  # day 0 was a Thursday; Monday is 0
            remaining -= 1
    return current


@callable_inner
def opening_at_or_after(cal: CalendarArrays, instant: int) -> int:
    """The instant itself inside opening hours, else the next opening; NONE beyond the published calendar."""
    day, clock = local_day(cal, instant), local_clock(cal, instant)
    if not is_published(cal, day):
        return NONE
    if cal.is_working[day - cal.first_day]:
        if clock < cal.opens:
            return at_wall_clock(cal, day, cal.opens)
        if clock < cal.closes:
            return instant
    next_day = nth_working_day(cal, day, 1)
    return NONE if next_day == NONE else at_wall_clock(cal, next_day, cal.opens)


@callable_inner
def after_open_time(cal: CalendarArrays, instant: int, span: int) -> int:
    """The instant at which `span` microseconds of opening time have passed since `instant`; NONE beyond the published
    calendar."""
    current = opening_at_or_after(cal, instant)
    while current != NONE:
        day = local_day(cal, current)
        left = at_wall_clock(cal, day, cal.closes) - current
        if span <= left:
            return current + span
        span -= left
        next_day = nth_working_day(cal, day, 1)
        if next_day == NONE:
            return NONE
        current = at_wall_clock(cal, next_day, cal.opens)
    return NONE
