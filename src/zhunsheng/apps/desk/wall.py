"""大屏: what a whole room may see. Counts, limits by unit, rates by station; no name, no case, no number of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import visible_groups
from zhunsheng.apps.audit.clock import city_pace
from zhunsheng.apps.cases.selectors import of_visible_cases
from zhunsheng.apps.cases.sources import late_sources
from zhunsheng.apps.desk.case_track import level_now
from zhunsheng.apps.desk.city import UnitLine, unit_lines
from zhunsheng.apps.desk.inbox import last_checked, midnight, over
from zhunsheng.apps.desk.overdue import visible_overdue
from zhunsheng.apps.desk.rulebook import all_rules, rule_titles, shown_rulebook
from zhunsheng.apps.display import formats
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Clock

AUDIENCE: Final = frozenset({"legal_department", "county_head", "unit_head"})
DAYS: Final = 30
SHOWN: Final = 8
JUST_OVER: Final = 2
STATIONS: Final = 12
STOPPED: Final = timedelta(minutes=10)
CHART: Final = (960, 660)
FOOT, LEFT, LINES = 20, 64, 4


@dataclass(frozen=True)
class Limit:
    """One limit that ends next: what, and in which unit."""

    clock: Clock
    title: str
    unit: str
    level: str


@dataclass(frozen=True)
class Column:
    """One day of the chart."""

    day: date
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """How often a limit was exceeded on each day, drawn to CHART; `lines` are (y, how many)."""

    columns: Sequence[Column]
    lines: Sequence[tuple[float, int]]
    width: float
    most: Column | None

    @property
    def whole(self) -> int:
        """Over all days."""
        return sum(column.count for column in self.columns)


@dataclass(frozen=True)
class Health:
    """Up to when it is judged, and whether that stopped: `stopped` is for how long by the machine's clock, None while
    it goes on."""

    checked: datetime | None
    stopped: timedelta | None
    late: Sequence[str]
    rules: int


@dataclass(frozen=True)
class Wall:
    """What the wall shows. `stations`: fewest first; `others`: how many more there are."""

    counts: Mapping[str, int]
    limits: Sequence[Limit]
    chart: Chart
    stations: Sequence[UnitLine]
    others: int
    health: Health


def wall(viewer: Viewer, *, now: datetime) -> Wall:
    """The wall: as many questions to the database however large the city is."""
    rated = [
        line for line in unit_lines(viewer, now=now) if line.of_kind == Unit.Kind.STATION and line.rate is not None
    ]
    ordered = sorted(rated, key=lambda line: (line.rate or 0, line.code))
    return Wall(
        counts=_counts(viewer, now),
        limits=_limits(viewer, now),
        chart=_chart(viewer, now),
        stations=ordered[:STATIONS],
        others=len(ordered[STATIONS:]),
        health=_health(now),
    )


def _counts(viewer: Viewer, now: datetime) -> dict[str, int]:
    state = AlertGroup.State
    is_open, red = Q(closed_at=None), Q(closed_at=None, level="red")
    counted: dict[str, Any] = {
        "red": Count("key", filter=red),
        "over": Count("key", filter=red & over(now)),
        "taken": Count("key", filter=red & Q(state=state.ACKNOWLEDGED)),
        "yellow": Count("key", filter=is_open & Q(level="yellow")),
        "blue": Count("key", filter=is_open & Q(level="blue")),
        "done": Count("key", filter=Q(state=state.DONE)),
    }
    today = Q(closed_at__gte=midnight(now, 0))
    found: dict[str, int] = visible_groups(viewer).filter(is_open | today).aggregate(**counted)
    return found


def _limits(viewer: Viewer, now: datetime) -> list[Limit]:
    """What has just been exceeded, then what ends next. What was exceeded long ago is in the number, not here."""
    cases = of_visible_cases(viewer, Action.CASE_LIST)
    running = Clock.objects.filter(cases, outcome="running", due__isnull=False)
    just = running.filter(outer__lt=now, outer__gte=now - timedelta(days=1), nature="statutory")
    clocks = list(just.order_by("-outer", "key")[:JUST_OVER])
    clocks += running.filter(due__gte=now).order_by("due", "key")[: SHOWN - len(clocks)]
    titles = rule_titles()
    names = dict(Unit.objects.filter(pk__in={clock.unit or "" for clock in clocks}).values_list("code", "short_name"))
    return [
        Limit(
            clock, titles.get(clock.rule, clock.rule), names.get(clock.unit or "", clock.unit or ""),
            level_now(clock, now=now),
        )
        for clock in clocks
    ]  # fmt: skip


def _chart(viewer: Viewer, now: datetime) -> Chart:
    first = midnight(now, 1 - DAYS)
    found = visible_overdue(viewer).filter(found_at__gte=first, found_at__lte=now)
    by_day = dict(found.values_list(TruncDate("found_at", tzinfo=formats.ZONE)).annotate(n=Count("key")))
    days = [first.date() + timedelta(days=n) for n in range(DAYS)]
    return drawn([(day, by_day.get(day, 0)) for day in days])


def drawn(days: Sequence[tuple[date, int]]) -> Chart:
    """Counts by day as columns over a scale of whole numbers."""
    width, height = CHART
    step = max(1, -(-max((count for _day, count in days), default=0) // LINES))
    high, slot = height - FOOT, (width - LEFT) / max(len(days), 1)
    unit = high / (step * LINES)
    columns = [
        Column(day, count, x=round(LEFT + n * slot + slot * 0.15, 1), y=round(high - count * unit, 1),
               height=round(count * unit, 1))
        for n, (day, count) in enumerate(days)
    ]  # fmt: skip
    lines = [(round(high - n * step * unit, 1), n * step) for n in range(LINES + 1)]
    most = max(columns, key=lambda column: column.count, default=None)
    return Chart(columns, lines, width=round(slot * 0.7, 1), most=most if most and most.count else None)


def _health(now: datetime) -> Health:
    checked = last_checked()
    # By the machine's clock, by which a loop goes round: between two rounds a city of an hour a second is hours behind.
    behind = (now - checked) / max(1, city_pace()) if checked is not None else None
    rulebook = shown_rulebook()
    return Health(
        checked=checked,
        stopped=behind if behind is not None and behind > STOPPED else None,
        late=[source.title for source in late_sources(now=now)],
        rules=len(all_rules(rulebook)) if rulebook else 0,
    )
