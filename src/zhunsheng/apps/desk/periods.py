"""Spans of time that pages count by: this month until now, last month to the same point, each month of a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.display import formats

THIRTY_DAYS: Final = timedelta(days=30)
MONTHS: Final = 12
TITLES: Final[Mapping[str, str | Promise]] = {
    "month": _("本月"),
    "before": _("上月同期"),
    "last": _("上月"),
    "30": _("近30天"),
}
"""What an address calls each span, and what it is called."""


@dataclass(frozen=True)
class Period:
    """From an instant until another, which is excluded."""

    begin: datetime
    end: datetime


def periods(now: datetime) -> dict[str, Period]:
    """Every span of TITLES as of an instant, in Shanghai's days."""
    month = _first(now)
    last = _first(month - timedelta(days=1))
    return {
        "month": Period(month, now),
        # A month that is shorter than what has passed of this one is whole.
        "before": Period(last, min(last + (now - month), month)),
        "last": Period(last, month),
        "30": Period(now - THIRTY_DAYS, now),
    }


def months(now: datetime) -> dict[date, Period]:
    """The last twelve months by their first days, the oldest first; of the present one what has passed."""
    begin, end, found = _first(now), now, {}
    for _each in range(MONTHS):
        found[begin.date()] = Period(begin, end)
        begin, end = _first(begin - timedelta(days=1)), begin
    return dict(reversed(found.items()))


def month_name(month: date) -> str:
    """A month as addresses have it: 2026-03."""
    return f"{month:%Y-%m}"


def _first(at: datetime) -> datetime:
    """The beginning of the month of an instant."""
    return datetime.combine(at.astimezone(formats.ZONE).date().replace(day=1), time(), formats.ZONE)
