"""Each counting on the hard days: 29 February, ends of months, 31 December, and the holidays of 2026.

Spring Festival 15 to 23 February, the Saturdays 14 and 28 worked; National Day 1 to 7 October, Sunday 20 September and
Saturday 10 October worked; New Year 1 to 3 January, Sunday 4 worked.
"""

from dataclasses import replace
from datetime import time

import pytest

from tests.core.small import book, clocks, limit, published, rule_text
from tests.story import clocks_of, history, judged

EXACT = rule_text(limit(24, "hours", "exact_minute"))
FULL_HOUR = rule_text(limit(24, "hours", "exact_minute", "full_hour"))
ROLLING = rule_text(limit(3, "days", "rolling_24h", "day_end"))
SAME_TIME = rule_text(limit(3, "days", "same_time"))
SAME_TIME_MONTH = rule_text(limit(1, "months", "same_time"))
DAYS = rule_text(limit(3, "days", "day_after"))
DAYS_ROLLED = rule_text(limit(3, "days", "day_after", "rolled", "forward"))
WORKING = rule_text(limit(2, "working_days", "next_workday"))
MONTH = rule_text(limit(1, "months", "same_day_of_month", "spc_month"))
MONTH_ROLLED = rule_text(limit(1, "months", "same_day_of_month", "rolled", "forward"))
THREE_MONTHS = rule_text(limit(3, "months", "same_day_of_month", "spc_month"))
YEAR = rule_text(limit(1, "years", "same_day_of_month", "spc_month"))
OPEN_HOURS = rule_text(limit(4, "hours", "office_hours"))
OPEN_DAYS = rule_text(limit(2, "working_days", "office_hours"))
AT_ONCE = rule_text(limit(0, "immediate", "at_once"))
HEARING = rule_text(
    limit(7, "days", "before_parent"),
    '[[parent]]\nfact = "hearing_at"\nbefore = { amount = 7, unit = "days" }',
    kind="lead-before",
)
PAPER = rule_text(limit(0, "by_document", "by_document"))

