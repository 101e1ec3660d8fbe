"""所队领导今日: how many red alerts nobody has settled, what ends today, and who has how much of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import visible_groups
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.desk.inbox import WEEK, Line, ends_on, ends_today, lines_of, midnight, over
from zhunsheng.apps.desk.rulebook import shown_rulebook
from zhunsheng.core.calendar import Calendar

SHOWN: Final = 10
OFFICERS: Final = 30
LEVELS: Final = ("red", "yellow", "blue", "ask")
COUNTED: Final = ("open", "over", "red", "yellow", "blue", "ask", "waiting")


@dataclass(frozen=True)
class Share:
    """The open alerts of the cases of one officer. `number` is empty for cases that nobody heads."""

    name: str
    number: str
    counts: Mapping[str, int]


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
    """What the page shows: the counts of all, those of the next seven days, the first that end today or are over, and
    the shares of officers."""

    counts: Mapping[str, int]
    days: Sequence[Day]
    pressing: Sequence[Line]
    shares: Sequence[Share]
    others: int


def today_page(viewer: Viewer, *, now: datetime) -> Today:
    """The page of a leader: the alerts of the units whose cases he may list."""
    groups = visible_groups(viewer).filter(closed_at=None)
    counts = groups.aggregate(**_counts(now), today=Count("key", filter=ends_today(now)), **_by_day(now))
    pressing = groups.filter(over(now) | ends_today(now)).select_related("owner").order_by("due", "key")
    by_case: dict[str, Mapping[str, Any]] = {}
    for row in groups.values("case").annotate(**_counts(now)):
        by_case[row["case"] or ""] = row
    heads = Assignment.objects.filter(role=Assignment.Role.CASE_OFFICER, until_at=None, case__in=groups.values("case"))
    shares = _shares(by_case, list(heads.order_by("pk").values_list("case", "officer__number", "officer__name")))
    return Today(
        counts,
        _days(counts, now),
        lines_of(list(pressing[:SHOWN]), viewer, now),
        shares[:OFFICERS],
        len(shares[OFFICERS:]),
    )


def _counts(now: datetime) -> dict[str, Any]:
    """Over is counted apart from the levels, as the inbox shows it; red holds what is over too."""
    return {
        "open": Count("key"),
        "over": Count("key", filter=over(now)),
        "red": Count("key", filter=Q(level="red")),
        "yellow": Count("key", filter=Q(level="yellow")),
        "blue": Count("key", filter=Q(level="blue")),
        "ask": Count("key", filter=Q(level="ask")),
        "waiting": Count("key", filter=Q(state=AlertGroup.State.WAITING)),
    }


def _by_day(now: datetime) -> dict[str, Any]:
    """How many end on each of the next days, by level."""
    return {
        f"day{n}_{level}": Count("key", filter=ends_on(n, now) & Q(level=level))
        for n in range(WEEK)
        for level in LEVELS
    }


def _days(counts: Mapping[str, int], now: datetime) -> list[Day]:
    rulebook = shown_rulebook()
    found = []
    for n in range(WEEK):
        day = midnight(now, n).date()
        levels = [(level, counts[f"day{n}_{level}"]) for level in LEVELS]
        is_rest = rulebook is not None and _is_rest(day, rulebook.calendar)
        found.append(Day(n, day, is_rest, sum(count for _level, count in levels), [one for one in levels if one[1]]))
    return found


def _is_rest(day: date, calendar: Calendar) -> bool:
    """Whether a day is known to be no working day; beyond the published calendar nothing is known."""
    return calendar.first <= day <= calendar.last and not calendar.is_working(day)


def _shares(by_case: Mapping[str, Mapping[str, Any]], heads: Sequence[tuple[str, str, str]]) -> list[Share]:
    """Cases summed by their officer, whoever has most of what is over and red first."""
    first: dict[str, tuple[str, str]] = {}
    for case, number, name in heads:
        first.setdefault(case, (number, name))
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for case, counts in by_case.items():
        who = first.get(case, ("", _("没有主办民警")))
        held = sums.setdefault(who, dict.fromkeys(COUNTED, 0))
        for name in COUNTED:
            held[name] += counts[name]
    ordered = sorted(sums.items(), key=lambda item: (-item[1]["over"], -item[1]["red"], -item[1]["open"], item[0]))
    return [Share(name, number, counts) for (number, name), counts in ordered]
