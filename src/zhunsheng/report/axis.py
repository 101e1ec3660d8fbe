"""The linear axis of a track: its window, its days, and where an instant stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from zhunsheng.report.rows import Row

WINDOWS: Final = (timedelta(days=7), timedelta(days=30))
MARGIN: Final = 0.08
PAST: Final = 0.58  # of a window that was asked for, how much lies behind now
MAX_SHADED: Final = timedelta(days=75)
MAX_LABELS: Final = 9


@dataclass(frozen=True)
class Axis:
    """One linear scale: `first` at pixel `left`, `last` at pixel `right`. Never bent, broken or logarithmic."""

    first: datetime
    last: datetime
    left: float
    right: float

    def x(self, instant: datetime) -> float:
        """Where an instant stands, kept within the window."""
        share = (instant - self.first) / (self.last - self.first)
        return round(self.left + min(max(share, 0.0), 1.0) * (self.right - self.left), 1)

    def holds(self, instant: datetime) -> bool:
        """True inside the window."""
        return self.first <= instant <= self.last

    def days(self, zone: ZoneInfo) -> list[tuple[date, datetime]]:
        """Every local day that touches the window, and its midnight."""
        day = self.first.astimezone(zone).date()
        found = []
        while (midnight := datetime(day.year, day.month, day.day, tzinfo=zone)) <= self.last:
            found.append((day, midnight))
            day += timedelta(days=1)
        return found


def axis_of(rows: Sequence[Row], as_of: datetime, left: float, right: float) -> Axis:
    """The smallest window, at least seven days, that holds now and every start and due time that presses; else the
    whole span of these."""
    pressing = [row for row in rows if row.is_pressing] or list(rows)
    needed = [as_of, *(row.start for row in pressing), *(moment for row in pressing for moment in ends(row))]
    first, last = min(needed), max(needed)
    span = (last - first) * (1 + 2 * MARGIN)
    window = next((window for window in WINDOWS if span <= window), span)
    spare = (window - (last - first)) / 2
    return Axis(first - spare, last + spare, left, right)


def axis_over(rows: Sequence[Row], as_of: datetime, left: float, right: float, *, span: timedelta | None) -> Axis:
    """The window that a reader asked for: so long, with now a little past its middle; None for the whole."""
    if span is not None:
        first = as_of - span * PAST
        return Axis(first, first + span, left, right)
    stops = [row.stopped for row in rows if row.stopped is not None]
    needed = [as_of, *stops, *(row.start for row in rows), *(moment for row in rows for moment in ends(row))]
    spare = max((max(needed) - min(needed)) * MARGIN, timedelta(hours=12))
    return Axis(min(needed) - spare, max(needed) + spare, left, right)


def ends(row: Row) -> list[datetime]:
    """The due times of a row that are known."""
    return [moment for moment in (row.due, row.outer) if moment is not None]


def labelled(days: Sequence[tuple[date, datetime]]) -> list[tuple[date, datetime]]:
    """The days that carry a label: all, or every seventh, or the first of some months, so that they never touch."""
    if len(days) <= MAX_LABELS + 1:
        return list(days)
    for step in (2, 4, 7, 14):
        if len(days) / step <= MAX_LABELS:
            return list(days[::step])
    firsts = [entry for entry in days if entry[0].day == 1]
    for months in (1, 2, 3, 6, 12, 24, 60):
        chosen = [entry for entry in firsts if (entry[0].year * 12 + entry[0].month - 1) % months == 0]
        if len(chosen) <= MAX_LABELS:
            return chosen
    return firsts[:: len(firsts) // MAX_LABELS + 1]