# rule, start, strict | outer, why
DUES = [
    (EXACT, "2024-02-28 09:30", "2024-02-29 09:30 | 2024-02-29 09:30", "into the leap day"),
    (EXACT, "2024-02-29 09:30", "2024-03-01 09:30 | 2024-03-01 09:30", "out of it"),
    (EXACT, "2026-01-31 23:59", "2026-02-01 23:59 | 2026-02-01 23:59", "over the end of a month"),
    (EXACT, "2025-12-31 23:30", "2026-01-01 23:30 | 2026-01-01 23:30", "over the end of a year"),
    (EXACT, "2026-02-14 10:00", "2026-02-15 10:00 | 2026-02-15 10:00", "into the Spring Festival: elapsed time"),
    (EXACT, "2026-09-30 22:00", "2026-10-01 22:00 | 2026-10-01 22:00", "into National Day"),
    (FULL_HOUR, "2024-02-28 23:10", "2024-02-29 23:10 | 2024-03-01 00:00", "the hour from 23:00 is not counted"),
    (FULL_HOUR, "2025-12-31 09:00", "2026-01-01 09:00 | 2026-01-01 10:00", "a full hour is a starting hour as well"),
    (ROLLING, "2024-02-27 09:30", "2024-03-01 09:30 | 2024-03-01 24:00", "28, 29, 1"),
    (ROLLING, "2024-02-29 09:30", "2024-03-03 09:30 | 2024-03-03 24:00", "1, 2, 3; a Sunday counts"),
    (ROLLING, "2026-01-30 09:30", "2026-02-02 09:30 | 2026-02-02 24:00", "31, 1, 2"),
    (ROLLING, "2025-12-31 09:30", "2026-01-03 09:30 | 2026-01-03 24:00", "1, 2, 3 January"),
    (ROLLING, "2026-02-13 09:30", "2026-02-16 09:30 | 2026-02-16 24:00", "no holiday lengthens it"),
    (ROLLING, "2026-09-29 09:30", "2026-10-02 09:30 | 2026-10-02 24:00", "30, 1, 2"),
    (SAME_TIME, "2024-02-27 09:30", "2024-03-01 09:30 | 2024-03-01 09:30", "28, 29, 1"),
    (SAME_TIME, "2026-01-31 09:30", "2026-02-03 09:30 | 2026-02-03 09:30", "1, 2, 3 February"),
    (SAME_TIME, "2025-12-31 09:30", "2026-01-03 09:30 | 2026-01-03 09:30", "1, 2, 3 January"),
    (SAME_TIME, "2026-02-14 09:30", "2026-02-17 09:30 | 2026-02-17 09:30", "15, 16, 17"),
    (SAME_TIME, "2026-09-30 09:30", "2026-10-03 09:30 | 2026-10-03 09:30", "1, 2, 3 October"),
    (SAME_TIME_MONTH, "2026-01-31 09:30", "2026-02-28 09:30 | 2026-02-28 09:30", "no 31 February: the last day"),
    (SAME_TIME_MONTH, "2024-01-30 09:30", "2024-02-29 09:30 | 2024-02-29 09:30", "no 30 February: the leap day"),
    (DAYS, "2024-02-26 09:30", "2024-02-29 24:00 | 2024-02-29 24:00", "27, 28, 29"),
    (DAYS, "2024-02-29 00:00", "2024-03-03 24:00 | 2024-03-03 24:00", "the first minute of a day is of that day"),
    (DAYS, "2024-02-29 23:59", "2024-03-03 24:00 | 2024-03-03 24:00", "as the last is"),
    (DAYS, "2026-01-31 09:30", "2026-02-03 24:00 | 2026-02-03 24:00", "1, 2, 3 February"),
    (DAYS, "2025-12-31 09:30", "2026-01-03 24:00 | 2026-01-03 24:00", "1, 2, 3 January"),
    (DAYS, "2025-12-28 09:30", "2025-12-31 24:00 | 2025-12-31 24:00", "29, 30, 31"),
    (DAYS_ROLLED, "2024-02-29 09:30", "2024-03-03 24:00 | 2024-03-04 24:00", "Sunday 3 to Monday 4"),
    (DAYS_ROLLED, "2025-12-31 09:30", "2026-01-03 24:00 | 2026-01-04 24:00", "Saturday 3 rests, Sunday 4 is worked"),
    (DAYS_ROLLED, "2026-02-11 09:30", "2026-02-14 24:00 | 2026-02-14 24:00", "Saturday 14 is worked"),
    (DAYS_ROLLED, "2026-02-13 09:30", "2026-02-16 24:00 | 2026-02-24 24:00", "past the Spring Festival"),
    (DAYS_ROLLED, "2026-02-25 09:30", "2026-02-28 24:00 | 2026-02-28 24:00", "Saturday 28 is worked"),
    (DAYS_ROLLED, "2026-09-17 09:30", "2026-09-20 24:00 | 2026-09-20 24:00", "Sunday 20 is worked"),
    (DAYS_ROLLED, "2026-09-30 09:30", "2026-10-03 24:00 | 2026-10-08 24:00", "past National Day"),
    (DAYS_ROLLED, "2026-10-07 09:30", "2026-10-10 24:00 | 2026-10-10 24:00", "Saturday 10 is worked"),
    (DAYS_ROLLED, "2026-10-08 09:30", "2026-10-11 24:00 | 2026-10-12 24:00", "Sunday 11 is not"),
    (WORKING, "2024-02-29 09:30", "2024-03-04 24:00 | 2024-03-04 24:00", "Friday 1, Monday 4"),
    (WORKING, "2024-02-28 09:30", "2024-03-01 24:00 | 2024-03-01 24:00", "Thursday 29, Friday 1"),
    (WORKING, "2026-01-30 09:30", "2026-02-03 24:00 | 2026-02-03 24:00", "Monday 2, Tuesday 3"),
    (WORKING, "2025-12-31 09:30", "2026-01-05 24:00 | 2026-01-05 24:00", "Sunday 4 (worked), Monday 5"),
    (WORKING, "2026-02-13 09:30", "2026-02-24 24:00 | 2026-02-24 24:00", "Saturday 14 (worked), Tuesday 24"),
    (WORKING, "2026-02-27 09:30", "2026-03-02 24:00 | 2026-03-02 24:00", "Saturday 28 (worked), Monday 2"),
    (WORKING, "2026-09-18 09:30", "2026-09-21 24:00 | 2026-09-21 24:00", "Sunday 20 (worked), Monday 21"),
    (WORKING, "2026-09-30 09:30", "2026-10-09 24:00 | 2026-10-09 24:00", "Thursday 8, Friday 9"),
    (WORKING, "2026-10-09 09:30", "2026-10-12 24:00 | 2026-10-12 24:00", "Saturday 10 (worked), Monday 12"),
    (WORKING, "2026-10-03 09:30", "2026-10-09 24:00 | 2026-10-09 24:00", "started on a rest day: 8, 9"),
    (MONTH, "2024-01-31 09:30", "2024-02-29 24:00 | 2024-02-29 24:00", "the last day of January to that of February"),
    (MONTH, "2024-02-29 09:30", "2024-03-29 24:00 | 2024-03-31 24:00", "the 29th, or last day to last day"),
    (MONTH, "2026-01-31 09:30", "2026-02-28 24:00 | 2026-02-28 24:00", "clipped"),
    (MONTH, "2026-02-28 09:30", "2026-03-28 24:00 | 2026-03-31 24:00", "the 28th, or the last day"),
    (MONTH, "2026-04-30 09:30", "2026-05-30 24:00 | 2026-05-31 24:00", "the 30th, or the last day"),
    (MONTH, "2026-05-31 09:30", "2026-06-30 24:00 | 2026-06-30 24:00", "clipped"),
    (MONTH, "2025-12-31 09:30", "2026-01-31 24:00 | 2026-01-31 24:00", "over the end of a year"),
    (MONTH, "2026-01-30 09:30", "2026-02-28 24:00 | 2026-02-28 24:00", "clipped, though the 30th is no last day"),
    (MONTH, "2026-01-15 09:30", "2026-02-15 24:00 | 2026-02-15 24:00", "in the Spring Festival: it does not roll"),
    (MONTH_ROLLED, "2026-01-15 09:30", "2026-02-15 24:00 | 2026-02-24 24:00", "unless the rule says so"),
    (MONTH_ROLLED, "2026-09-01 09:30", "2026-10-01 24:00 | 2026-10-08 24:00", "past National Day"),
    (MONTH_ROLLED, "2026-09-10 09:30", "2026-10-10 24:00 | 2026-10-10 24:00", "Saturday 10 October is worked"),
    (THREE_MONTHS, "2025-11-30 09:30", "2026-02-28 24:00 | 2026-02-28 24:00", "counted as one step: no 30 February"),
    (THREE_MONTHS, "2023-11-30 09:30", "2024-02-29 24:00 | 2024-02-29 24:00", "a leap year"),
    (YEAR, "2024-02-29 09:30", "2025-02-28 24:00 | 2025-02-28 24:00", "no 29 February 2025"),
    (YEAR, "2023-02-28 09:30", "2024-02-28 24:00 | 2024-02-29 24:00", "the 28th, or the last day"),
    (YEAR, "2024-12-31 09:30", "2025-12-31 24:00 | 2025-12-31 24:00", "the last day of the year"),
    (AT_ONCE, "2024-02-29 22:00", "2024-02-29 22:00 | 2024-03-01 02:00", "at once; four hours to the red level"),
    (AT_ONCE, "2025-12-31 21:00", "2025-12-31 21:00 | 2026-01-01 01:00", "over the end of a year"),
    (AT_ONCE, "2026-02-15 09:00", "2026-02-15 09:00 | 2026-02-15 13:00", "on a holiday as on any day"),
    (AT_ONCE, "2026-01-31 23:00", "2026-01-31 23:00 | 2026-02-01 03:00", "over the end of a month"),
    (AT_ONCE, "2026-10-03 09:00", "2026-10-03 09:00 | 2026-10-03 13:00", "on National Day"),
]


