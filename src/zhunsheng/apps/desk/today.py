"""所队领导今日: the red alerts that nobody has settled, what ends on the next days, and who has how much of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import listed, visible_groups
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.desk.inbox import WEEK, Line, ends_on, ends_today, lines_of, midnight, over
from zhunsheng.apps.desk.rulebook import shown_rulebook
from zhunsheng.apps.org.models import Officer
from zhunsheng.core.calendar import Calendar

SHOWN: Final = 10
OFFICERS: Final = 30
HUNDRED: Final = 100
LEVELS: Final = ("red", "yellow", "blue", "ask")
PRESSING: Final = Q(level="red")
"""What a leader is to look into: the number at the head of his page counts it, the list below it shows it."""


@dataclass(frozen=True)
class Share:
    """The open alerts of the cases of one officer. `number` is empty for cases that nobody heads; `bar`: how many of a
    hundred of whoever has most."""

    name: str
    number: str
    counts: Mapping[str, int]
    bar: int


@dataclass(frozen=True)
class Day:
    """What ends on one of the next days: how much, and how much of each level. `after`: days from today."""

    after: int
    day: date
    is_rest: bool
    count: int
    levels: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Today:
    """What the page shows: the counts of all, those of the next seven days, the first of what is pressing, and the
    shares of officers."""

    counts: Mapping[str, int]
    days: Sequence[Day]
    pressing: Sequence[Line]
    shares: Sequence[Share]
    others: int


def today_page(viewer: Viewer, *, now: datetime) -> Today:
    """The page of a leader: the alerts of the units whose cases he may list."""
    groups = visible_groups(viewer).filter(closed_at=None)
    counts = groups.aggregate(**_counts(now), today=Count("key", filter=ends_today(now)))
    pressing = listed(groups.filter(PRESSING)).order_by("due", "key")
    head = Assignment.objects.filter(role=Assignment.Role.CASE_OFFICER, until_at=None, case=OuterRef("case"))
    by_head = groups.annotate(head=Subquery(head.order_by("pk").values("officer")[:1])).values("head")
    shares = _shares(list(by_head.annotate(**_counts(now))))
    return Today(
        counts,
        _days(groups, now),
        lines_of(list(pressing[:SHOWN]), viewer, now),
        shares[:OFFICERS],
        len(shares[OFFICERS:]),
    )


def _counts(now: datetime) -> dict[str, Any]:
    """Over is counted apart from the levels, as the inbox shows it; red holds what is over too."""
    return {
        "open": Count("key"),
        "over": Count("key", filter=over(now)),
        "red": Count("key", filter=PRESSING),
        "yellow": Count("key", filter=Q(level="yellow")),
        "blue": Count("key", filter=Q(level="blue")),
        "ask": Count("key", filter=Q(level="ask")),
        "waiting": Count("key", filter=Q(state=AlertGroup.State.WAITING)),
    }


def _days(groups: QuerySet[AlertGroup], now: datetime) -> list[Day]:
    """What ends on each of the next days, by level: one question."""
    on = Choose(*(When(ends_on(n, now), then=Value(n)) for n in range(WEEK)), output_field=IntegerField())
    counted = groups.annotate(on=on).filter(on__isnull=False).values_list("on", "level").annotate(n=Count("key"))
    by_day = {(n, level): count for n, level, count in counted}
    rulebook = shown_rulebook()
    found = []
    for n in range(WEEK):
        day = midnight(now, n).date()
        levels = [(level, by_day[n, level]) for level in LEVELS if (n, level) in by_day]
        is_rest = rulebook is not None and _is_rest(day, rulebook.calendar)
        found.append(Day(n, day, is_rest, sum(count for _level, count in levels), levels))
    return found


def _is_rest(day: date, calendar: Calendar) -> bool:
    """Whether a day is known to be no working day; beyond the published calendar nothing is known."""
    return calendar.first <= day <= calendar.last and not calendar.is_working(day)


def _shares(rows: Sequence[Mapping[str, Any]]) -> list[Share]:
    """The counts of each officer, whoever has most of what is over and red first."""
    officers = Officer.objects.in_bulk([row["head"] for row in rows if row["head"] is not None])
    most = max((row["open"] for row in rows), default=0)
    bars = [round(HUNDRED * row["open"] / most) for row in rows]
    shares = [
        Share(officers[row["head"]].name, officers[row["head"]].number, row, bar)
        if row["head"] is not None
        else Share(_("没有主办民警"), "", row, bar)
        for row, bar in zip(rows, bars, strict=True)
    ]
    return sorted(shares, key=lambda one: (-one.counts["over"], -one.counts["red"], -one.counts["open"], one.number))
