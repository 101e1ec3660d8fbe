"""The published calendar: working days, make-up days, years that meet, and notices that are refused."""

from datetime import date, time

import numpy as np
import pytest

from tests.core.small import published
from zhunsheng.core.calendar import EPOCH, BeyondCalendar, Calendar, CalendarRefused, parse_calendar

HEAD = 'zone = "Asia/Shanghai"\n'
YEAR = 'year = 2026\n[[holiday]]\nname = "元旦"\nrest = [2026-01-01, 2026-01-03]\nwork = [2026-01-04]\n'


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        (date(2018, 12, 29), True, "a Saturday made a working day by the notice for 2019"),
        (date(2018, 12, 30), False, "and a Sunday"),
        (date(2018, 12, 31), False, "a Monday that the notice for 2019 gives"),
        (date(2019, 5, 2), False, "given by the second notice of that year"),
        (date(2019, 5, 5), True, "worked for it"),
        (date(2020, 1, 31), False, "the Spring Festival that was lengthened"),
        (date(2024, 2, 29), True, "a Thursday like any other"),
        (date(2025, 10, 8), False, "the eighth day of National Day and Mid-Autumn"),
        (date(2025, 10, 11), True, "a Saturday worked for it"),
        (date(2026, 1, 4), True, "a Sunday worked for New Year"),
        (date(2026, 2, 14), True, "a Saturday worked for the Spring Festival"),
        (date(2026, 2, 23), False, "its last day, a Monday"),
        (date(2026, 2, 24), True, "the Tuesday after"),
        (date(2026, 3, 14), False, "a plain Saturday"),
        (date(2026, 12, 31), True, "the last published day"),
    ],
)
def test_a_published_day(day: date, works: bool, why: str) -> None:
    assert published().is_working(day) is works, why


@pytest.mark.parametrize(("year", "working_days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_the_working_days_of_a_year(year: int, working_days: int) -> None:
    # Counted in the notices: 365 or 366, less weekends and the weekdays given, plus the weekends worked.
    first = date(year, 1, 1).toordinal()
    days = [date.fromordinal(n) for n in range(first, date(year + 1, 1, 1).toordinal())]
    assert sum(published().is_working(day) for day in days) == working_days


@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2027, 1, 1)])
def test_a_day_that_no_notice_covers_is_refused(day: date) -> None:
    with pytest.raises(BeyondCalendar, match=rf"{day} is not in the published calendar .*add its notice"):
        published().is_working(day)


def test_a_holiday_has_its_name() -> None:
    assert published().names[date(2026, 2, 17)] == "春节"
    assert date(2026, 3, 14) not in published().names


def test_the_calendar_as_integers() -> None:
    # Given the first week of 2026: New Year Thursday to Saturday, a worked Sunday, two plain days
    week = Calendar(
        zone="Asia/Shanghai",
        weekend=frozenset({6, 7}),
        first=date(2026, 1, 1),
        last=date(2026, 1, 6),
        rest=frozenset(date(2026, 1, n) for n in (1, 2, 3)),
        make_up=frozenset({date(2026, 1, 4)}),
        office_hours=(time(9), time(17, 30)),
    )
    arrays = week.arrays
    first = (date(2026, 1, 1) - EPOCH).days
    assert (arrays.first_day, arrays.last_day) == (first, first + 5)
    assert arrays.is_working.tolist() == [0, 0, 0, 1, 1, 1]
    assert arrays.working_to.tolist() == [0, 0, 0, 1, 2, 3]
    assert (arrays.working_days - first).tolist() == [3, 4, 5]
    assert (arrays.opens, arrays.closes) == (9 * 3_600_000_000, 63_000_000_000)
    assert arrays.holiday_weekdays == 2  # Thursday and Friday
    assert arrays.longest_rest == 3