@pytest.mark.parametrize(("rules", "start", "due", "why"), DUES, ids=[f"{row[1]} {row[3]}" for row in DUES])
def test_a_due_time(rules: str, start: str, due: str, why: str) -> None:
    assert clocks(f"{start} P1 work.started", book(rules)) == [f"P1#1 running {due}"], why


OPENING = [
    (OPEN_HOURS, "2024-02-29 16:30", "2024-03-01 12:00", "one hour to 17:30, three on Friday from 09:00"),
    (OPEN_HOURS, "2025-12-31 16:30", "2026-01-04 12:00", "one hour, three on the Sunday that is worked"),
    (OPEN_HOURS, "2026-02-14 16:30", "2026-02-24 12:00", "one hour on the worked Saturday, three later"),
    (OPEN_HOURS, "2026-09-30 16:30", "2026-10-08 12:00", "one hour, three after National Day"),
    (OPEN_HOURS, "2026-01-30 13:30", "2026-01-30 17:30", "to the minute of closing"),
    (OPEN_HOURS, "2026-01-30 13:31", "2026-02-02 09:01", "one minute is left for Monday"),
    (OPEN_HOURS, "2026-01-31 23:00", "2026-02-02 13:00", "a Saturday night: from Monday 09:00"),
    (OPEN_HOURS, "2026-03-03 07:00", "2026-03-03 13:00", "before opening: from 09:00"),
    (OPEN_DAYS, "2026-02-13 10:00", "2026-02-24 10:00", "Saturday 14 (worked), Tuesday 24, the same time"),
    (OPEN_DAYS, "2026-10-03 11:00", "2026-10-10 09:00", "from the opening on the 8th: the 9th, Saturday 10 (worked)"),
    (OPEN_DAYS, "2024-02-28 18:00", "2024-03-04 09:00", "after closing: from Thursday 29 09:00: Friday, Monday"),
]


