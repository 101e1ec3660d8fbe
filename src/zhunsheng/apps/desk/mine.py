"""我的期限: the running clocks of an officer's own cases, the one that ends next first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.cases.selectors import case_titles, ties, visible_cases
from zhunsheng.apps.desk.case_track import level_now
from zhunsheng.apps.desk.inbox import Door, midnight
from zhunsheng.apps.desk.rulebook import rule_titles
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Choice, Column, Filter, Listing, Page
from zhunsheng.apps.supervision.models import Clock

RUNNING: Final = "running"
SPANS: Final = {"today": 1, "3": 4}
"""Choice → the midnight, in days from today, up to which a limit ends."""


@dataclass(frozen=True)
class Limit:
    """One running clock. `alert`: its group, where somebody was told of it; `may_take`: nobody took that on yet."""

    clock: Clock
    title: str
    case_title: str
    level: str
    alert: AlertGroup | None
    may_take: bool


@dataclass(frozen=True)
class Mine:
    """What the page shows. `next` is what ends first of all, whatever is chosen; `left` how it stands."""

    page: Page[Clock]
    limits: Sequence[Limit]
    next: Limit | None
    left: formats.Remaining | None
    doors: Sequence[Door]


def listing(now: datetime) -> Listing:
    """The list of one's own limits."""
    choices = (Choice("today", _("今天")), Choice("3", _("3天")))
    ends = Filter("ends", _("届满"), lambda value: Q(due__lte=midnight(now, SPANS[value])), choices)
    return Listing((Column("due", _("还剩"), sort=("due", "key")),), (ends,), default_sort="due")


def mine_page(viewer: Viewer, asked: Asked, *, now: datetime) -> Mine:
    """The page of an officer."""
    clocks = _clocks(viewer)
    counts = clocks.aggregate(
        all=Count("key"),
        **{f"in{name}": Count("key", filter=Q(due__lte=midnight(now, n))) for name, n in SPANS.items()},
    )
    page = asked.page(clocks)
    # Where the list is shown whole, from its beginning, what ends first of all is its first row.
    is_whole = not asked.values and asked.place is None and asked.sort == asked.listing.default_sort
    first = list(page.rows[:1] if is_whole else clocks.order_by("due", "key")[:1])
    shown = {clock.key: clock for clock in (*first, *page.rows)}
    limits = {limit.clock.key: limit for limit in _limits(list(shown.values()), now)}
    soonest = limits[first[0].key] if first else None
    here = asked.values.get("ends", "")
    named = [("today", _("今天"), counts["intoday"]), ("3", _("3天"), counts["in3"]), ("", _("全部"), counts["all"])]
    return Mine(
        page=page,
        limits=[limits[clock.key] for clock in page.rows],
        next=soonest,
        left=_left(soonest.clock, now) if soonest else None,
        doors=[Door(title, asked.address(ends=name), count, is_here=name == here) for name, title, count in named],
    )


def _clocks(viewer: Viewer) -> QuerySet[Clock]:
    cases = visible_cases(viewer, Action.CASE_READ).filter(among("number", ties(viewer).own))
    return Clock.objects.filter(outcome=RUNNING, due__isnull=False, case__in=cases.values("number"))


def _limits(clocks: Sequence[Clock], now: datetime) -> list[Limit]:
    titles = rule_titles()
    cases = case_titles({clock.case for clock in clocks if clock.case})
    alerts = AlertGroup.objects.filter(closed_at=None).only("key", "state").in_bulk([clock.key for clock in clocks])
    return [
        Limit(
            clock=clock,
            title=titles.get(clock.rule, clock.rule),
            case_title=cases.get(clock.case or "", ""),
            level=level_now(clock, now=now),
            alert=alerts.get(clock.key),
            may_take=clock.key in alerts and alerts[clock.key].state == AlertGroup.State.WAITING,
        )
        for clock in clocks
    ]


def _left(clock: Clock, now: datetime) -> formats.Remaining:
    return formats.remaining(
        clock.due, clock.outer, now=now, due_at_end=clock.due_at_end, outer_at_end=clock.outer_at_end
    )
