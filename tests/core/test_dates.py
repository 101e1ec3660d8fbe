"""Day and month arithmetic on integers, against the dates of the standard library and days counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.small import published
from tests.story import at
from zhunsheng.core import dates
from zhunsheng.core.calendar import EPOCH, CalendarArrays

SHANGHAI, BOSTON = "Asia/Shanghai", "America/New_York"
EVERY_DAY = st.dates(date(1900, 2, 1), date(2099, 12, 1))


@cache
def arrays(zone: str = SHANGHAI) -> CalendarArrays:
    return replace(published(), zone=zone, office_hours=(time(9), time(17, 30))).arrays


def number(day: date) -> int:
    return (day - EPOCH).days


def instant(text: str, zone: str = SHANGHAI) -> int:
    return microseconds(at(text, zone))


def microseconds(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def day_of(day: int) -> date:
    return EPOCH + timedelta(int(day))


@given(EVERY_DAY)
def test_a_day_number_is_a_date_and_back(day: date) -> None:
    assert dates.civil(number(day)) == (day.year, day.month, day.day)
    assert dates.day_number(day.year, day.month, day.day) == number(day)


@given(EVERY_DAY)
def test_the_days_of_a_month(day: date) -> None:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    assert dates.days_in_month(day.year, day.month) == (following - day.replace(day=1)).days


@pytest.mark.parametrize(
    ("day", "months", "clipped", "kept_at_the_end"),
    [
        ("2026-01-31", 1, "2026-02-28", "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29", "2024-02-29"),
        ("2026-02-28", 1, "2026-03-28", "2026-03-31"),
        ("2024-02-28", 1, "2024-03-28", "2024-03-28"),
        ("2024-02-29", 12, "2025-02-28", "2025-02-28"),
        ("2023-02-28", 12, "2024-02-28", "2024-02-29"),
        ("2025-11-30", 3, "2026-02-28", "2026-02-28"),
        ("2025-12-15", 1, "2026-01-15", "2026-01-15"),
        ("2026-04-30", 2, "2026-06-30", "2026-06-30"),
        ("2026-06-30", 2, "2026-08-30", "2026-08-31"),
        ("2026-03-31", 6, "2026-09-30", "2026-09-30"),
        ("2026-03-31", 0, "2026-03-31", "2026-03-31"),
        ("2026-03-31", -1, "2026-02-28", "2026-02-28"),
        ("2026-01-31", -2, "2025-11-30", "2025-11-30"),
    ],
)
def test_months_on(day: str, months: int, clipped: str, kept_at_the_end: str) -> None:
    start = number(date.fromisoformat(day))
    assert day_of(dates.add_months(start, months, False)).isoformat() == clipped
    assert day_of(dates.add_months(start, months, True)).isoformat() == kept_at_the_end


@given(EVERY_DAY, st.integers(0, 240))
def test_the_last_day_reading_is_never_earlier(day: date, months: int) -> None:
    start = number(day)
    assert dates.add_months(start, months, True) >= dates.add_months(start, months, False)


@pytest.mark.parametrize("zone", [SHANGHAI, BOSTON])
@given(moment=st.datetimes(datetime(1950, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 (bounds)
def test_the_local_day_and_clock_of_an_instant(zone: str, moment: datetime) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date(), time())
    assert dates.local_day(arrays(zone), microseconds(moment)) == number(local.date())
    assert dates.local_clock(arrays(zone), microseconds(moment)) == round(
        (local.replace(tzinfo=None) - midnight) / timedelta(microseconds=1)
    )


@pytest.mark.parametrize("zone", [SHANGHAI, BOSTON])
@given(day=st.dates(date(1950, 1, 1), date(2099, 1, 1)))
def test_a_midnight_begins_its_day(zone: str, day: date) -> None:
    begins = dates.midnight(arrays(zone), number(day))
    assert dates.local_day(arrays(zone), begins) == number(day)
    assert dates.local_day(arrays(zone), begins - 1) == number(day) - 1


@pytest.mark.parametrize(
    ("day", "clock", "utc", "why"),
    [
        ("2016-03-13", 2.5, "07:30", "left out: as much after 03:00 as it was after 02:00"),
        ("2016-03-13", 2.0, "07:00", "the first minute that is left out is 03:00"),
        ("2016-03-13", 3.0, "07:00", "which is there"),
        ("2016-03-13", 1.5, "06:30", "before it, winter time"),
        ("2016-11-06", 1.5, "06:30", "twice: the later, in winter time"),
        ("2016-11-06", 1.0, "06:00", "the first minute that comes twice"),
        ("2016-11-06", 2.0, "07:00", "once"),
        ("2016-11-06", 0.5, "04:30", "before it, summer time"),
    ],
)
def test_a_wall_clock_in_boston(day: str, clock: float, utc: str, why: str) -> None:
    found = dates.at_wall_clock(arrays(BOSTON), number(date.fromisoformat(day)), round(clock * dates.HOUR_US))
    assert found == microseconds(datetime.fromisoformat(f"{day}T{utc}+00:00")), why


def test_a_wall_clock_in_the_summer_time_of_1986() -> None:
    # 02:00 of 4 May 1986 was left out; 03:00 was 18:00 of the 3rd in Greenwich.
    day = number(date(1986, 5, 4))
    assert dates.at_wall_clock(arrays(), day, 2 * dates.HOUR_US) == microseconds(datetime(1986, 5, 3, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "n", "working_day", "why"),
    [
        ("2026-02-13", 1, "2026-02-14", "the Saturday that is worked"),
        ("2026-02-13", 2, "2026-02-24", "past the festival"),
        ("2026-02-17", 1, "2026-02-24", "from within it"),
        ("2026-03-06", 1, "2026-03-09", "over a weekend"),
        ("2026-03-07", 0, "2026-03-07", "none on: the day itself"),
        ("2025-12-31", 1, "2026-01-04", "the Sunday that is worked"),
        ("2018-12-28", 1, "2018-12-29", "a day that the next year's notice made a working day"),
    ],
)
def test_the_nth_working_day(day: str, n: int, working_day: str, why: str) -> None:
    found = dates.nth_working_day(arrays(), number(date.fromisoformat(day)), n)
    assert day_of(found).isoformat() == working_day, why


@pytest.mark.parametrize(("day", "n"), [("2026-12-31", 1), ("2026-12-30", 2), ("2027-01-05", 1), ("2017-12-31", 1)])
def test_a_working_day_beyond_the_calendar_is_none(day: str, n: int) -> None:
    assert dates.nth_working_day(arrays(), number(date.fromisoformat(day)), n) == dates.NONE


@pytest.mark.parametrize(
    ("day", "rolled"),
    [
        ("2026-03-14", "2026-03-16"),
        ("2026-03-16", "2026-03-16"),
        ("2026-02-15", "2026-02-24"),
        ("2026-02-14", "2026-02-14"),
    ],
)
def test_a_rest_day_moves_on(day: str, rolled: str) -> None:
    assert day_of(dates.roll_forward(arrays(), number(date.fromisoformat(day)))).isoformat() == rolled


@given(st.dates(date(2018, 1, 1), date(2026, 12, 20)), st.integers(1, 40))
def test_working_days_are_counted_as_they_are_walked(day: date, n: int) -> None:
    found = dates.nth_working_day(arrays(), number(day), n)
    if found != dates.NONE:
        walked, left = day, n
        while left:
            walked += timedelta(1)
            left -= published().is_working(walked)
        assert day_of(found) == walked
        assert dates.working_days_between(arrays(), number(day) + 1, found + 1) == n


def test_what_a_working_day_beyond_the_calendar_can_be() -> None:
    # From Monday 28 December 2026, five working days on: 29, 30, 31, and two that no notice covers.
    day = number(date(2026, 12, 28))
    assert day_of(dates.earliest_working_day(arrays(), day, 5)) == date(2027, 1, 2)  # every day of 2027 worked
    # Latest: weekends rest, and before those two as many weekdays rest as in the fullest published year.
    rests = arrays().holiday_weekdays
    walked, left = date(2026, 12, 31), 2 + rests
    while left:
        walked += timedelta(1)
        left -= walked.isoweekday() <= 5
    assert day_of(dates.latest_working_day(arrays(), day, 5)) == walked


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-03 08:59", "2026-03-03 09:00"),
        ("2026-03-03 09:00", "2026-03-03 09:00"),
        ("2026-03-03 17:29", "2026-03-03 17:29"),
        ("2026-03-03 17:30", "2026-03-04 09:00"),
        ("2026-03-06 18:00", "2026-03-09 09:00"),
        ("2026-02-14 12:00", "2026-02-14 12:00"),
        ("2026-02-14 18:00", "2026-02-24 09:00"),
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert dates.opening_at_or_after(arrays(), instant(moment)) == instant(opens)


def test_open_time_runs_only_while_it_is_open() -> None:
    half_hour = dates.HOUR_US // 2
    assert dates.after_open_time(arrays(), instant("2026-03-06 17:00"), half_hour) == instant("2026-03-06 17:30")
    assert dates.after_open_time(arrays(), instant("2026-03-06 17:00"), 2 * half_hour) == instant("2026-03-09 09:30")
    assert dates.after_open_time(arrays(), instant("2026-12-31 17:00"), 2 * half_hour) == dates.NONE
