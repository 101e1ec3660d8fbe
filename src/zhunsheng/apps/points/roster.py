"""What each holder could work in a period: working days in post, less leave, in half days. By the roster."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import polars as pl
from django.db import connection

from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.org.models import Leave, Officer
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Exposure
from zhunsheng.apps.points.people import Posted, code_of, posted
from zhunsheng.core.points import tables as t
from zhunsheng.core.schemas import INSTANT

HALVES: Final = (time(10), time(15))
"""A half day is on leave where its middle is."""
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
ACTED: Final = """
    SELECT DISTINCT o, (at AT TIME ZONE 'Asia/Shanghai')::date FROM cases_event, unnest(officers) AS o
    WHERE officers && %(officers)s AND at >= %(begins)s AND at < %(ends)s AND NOT void
"""


def period_of(day: date, every: str) -> date:
    """The first day of the period in which a day lies."""
    months = MONTHS[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def next_period(period: date, every: str) -> date:
    """The first day of the period after one."""
    month = period.month - 1 + MONTHS[every]
    return date(period.year + month // 12, month % 12 + 1, 1)


def record_exposure(period: date, *, every: str, as_of: datetime, with_acts: bool = False) -> int:
    """Append what the roster says of a period where it says something new. Returns how many rows.

    `with_acts`: a leave day on which somebody has a recorded act counts as worked; asked when a period closes.
    Raises  BeyondCalendar for a period that no published calendar covers.
    """
    said = stored.said_by_roster(period)
    found = _exposure(period, every=every, with_acts=with_acts)
    new = found.join(said, on=[*said.columns], how="anti").sort("holder")
    stored.add(
        "points_exposure",
        new.with_columns(recorded_at=pl.lit(as_of, INSTANT), cause=pl.lit(Exposure.Cause.ROSTER.value)),
    )
    return new.height


def working_days(period: date, every: str) -> list[date]:
    """The working days of a period. Raises BeyondCalendar."""
    calendar = working_calendar()
    end = next_period(period, every)
    days = [period + timedelta(n) for n in range((end - period).days)]
    return [day for day in days if calendar.is_working(day)]


def _exposure(period: date, *, every: str, with_acts: bool) -> pl.DataFrame:
    """tables.EXPOSURE of everybody in post at the end of a period, and of their units."""
    days = working_days(period, every)
    people = posted(on=max(days, default=period))
    away = _leaves(people, period, next_period(period, every))
    worked = _worked(away, period, next_period(period, every)) if with_acts else set()
    rows = [(one.holder, one.unit, one.peers, period, _halves(one, days, away, worked)) for one in people]
    officers = pl.DataFrame(rows, schema=t.EXPOSURE, orient="row")
    units = officers.group_by("unit", pl.col("peers").str.split("|").list.first().alias("peers"), "period").agg(
        pl.col("half_days").sum()
    )
    named = units.with_columns(holder="unit").select(t.EXPOSURE.names())
    return pl.concat([officers, named])


def _halves(
    one: Posted, days: Sequence[date], away: Mapping[str, Sequence[Leave]], worked: Collection[tuple[str, date]]
) -> int:
    leaves = away.get(one.holder, ())
    return sum(
        (one.holder, day) in worked or not any(leave.starts_at <= middle < leave.ends_at for leave in leaves)
        for day in days
        for middle in _middles(day)
    )


def _middles(day: date) -> Iterator[datetime]:
    for half in HALVES:
        yield datetime.combine(day, half, ZONE)


def _leaves(people: Sequence[Posted], begins: date, ends: date) -> dict[str, list[Leave]]:
    span = {"starts_at__lt": _midnight(ends), "ends_at__gt": _midnight(begins)}
    found: dict[str, list[Leave]] = {}
    rows = Leave.objects.filter(officer__in=[one.officer for one in people], cancelled_at=None, **span)
    for leave in rows.select_related("officer"):
        officer: Officer = leave.officer
        found.setdefault(code_of(officer), []).append(leave)
    return found


def _worked(away: Mapping[str, Sequence[Leave]], begins: date, ends: date) -> set[tuple[str, date]]:
    """The days on which somebody who has leave in the period is named by an event."""
    if not away:
        return set()
    with connection.cursor() as cursor:
        span: dict[str, Any] = {"officers": sorted(away), "begins": _midnight(begins), "ends": _midnight(ends)}
        cursor.execute(ACTED, span)
        return {(officer, day) for officer, day in cursor.fetchall()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