def test_the_summer_time_of_1986_to_1991() -> None:
    arrays = published().arrays
    changes = [np.datetime64(int(t), "us").astype("datetime64[D]").astype(str) for t in arrays.transitions[1:]]
    springs = ["1986-05-03", "1987-04-11", "1988-04-16", "1989-04-15", "1990-04-14", "1991-04-13"]
    assert [day for day in changes if day in springs] == springs  # 02:00 of the day after is 18:00 in Greenwich
    offsets = dict(zip(changes, arrays.offsets[1:] // 3_600_000_000, strict=True))
    assert {offsets[day] for day in springs} == {9}
    assert arrays.offsets[-1] == 8 * 3_600_000_000
    assert changes[-1] == "1991-09-14"


def test_a_folder_of_notices() -> None:
    calendar = parse_calendar({"calendar.toml": HEAD, "2026.toml": YEAR})
    assert (calendar.first, calendar.last) == (date(2026, 1, 1), date(2026, 12, 31))
    assert calendar.rest == {date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)}
    assert calendar.make_up == {date(2026, 1, 4)}
    assert calendar.weekend == {6, 7}
    assert calendar.office_hours is None


@pytest.mark.parametrize(
    ("defect", "texts", "issue"),
    [
        ("no head", {"2026.toml": YEAR}, "calendar.toml: missing. State zone and weekend there."),
        (
            "an unknown key",
            {"calendar.toml": HEAD + "colour = 1", "2026.toml": YEAR},
            "calendar.toml: colour: unknown key.",
        ),
        (
            "no year at all",
            {"calendar.toml": HEAD},
            "calendar: no yearly file. Add one file per notice, for example 2026.toml.",
        ),
        ("no TOML", {"calendar.toml": HEAD, "2026.toml": "year: 2026"}, "2026.toml: is not TOML"),
        (
            "a gap",
            {"calendar.toml": HEAD, "2026.toml": YEAR, "2028.toml": "year = 2028"},
            "years [2026, 2028] have a gap or a repeat",
        ),
        (
            "a repeat",
            {"calendar.toml": HEAD, "2026.toml": YEAR, "two.toml": "year = 2026"},
            "years [2026, 2026] have a gap or a repeat",
        ),
        (
            "no year",
            {"calendar.toml": HEAD, "2026.toml": ""},
            "2026.toml: year: missing. State the year of the notice.",
        ),
        (
            "an unknown key of a year",
            {"calendar.toml": HEAD, "2026.toml": YEAR + "[colour]"},
            "2026.toml: colour: unknown key.",
        ),
        (
            "an unknown key of a holiday",
            {"calendar.toml": HEAD, "2026.toml": YEAR + "colour = 1"},
            "2026.toml: holiday[0].colour: unknown key.",
        ),
        (
            "a span that is none",
            {"calendar.toml": HEAD, "2026.toml": YEAR.replace("2026-01-01, 2026-01-03", "2026-01-01")},
            "is no span. Write [first day, last day].",
        ),
        (
            "a span that runs backwards",
            {"calendar.toml": HEAD, "2026.toml": YEAR.replace("2026-01-01, 2026-01-03", "2026-01-03, 2026-01-01")},
            "is no span. Write [first day, last day].",
        ),
        (
            "both rest and work",
            {"calendar.toml": HEAD, "2026.toml": YEAR.replace("2026-01-04", "2026-01-03")},
            "calendar: 2026-01-03 is both a rest day and a working day. Remove one.",
        ),
        (
            "a make-up day that is worked anyway",
            {"calendar.toml": HEAD, "2026.toml": YEAR.replace("2026-01-04", "2026-01-05")},
            "calendar: 2026-01-05 is worked anyway; a make-up day falls on a weekend. Check the notice.",
        ),
    ],
)
def test_a_notice_that_is_refused(defect: str, texts: dict[str, str], issue: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        parse_calendar(texts)
    assert any(issue in text for text in refused.value.issues), (defect, refused.value.issues)


def test_every_issue_is_told_at_once() -> None:
    with pytest.raises(CalendarRefused) as refused:
        parse_calendar(
            {"calendar.toml": HEAD + "colour = 1", "2026.toml": YEAR.replace("2026-01-04", "2026-01-03") + "size = 2"}
        )
    assert len(refused.value.issues) == 3
    assert str(refused.value).splitlines() == refused.value.issues
