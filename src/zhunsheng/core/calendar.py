"""Working days, opening hours and the zone of a rulebook, as published: no year is guessed.

A calendar is a folder of TOML texts: `calendar.toml` (zone, weekend, office_hours) and one file per yearly notice,
which may name days of a
neighbouring year (the notice for 2019 makes 2018-12-29 a working day).
"""

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

EPOCH: Final = date(1970, 1, 1)
SECOND: Final = 1_000_000
DAY_US: Final = 86_400 * SECOND
FIRST_ZONE_YEAR: Final = 1900
LAST_ZONE_YEAR: Final = 2100
YEAR_KEYS: Final = {"year", "notice", "holiday", "note"}
HOLIDAY_KEYS: Final = {"name", "rest", "work"}
CALENDAR_KEYS: Final = {"zone", "weekend", "office_hours", "note"}


class CalendarArrays(NamedTuple):
    """A calendar as integers: days since 1970-01-01 (local), instants in microseconds since 1970-01-01 UTC."""

    transitions: NDArray[
        np.int64
    ]  # (t,) instants at which the zone's offset changes; the first is the smallest integer
    offsets: NDArray[np.int64]  # (t,) offset from then on
    first_day: int  # published days
    last_day: int
    is_working: NDArray[np.uint8]  # (last_day - first_day + 1,)
    working_to: NDArray[np.int64]  # (same,) number of working days up to and with the day
    working_days: NDArray[np.int64]  # (w,) the working days in order
    opens: int  # opening hours, microseconds after local midnight; equal = none
    closes: int
    holiday_weekdays: int  # weekday rest days of the fullest published year: bounds what an unpublished one can hold
    longest_rest: int  # days of the longest published run of rest days


@dataclass(frozen=True)
class Calendar:
    """A published calendar. `names` gives the holiday a rest day belongs to; `make_up` are weekend days that are
    worked."""

    zone: str
    weekend: frozenset[int]
    first: date
    last: date
    rest: frozenset[date]
    make_up: frozenset[date]
    names: Mapping[date, str] = field(default_factory=dict)
    office_hours: tuple[time, time] | None = None

    def is_working(self, day: date) -> bool:
        """Whether a published day is worked. Raises BeyondCalendar for a day that no notice covers."""
        if not self.first <= day <= self.last:
            raise BeyondCalendar(
                f"{day} is not in the published calendar ({self.first} to {self.last}); add its notice."
            )
        if day in self.make_up:
            return True
        return day.isoweekday() not in self.weekend and day not in self.rest

    @cached_property
    def arrays(self) -> CalendarArrays:
        """The same calendar as integers for the fold; made once."""
        first, last = (self.first - EPOCH).days, (self.last - EPOCH).days
        days = [self.first + timedelta(n) for n in range(last - first + 1)]
        working = np.array([self.is_working(day) for day in days], dtype=np.uint8)
        transitions, offsets = _zone_table(self.zone)
        opens, closes = (_after_midnight(t) for t in self.office_hours) if self.office_hours else (0, 0)
        return CalendarArrays(
            transitions=transitions,
            offsets=offsets,
            first_day=first,
            last_day=last,
            is_working=working,
            working_to=np.cumsum(working, dtype=np.int64),
            working_days=first + np.flatnonzero(working).astype(np.int64),
            opens=opens,
            closes=closes,
            holiday_weekdays=self._fullest_year(days),
            longest_rest=_longest_run_of_zeros(working),
        )

    def _fullest_year(self, days: Iterable[date]) -> int:
        per_year: dict[int, int] = {}
        for day in days:
            if day.isoweekday() not in self.weekend and not self.is_working(day):
                per_year[day.year] = per_year.get(day.year, 0) + 1
        return max(per_year.values(), default=0)


class BeyondCalendar(LookupError):
    """A day that no published notice covers."""


class CalendarRefused(ValueError):
    """Calendar files name something wrongly; every issue is in the message, one a line."""

    def __init__(self, issues: list[str]) -> None:
        super().__init__("\n".join(issues))
        self.issues = issues


