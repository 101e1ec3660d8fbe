"""What each holder could work in a period: working days in post, less leave, in half days. By the roster."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import polars as pl
from django.db import connection

from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.org.models import Leave, Officer, Post
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Exposure
from zhunsheng.apps.points.people import POSTS, UNIT_KINDS, Posted, code_of
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
    """tables.EXPOSURE of everybody who held a post in a period, and of the units.

    Whoever was moved or seconded keeps his points and all his days in posts of one kind; a unit has the days that were
    spent there.
    """
    days, ends = working_days(period, every), next_period(period, every)
    people = _in_post(period, ends)
    away = _leaves(people, period, ends)
    worked = _worked(away, period, ends) if with_acts else set()
    officers, units = [], dict[tuple[str, str], int]()
    for holder, (officer, posts) in people.items():
        halves = {day: _halves(holder, day, away, worked) for day in days}
        places = {day: place for day in days if (place := _place(officer, posts, day)) is not None}
        if not places:
            continue
        last = places[max(places)]
        own = sum(halves[day] for day, place in places.items() if place.peers == last.peers)
        officers.append((holder, last.unit, last.peers, period, own))
        for day, place in places.items():
            key = (place.unit, place.unit_kind)
            units[key] = units.get(key, 0) + halves[day]
    rows = [*officers, *((unit, unit, kind, period, count) for (unit, kind), count in sorted(units.items()))]
    return pl.DataFrame(rows, schema=t.EXPOSURE, orient="row")


def _in_post(begins: date, ends: date) -> dict[str, tuple[Officer, list[Post]]]:
    """Everybody who held a post that a policy can name at some time of a span, with those posts, the main one first."""
    held = Post.objects.filter(role__in=POSTS, unit__kind__in=UNIT_KINDS, from_on__lt=ends).exclude(
        until_on__lte=begins
    )
    found: dict[str, tuple[Officer, list[Post]]] = {}
    for post in held.select_related("officer", "unit").order_by(
        "officer__province", "officer__number", "part_time", "pk"
    ):
        officer: Officer = post.officer
        found.setdefault(code_of(officer), (officer, []))[1].append(post)
    return found


def _place(officer: Officer, posts: Sequence[Post], day: date) -> Posted | None:
    """Where somebody works on a day; None where he holds no post then."""
    if officer.left_on is not None and officer.left_on <= day:
        return None
    for post in posts:
        if post.from_on <= day and (post.until_on is None or day < post.until_on):
            return Posted(code_of(officer), officer.pk, post.unit_id, UNIT_KINDS[post.unit.kind], POSTS[post.role])
    return None


def _halves(holder: str, day: date, away: Mapping[str, Sequence[Leave]], worked: Collection[tuple[str, date]]) -> int:
    """Half days of a working day that somebody was there."""
    leaves = () if (holder, day) in worked else away.get(holder, ())
    return sum(not any(one.starts_at <= middle < one.ends_at for one in leaves) for middle in _middles(day))


def _middles(day: date) -> Iterator[datetime]:
    for half in HALVES:
        yield datetime.combine(day, half, ZONE)


def _leaves(people: Mapping[str, tuple[Officer, list[Post]]], begins: date, ends: date) -> dict[str, list[Leave]]:
    span = {"starts_at__lt": _midnight(ends), "ends_at__gt": _midnight(begins)}
    found: dict[str, list[Leave]] = {}
    officers = [officer.pk for officer, _ in people.values()]
    rows = Leave.objects.filter(officer__in=officers, cancelled_at=None, **span)
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