@pytest.mark.parametrize(("rules", "start", "due", "why"), OPENING, ids=[f"{row[1]} {row[3]}" for row in OPENING])
def test_office_hours(rules: str, start: str, due: str, why: str) -> None:
    opened = replace(book(rules), calendar=replace(published(), office_hours=(time(9), time(17, 30))))
    found = clocks_of(judged(history(f"{start} P1 work.started", opened), opened), opened)
    assert found == [f"P1#1 running {due} | {due}"], why


@pytest.mark.parametrize(
    ("hearing", "due", "why"),
    [
        ("2024-03-07T14:00", "2024-02-29 14:00", "back to the leap day"),
        ("2026-01-07T10:00", "2025-12-31 10:00", "back over the end of a year"),
        ("2026-03-07T00:00", "2026-02-28 00:00", "back to the end of February"),
        ("2026-02-24T09:00", "2026-02-17 09:00", "into the Spring Festival: it does not roll"),
        ("2026-10-10T09:00", "2026-10-03 09:00", "into National Day"),
    ],
)
def test_counted_back_from_a_hearing(hearing: str, due: str, why: str) -> None:
    story = f"2023-12-01 09:00 P1 work.started hearing_at={hearing}"
    assert clocks(story, book(HEARING)) == [f"P1#1 running {due} | {due}"], why


@pytest.mark.parametrize("day", ["2024-02-29", "2026-01-31", "2025-12-31", "2026-02-17", "2026-10-03"])
def test_by_document_whatever_the_day(day: str) -> None:
    story = f"2023-12-01 09:00 P1 work.started until={day}"
    assert clocks(story, book(PAPER)) == [f"P1#1 running {day} 24:00 | {day} 24:00"]


BEYOND = [
    (WORKING, "2026-12-29 09:30", "running 2026-12-31 24:00 | 2026-12-31 24:00", "30 and 31: still published"),
    (WORKING, "2026-12-30 09:30", "unknown - | - ?? beyond_calendar (e01)", "31 and a day that no notice covers"),
    (DAYS_ROLLED, "2026-12-30 09:30", "running 2027-01-02 24:00 | -", "it stands; does it roll?"),
    (DAYS, "2026-12-30 09:30", "running 2027-01-02 24:00 | 2027-01-02 24:00", "a limit that needs no calendar"),
    (MONTH, "2026-12-31 09:30", "running 2027-01-31 24:00 | 2027-01-31 24:00", "nor does this"),
    (WORKING, "2017-12-28 09:30", "unknown - | - ?? beyond_calendar (e01)", "nor before the first notice"),
]


@pytest.mark.parametrize(("rules", "start", "clock", "why"), BEYOND, ids=[f"{row[1]} {row[3]}" for row in BEYOND])
def test_beyond_the_published_calendar_nothing_is_guessed(rules: str, start: str, clock: str, why: str) -> None:
    assert clocks(f"{start} P1 work.started", book(rules)) == [f"P1#1 {clock}"], why


def test_beyond_it_nothing_is_overdue_and_no_extension_late() -> None:
    extended = rule_text(
        limit(3, "days", "day_after", "rolled", "forward"),
        '[[extension]]\ntier = "20d"\nevent = "work.extended"\ntotal = { amount = 20, unit = "days" }',
    )
    story = "2026-12-30 09:30 P1 work.started\n2027-01-05 09:00 P1 work.extended"
    # 2 January is a day that may have rolled: the extension of the 5th is granted, to 19 January.
    assert clocks(story, book(extended)) == ["P1#1 running 2027-01-19 24:00 | -"]