def parse_calendar(texts: Mapping[str, str]) -> Calendar:
    """Read the texts of a calendar folder, by file name.

    Raises  CalendarRefused with every issue at once: unknown keys, days out of order, a day both rest and worked, a
    gap between years.
    """
    issues: list[str] = []
    tables = {name: _table(name, text, issues) for name, text in sorted(texts.items())}
    head = tables.pop("calendar.toml", None)
    if head is None:
        raise CalendarRefused(["calendar.toml: missing. State zone and weekend there."])
    issues += [f"calendar.toml: {key}: unknown key." for key in head.keys() - CALENDAR_KEYS]
    weekend = frozenset(head.get("weekend", (6, 7)))
    rest, make_up, names = _days_of_years(tables, weekend, issues)
    years = sorted(table["year"] for table in tables.values() if isinstance(table.get("year"), int))
    if not years:
        issues.append("calendar: no yearly file. Add one file per notice, for example 2026.toml.")
    elif years != list(range(years[0], years[-1] + 1)):
        issues.append(f"calendar: years {years} have a gap or a repeat. Add the missing notice.")
    if issues:
        raise CalendarRefused(issues)
    return Calendar(
        zone=head["zone"],
        weekend=weekend,
        first=date(years[0], 1, 1),
        last=date(years[-1], 12, 31),
        rest=frozenset(rest),
        make_up=frozenset(make_up),
        names=names,
        office_hours=_office_hours(head.get("office_hours")),
    )


def _table(name: str, text: str, issues: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        issues.append(f"{name}: is not TOML: {problem}.")
        return {}


def _days_of_years(
    tables: Mapping[str, dict[str, Any]], weekend: frozenset[int], issues: list[str]
) -> tuple[set[date], set[date], dict[date, str]]:
    rest: set[date] = set()
    make_up: set[date] = set()
    names: dict[date, str] = {}
    for file, table in tables.items():
        issues += [f"{file}: {key}: unknown key." for key in table.keys() - YEAR_KEYS]
        if not isinstance(table.get("year"), int):
            issues.append(f"{file}: year: missing. State the year of the notice.")
        for n, holiday in enumerate(table.get("holiday", ())):
            where = f"{file}: holiday[{n}]"
            issues += [f"{where}.{key}: unknown key." for key in holiday.keys() - HOLIDAY_KEYS]
            days = _span(holiday.get("rest", ()), where, issues)
            rest.update(days)
            names.update(dict.fromkeys(days, holiday.get("name", "")))
            make_up.update(holiday.get("work", ()))
    for day in sorted(rest & make_up):
        issues.append(f"calendar: {day} is both a rest day and a working day. Remove one.")
    for day in sorted(make_up):
        if day.isoweekday() not in weekend:
            issues.append(f"calendar: {day} is worked anyway; a make-up day falls on a weekend. Check the notice.")
    return rest, make_up, names


def _span(rest: Any, where: str, issues: list[str]) -> list[date]:
    if len(rest) != 2 or not all(type(day) is date for day in rest) or rest[0] > rest[1]:
        issues.append(f"{where}.rest: {rest!r} is no span. Write [first day, last day].")
        return []
    return [rest[0] + timedelta(n) for n in range((rest[1] - rest[0]).days + 1)]


def _office_hours(hours: Any) -> tuple[time, time] | None:
    if hours is None:
        return None
    opens, closes = (time.fromisoformat(text) for text in hours)
    return opens, closes


def _after_midnight(moment: time) -> int:
    return (moment.hour * 3600 + moment.minute * 60 + moment.second) * SECOND


def _zone_table(zone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every change of a zone's offset, found by halving between the first days of months: zoneinfo names no
    transitions."""
    info = ZoneInfo(zone)
    probes = [datetime(y, m, 1, tzinfo=UTC) for y in range(FIRST_ZONE_YEAR, LAST_ZONE_YEAR + 1) for m in range(1, 13)]
    transitions = [np.iinfo(np.int64).min]
    offsets = [_offset(info, probes[0])]
    for earlier, later in pairwise(probes):
        if _offset(info, earlier) != _offset(info, later):
            moment = _first_change(info, earlier, later)
            transitions.append(int(moment.timestamp()) * SECOND)
            offsets.append(_offset(info, moment))
    return np.array(transitions, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _offset(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None  # an aware datetime has one
    return int(offset.total_seconds()) * SECOND


def _first_change(info: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    seconds = range(int((later - earlier).total_seconds()))
    before = _offset(info, earlier)
    index = bisect_right(seconds, False, key=lambda n: _offset(info, earlier + timedelta(seconds=n)) != before)
    return earlier + timedelta(seconds=index)


def _longest_run_of_zeros(flags: NDArray[np.uint8]) -> int:
    longest = run = 0
    for flag in flags:
        run = 0 if flag else run + 1
        longest = max(longest, run)
    return longest
