"""Zones whose clocks are put forward and back: China in 1986 to 1991, Boston every year."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from tests.core.small import VOCABULARY, book, clocks, limit, published, rule_text
from tests.story import clocks_of, history, judged
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.vocabulary import parse_vocabulary

FOURTEEN = rule_text(limit(14, "years", "same_day_of_month"))
ONE_DAY = rule_text(limit(24, "hours", "exact_minute"))


@pytest.mark.parametrize(
    ("birth", "fourteen", "why"),
    [
        ("1986-05-03", "2000-05-03", "the day before the first summer time"),
        ("1986-05-04", "2000-05-04", "the day on which the hour from 02:00 was left out"),
        ("1986-09-14", "2000-09-14", "the day that had 25 hours"),
        ("1990-06-10", "2004-06-10", "in summer time: its midnight is 15:00 in Greenwich the day before"),
        ("1991-09-15", "2005-09-15", "the last day of the last summer time"),
        ("1992-02-29", "2006-02-28", "a leap day"),
    ],
)
def test_a_birth_date_is_a_day_whatever_the_clocks_did(birth: str, fourteen: str, why: str) -> None:
    assert clocks(f"{birth} P1 work.started", book(FOURTEEN)) == [
        f"P1#1 running {fourteen} 24:00 | {fourteen} 24:00"
    ], why


def test_summer_time_moves_the_midnight_of_a_birth_date() -> None:
    born = history("1990-06-10 P1 work.started\n1990-12-10 P2 work.started", book(FOURTEEN))
    assert born["at"].to_list() == [datetime(1990, 6, 9, 15, tzinfo=UTC), datetime(1990, 12, 9, 16, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("start", "due", "why"),
    [
        ("1986-05-03 12:00", "1986-05-04 13:00", "24 hours over the night that had seven"),
        ("1986-09-13 12:00", "1986-09-14 11:00", "24 hours over the night that had an hour more"),
    ],
)
def test_elapsed_time_is_elapsed(start: str, due: str, why: str) -> None:
    assert clocks(f"{start} P1 work.started", book(ONE_DAY)) == [f"P1#1 running {due} | {due}"], why


def boston(*texts: str) -> Rulebook:
    calendar = Calendar(
        zone="America/New_York",
        weekend=frozenset({6, 7}),
        first=date(2016, 1, 1),
        last=date(2016, 12, 31),
        rest=frozenset({date(2016, 11, 11)}),
        make_up=frozenset(),
        names={date(2016, 11, 11): "Veterans Day"},
        office_hours=(time(8, 30), time(17)),
    )
    vocabulary = parse_vocabulary(VOCABULARY.replace("Asia/Shanghai", "America/New_York"))
    return replace(book(*texts), vocabulary=vocabulary, calendar=calendar)


# In 2016 the hour from 02:00 was left out on 13 March, and that from 01:00 came twice on 6 November.
@pytest.mark.parametrize(
    ("rules", "start", "due", "why"),
    [
        (limit(1, "days", "same_time"), "2016-03-12 10:00", "2016-03-13 10:00", "the same time of day"),
        (limit(1, "days", "same_time"), "2016-03-12 02:30", "2016-03-13 03:30", "a time left out moves forward"),
        (limit(1, "days", "same_time"), "2016-03-12 01:59", "2016-03-13 01:59", "the minute before is there"),
        (limit(1, "days", "same_time"), "2016-11-05 02:00", "2016-11-06 02:00", "the same time of day"),
        (limit(24, "hours", "exact_minute"), "2016-03-12 10:00", "2016-03-13 11:00", "24 hours over a night of seven"),
        (limit(24, "hours", "exact_minute"), "2016-11-05 10:00", "2016-11-06 09:00", "over a night of nine"),
        (limit(1, "days", "rolling_24h"), "2016-03-12 10:00", "2016-03-13 11:00", "elapsed time too"),
        (limit(1, "months", "same_time"), "2016-02-13 02:15", "2016-03-13 03:15", "a month on, to a time left out"),
        (limit(4, "hours", "office_hours"), "2016-11-04 15:00", "2016-11-07 10:30", "two hours, two on Monday"),
        (limit(1, "working_days", "office_hours"), "2016-11-10 15:00", "2016-11-14 15:00", "past Veterans Day"),
    ],
)
def test_an_instant_in_boston(rules: str, start: str, due: str, why: str) -> None:
    rulebook = boston(rule_text(rules))
    found = clocks_of(judged(history(f"{start} P1 work.started", rulebook), rulebook), rulebook)
    assert found == [f"P1#1 running {due} | {due}"], why


def test_a_time_that_comes_twice_is_the_later() -> None:
    rulebook = boston(rule_text(limit(1, "days", "same_time")))
    due = judged(history("2016-11-05 01:30 P1 work.started", rulebook), rulebook).clocks["due"].item()
    assert due == datetime(2016, 11, 6, 6, 30, tzinfo=UTC)  # 01:30 Eastern Standard Time; an hour earlier it was 05:30


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2016-03-12 10:00", datetime(2016, 3, 14, 4, tzinfo=UTC), "13 March 24:00 is in summer time"),
        ("2016-03-11 10:00", datetime(2016, 3, 13, 5, tzinfo=UTC), "12 March 24:00 is not"),
        ("2016-11-05 10:00", datetime(2016, 11, 7, 5, tzinfo=UTC), "6 November 24:00 is in winter time"),
    ],
)
def test_a_day_ends_at_its_own_midnight(start: str, end: datetime, why: str) -> None:
    rulebook = boston(rule_text(limit(1, "days", "day_after")))
    assert judged(history(f"{start} P1 work.started", rulebook), rulebook).clocks["due"].item() == end, why


def test_the_same_rules_in_two_zones_do_not_share_a_day() -> None:
    # 23:30 in Boston is noon of the next day in Shanghai: the day after is counted from another day.
    here = boston(rule_text(limit(1, "days", "day_after")))
    there = replace(here, calendar=published())
    events = history("2016-06-01 23:30 P1 work.started", here)
    assert judged(events, here).clocks["due"].item() == datetime(2016, 6, 3, 4, tzinfo=UTC)
    assert judged(events, there).clocks["due"].item() == datetime(2016, 6, 3, 16, tzinfo=UTC)
