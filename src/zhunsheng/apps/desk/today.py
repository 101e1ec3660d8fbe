"""所队领导今日: the red alerts that nobody has settled, what ends on the next days, and who has how much of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.kept_counts import LEVELS
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import listed, visible_groups
from zhunsheng.apps.cases.selectors import looked_up
from zhunsheng.apps.desk.inbox import WEEK, Line, lines_of, midnight
from zhunsheng.apps.desk.inbox_counts import Ending, Headed, counted_by_day, counted_by_head
from zhunsheng.apps.desk.rulebook import shown_rulebook
from zhunsheng.core.calendar import Calendar

SHOWN: Final = 10
OFFICERS: Final = 30
HUNDRED: Final = 100
OVER: Final = -1
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
    counted = counted_by_day(groups, now=now, ends=[midnight(now, n + 1) for n in range(WEEK)])
    heads = counted_by_head(groups, now=now, most=OFFICERS)
    # Which they are, the index says; only these are then read.
    first = groups.filter(PRESSING).order_by("due", "key").values("key")[:SHOWN]
    pressing = listed(AlertGroup.objects.filter(looked_up("key", first))).order_by("due", "key")
    days = _days(counted, now)
    return Today(
        {**_counts(counted), "today": days[0].count, "red_today": dict(days[0].levels).get("red", 0)},
        days,
        lines_of(list(pressing), viewer, now),
        [_share(head) for head in heads],
        heads[0].heads - len(heads) if heads else 0,
    )


def _counts(counted: Iterable[Ending]) -> dict[str, int]:
    """Over is counted apart from the levels, as the inbox shows it; red holds what is over too, red_over only that."""
    found = dict.fromkeys(("open", "over", "red_over", *LEVELS, "waiting"), 0)
    for level, on, waits, n in counted:
        found["open"] += n
        found[level] = found.get(level, 0) + n
        if on == OVER:
            found["over"] += n
            found["red_over"] += n * (level == "red")
        if waits:
            found["waiting"] += n
    return found


def _days(counted: Sequence[Ending], now: datetime) -> list[Day]:
    """What ends on each of the next days, by level."""
    by_day: Counter[tuple[int, str]] = Counter()
    for level, on, _waits, n in counted:
        if on is not None:
            by_day[on, level] += n
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


def _share(head: Headed) -> Share:
    counts = {name: getattr(head, name) for name in ("open", "over", *LEVELS)}
    name = _("没有主办民警") if head.name is None else head.name
    return Share(name, head.number or "", counts, round(HUNDRED * head.open / head.most))
