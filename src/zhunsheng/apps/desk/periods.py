"""Spans of time that pages count by: this month, last month to the same point, each month of a year. What goes on has
the end of its month for its end: nothing is known of what is to come, and what happens at this instant is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Filter, choices

THIRTY_DAYS: Final = timedelta(days=30)
MONTHS: Final = 12
TITLES: Final[Mapping[str, str | Promise]] = {
    "month": _("本月"),
    "before": _("上月同期"),
    "last": _("上月"),
    "30": _("近30天"),
}
"""What an address calls each span, and what it is called."""
FILTERED: Final = ("month", "last", "30")
"""Those that a list is filtered by."""


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
        "month": Period(month, _next(month)),
        # A month that is shorter than what has passed of this one is whole.
        "before": Period(last, min(last + (now - month), month)),
        "last": Period(last, month),
        "30": Period(now - THIRTY_DAYS, _next(month)),
    }


def filtered(title: str, *, now: datetime) -> Filter:
    """The filter of a list by the spans of FILTERED, of rows that say in `at` when they were made. `title`: of its
    field."""
    spans = periods(now)
    return Filter(
        "in",
        title,
        lambda name: Q(at__gte=spans[name].begin, at__lt=spans[name].end),
        choices((name, str(TITLES[name])) for name in FILTERED),
    )


def months(now: datetime) -> dict[date, Period]:
    """The last twelve months by their first days, the oldest first; the present one is the last."""
    begin, found = _first(now), {}
    for _each in range(MONTHS):
        found[begin.date()] = Period(begin, _next(begin))
        begin = _first(begin - timedelta(days=1))
    return dict(reversed(found.items()))


def month_name(month: date) -> str:
    """A month as addresses have it: 2026-03."""
    return f"{month:%Y-%m}"


def _next(month: datetime) -> datetime:
    """The beginning of the month after the one that begins at an instant."""
    return _first(month + timedelta(days=31))


def _first(at: datetime) -> datetime:
    """The beginning of the month of an instant."""
    return datetime.combine(at.astimezone(formats.ZONE).date().replace(day=1), time(), formats.ZONE)
