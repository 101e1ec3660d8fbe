"""Where a limit ends, well enough to put an act just before or just after it. Judging it is not done here.

Time is a local minute: the day's ordinal times 1440, plus the minute of the day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from zhunsheng.core.calendar import Calendar

HOUR: Final = 60
DAY: Final = 1440


@dataclass(frozen=True)
class Span:
    """How long an act may take, as the latest defensible reading has it."""

    amount: int
    unit: str  # hours days working_days months at_once
    full_hour: bool = False  # hours: the starting hour is not counted
    rolls: str = "never"  # never forward by_custody
    last_to_last: bool = False  # months: the last day of a month leads to the last day
    more: "Span | None" = None  # added time, which goes on from the last day before it rolls
    minus: int = 0  # days before that end

    @property
    def days(self) -> int:
        """About how many days it takes at most."""
        more = self.more.days if self.more is not None else 0
        return (
            more
            + {
                "hours": self.amount // 24 + 1,
                "days": self.amount + (10 if self.rolls != "never" else 1),
                "working_days": self.amount * 2 + 10,
                "months": self.amount * 31 + (10 if self.rolls != "never" else 1),
                "at_once": 1,
            }[self.unit]
        )


AT_ONCE: Final = Span(0, "at_once")
ONE_DAY: Final = Span(24, "hours", full_hour=True)
TWO_DAYS: Final = Span(48, "hours", full_hour=True)


def rolled(days: int) -> Span:
    """So many days, and on to the next working day."""
    return Span(days, "days", rolls="forward")


def working(days: int) -> Span:
    """So many working days."""
    return Span(days, "working_days")


@dataclass(frozen=True)
class End:
    """The first minute that is too late: an exclusive 24:00, or the minute after an instant that still counts."""

    minute: int
    at_end: bool

    @property
    def last_lawful(self) -> int:
        """The last minute in time."""
        return self.minute - 1


class Days:
    """The working days of a calendar as a table; days of no notice count as worked from Monday to Friday."""

    def __init__(self, calendar: Calendar) -> None:
        self.first = (calendar.first - timedelta(days=800)).toordinal()
        last = (calendar.last + timedelta(days=800)).toordinal()
        self._worked = [self._is_worked(calendar, date.fromordinal(day)) for day in range(self.first, last + 1)]

    @staticmethod
    def _is_worked(calendar: Calendar, day: date) -> bool:
        if calendar.first <= day <= calendar.last:
            return calendar.is_working(day)
        return day.isoweekday() not in calendar.weekend

    def rolled(self, day: int) -> int:
        """The day itself if it is worked, else the next that is."""
        while not self._worked[day - self.first]:
            day += 1
        return day

    def working_day(self, day: int, count: int) -> int:
        """The `count`-th working day after a day."""
        while count:
            day += 1
            count -= self._worked[day - self.first]
        return day

    def end(self, span: Span, start: int, paused: list[tuple[int, int]], is_held: Callable[[int], bool]) -> End:
        """Where a span from `start` ends, with disjoint pauses (begin, end) taken out.

        `is_held`: whether any suspect is in custody at a minute; asked only where that decides about rest days.
        """
        if span.unit == "at_once":
            return End(start + 4 * HOUR + 1, at_end=False)
        if span.unit == "hours":
            begin = (start // HOUR + 1) * HOUR if span.full_hour else start
            return End(begin + span.amount * HOUR + sum(b - a for a, b in paused) + 1, at_end=False)
        day = self._day(span, start // DAY)
        if span.unit == "working_days":
            day = self.working_day(day, sum(self.worked_between(a // DAY, b // DAY) for a, b in paused))
        else:
            day += sum(b // DAY - a // DAY for a, b in paused)
        if span.rolls == "forward" or (span.rolls == "by_custody" and not is_held((day + 1) * DAY)):
            day = self.rolled(day)
        return End((day + 1) * DAY, at_end=True)

    def worked_between(self, day: int, last: int) -> int:
        """How many working days come after a day, the last included."""
        return sum(self._worked[day + 1 - self.first : last + 1 - self.first])

    def _day(self, span: Span, day: int) -> int:
        if span.unit == "days":
            day += span.amount
        elif span.unit == "working_days":
            day = self.working_day(day, span.amount)
        else:
            day = months_on(date.fromordinal(day), span.amount, last_to_last=span.last_to_last).toordinal()
        return (self._day(span.more, day) if span.more is not None else day) - span.minus


def months_on(day: date, count: int, *, last_to_last: bool) -> date:
    """The same-numbered day `count` months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    is_last = (day + timedelta(days=1)).day == 1
    return after if last_to_last and is_last else after.replace(day=min(day.day, after.day))
