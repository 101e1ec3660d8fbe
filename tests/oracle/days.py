"""Days, months and opening hours, found by stepping over the calendar one day at a time."""

import calendar as months
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
PUBLISHED, ALL_WORKED, FEW_WORKED = "published", "all_worked", "few_worked"


class Unpublished(LookupError):
    """A day that no notice covers: whether it is worked is not known."""


@dataclass(frozen=True)
class Moment:
    """A due time: an exclusive 24:00 (`at_end`, kept before it), or an instant that itself still counts."""

    at: datetime
    at_end: bool

    def kept(self, when: datetime) -> bool:
        """Whether something done at `when` is in time."""
        return when < self.at if self.at_end else when <= self.at


@dataclass(frozen=True)
class Calendar:
    """The zone, the rest days and the worked weekend days that the notices name, and what they say nothing about."""

    zone: ZoneInfo
    weekend: frozenset[int]
    first: date
    last: date
    rest: frozenset[date]
    worked: frozenset[date]
    office: tuple[time, time] | None = None
    _few: dict[int, frozenset[date]] = field(default_factory=dict, compare=False)

    def is_working(self, day: date, beyond: str = PUBLISHED) -> bool:
        """Whether a day is worked. Outside the notices: Unpublished, or all days, or as few as can be."""
        if self.first <= day <= self.last:
            return day in self.worked or (day.isoweekday() not in self.weekend and day not in self.rest)
        if beyond == PUBLISHED:
            raise Unpublished(f"{day} is in no notice")
        if beyond == ALL_WORKED:
            return True
        return day.isoweekday() not in self.weekend and day not in self._first_weekdays(day.year)

    def _first_weekdays(self, year: int) -> frozenset[date]:
        """The worst that an unpublished year can do: all its weekday holidays come first."""
        if year not in self._few:
            found: list[date] = []
            day = date(year, 1, 1)
            while len(found) < self.most_weekday_holidays():
                if day.isoweekday() not in self.weekend:
                    found.append(day)
                day += DAY
            self._few[year] = frozenset(found)
        return self._few[year]

    def most_weekday_holidays(self) -> int:
        """Weekdays that were rest days in the fullest published year."""
        counts: dict[int, int] = {}
        for day in self.rest:
            if self.first <= day <= self.last and day.isoweekday() not in self.weekend and day not in self.worked:
                counts[day.year] = counts.get(day.year, 0) + 1
        return max(counts.values(), default=0)

    def day_of(self, at: datetime) -> date:
        """The local date of an instant."""
        return at.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return datetime.combine(day, time(0), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> Moment:
        """24:00 of a day."""
        return Moment(self.midnight(day + DAY), at_end=True)

    def last_day_of(self, due: Moment) -> date:
        """The local day that a due time belongs to: 24:00 belongs to the day that it ends."""
        return self.day_of(due.at) - DAY if due.at_end else self.day_of(due.at)

    def wall(self, at: datetime, day: date) -> datetime:
        """The same local wall-clock time on another day: a gap moves forward, a doubled hour takes the later."""
        clock = at.astimezone(self.zone).replace(tzinfo=None).time()
        earlier = datetime.combine(day, clock, self.zone).replace(fold=0).astimezone(UTC)
        later = datetime.combine(day, clock, self.zone).replace(fold=1).astimezone(UTC)
        return max(earlier, later)


def step_days(day: date, count: int) -> date:
    """The day `count` days on (back where negative)."""
    for _ in range(abs(count)):
        day += DAY if count > 0 else -DAY
    return day


def step_months(day: date, count: int, *, keep_last: bool = False) -> date:
    """The same-numbered day `count` months on, or the last of that month where there is none.

    With `keep_last` the last day of a month leads to the last day of a month.
    """
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    length = months.monthrange(year, month)[1]
    is_last = day.day == months.monthrange(day.year, day.month)[1]
    return date(year, month, length if keep_last and is_last else min(day.day, length))


def step_working_days(cal: Calendar, day: date, count: int, beyond: str = PUBLISHED) -> date:
    """The `count`-th working day after `day` (before it where negative)."""
    step = DAY if count > 0 else -DAY
    left = abs(count)
    while left:
        day += step
        if cal.is_working(day, beyond):
            left -= 1
    return day


def next_working_day(cal: Calendar, day: date) -> date:
    """`day` if it is worked, else the first working day after it."""
    while not cal.is_working(day):
        day += DAY
    return day


def opening_spans(cal: Calendar, since: datetime, beyond: str = PUBLISHED) -> Iterator[tuple[datetime, datetime]]:
    """The spans during which the office is open, from an instant on."""
    if cal.office is None:
        raise ValueError("the calendar states no office_hours")
    day = cal.day_of(since)
    while True:
        if cal.is_working(day, beyond):
            opens, closes = (datetime.combine(day, t, cal.zone).astimezone(UTC) for t in cal.office)
            if closes > since:
                yield max(opens, since), closes
        day += DAY


def step_office_time(cal: Calendar, since: datetime, amount: timedelta, beyond: str = PUBLISHED) -> datetime:
    """The instant at which `amount` of opening time has passed since an instant."""
    for opens, closes in opening_spans(cal, since, beyond):
        if closes - opens >= amount:
            return opens + amount
        amount -= closes - opens
    raise AssertionError("opening spans never end")


def office_time_between(cal: Calendar, begin: datetime, end: datetime, beyond: str = PUBLISHED) -> timedelta:
    """Opening time inside a span."""
    total = timedelta(0)
    for opens, closes in opening_spans(cal, begin, beyond):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def read_calendar(folder: Path) -> Calendar:
    """Read calendar.toml and the yearly notices of a folder."""
    head: dict[str, Any] = tomllib.loads((folder / "calendar.toml").read_text(encoding="utf-8"))
    years, rest, worked = [], set(), set()
    for path in sorted(folder.glob("*.toml")):
        if path.name == "calendar.toml":
            continue
        notice = tomllib.loads(path.read_text(encoding="utf-8"))
        years.append(notice["year"])
        for holiday in notice.get("holiday", []):
            worked.update(holiday.get("work", []))
            day, last = holiday["rest"] if holiday.get("rest") else (date.max, date.min)
            while day <= last:
                rest.add(day)
                day += DAY
    hours = head.get("office_hours")
    return Calendar(
        zone=ZoneInfo(head["zone"]),
        weekend=frozenset(head.get("weekend", [6, 7])),
        first=date(min(years), 1, 1),
        last=date(max(years), 12, 31),
        rest=frozenset(rest),
        worked=frozenset(worked),
        office=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None,
    )
