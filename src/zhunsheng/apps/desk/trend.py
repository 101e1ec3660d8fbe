"""每百案超期: how often limits were exceeded in each of the last twelve months for each hundred cases in hand, of the
units of a viewer beside the whole city, and the two lines drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, Max, Q, QuerySet, Sum, Value, When

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.selectors import of_visible_cases
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.overdue import all_overdue, visible_overdue
from zhunsheng.apps.desk.periods import Period, month_name, months, periods
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock, Finding, InHand

HUNDRED: Final = 100
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 560, 250, 40, 96, 16, 30
LINES: Final = 4
STEPS: Final = (0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25)
APART: Final = 18
"""How far the names at the ends of the two lines stand from each other, in units of the drawing."""


@dataclass(frozen=True)
class Month:
    """One month. `exceeded`: statutory limits exceeded in it; `cases`: those in which a limit ran when it ended, or
    now; `rate`: the first for each hundred of the second, None without cases."""

    month: date
    exceeded: int
    cases: int

    @property
    def name(self) -> str:
        """As addresses have it."""
        return month_name(self.month)

    @property
    def title(self) -> str:
        """2026年3月."""
        return formats.full_month(self.month)

    @property
    def rate(self) -> float | None:
        """For each hundred cases."""
        return HUNDRED * self.exceeded / self.cases if self.cases else None


@dataclass(frozen=True)
class Drawn:
    """One line: its points, and where its name stands at its end."""

    points: Sequence[tuple[float, float]]
    last: float
    y: float

    @property
    def path(self) -> str:
        """As a polyline takes it."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    @property
    def x(self) -> float:
        """Where its name begins."""
        return self.points[-1][0] + 8


@dataclass(frozen=True)
class Chart:
    """Both lines over one scale, drawn to WIDTH by HEIGHT. `levels`: (y, what it is); `foot`: (x, the month)."""

    own: Drawn | None
    city: Drawn | None
    levels: Sequence[tuple[float, float]]
    foot: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True)
class Trend:
    """`own`: month by month, from the first in which there was a case; `city`: the same months of the whole city, none
    where the viewer reaches all of it. `before`: how often limits were exceeded until the same point of last month."""

    own: Sequence[Month]
    city: Sequence[Month]
    before: int
    chart: Chart

    @property
    def now(self) -> Month:
        """The present month."""
        return self.own[-1]

    @property
    def rows(self) -> Sequence[tuple[Month, Month | None]]:
        """The months with those of the city beside them, the latest first."""
        beside: Sequence[Month | None] = self.city or [None] * len(self.own)
        return list(zip(self.own, beside, strict=True))[::-1]


@dataclass(frozen=True)
class _Asked:
    """Whose past months on which day: what a computed answer is kept under. The viewer asks for it and is no part."""

    scope: tuple[str, ...]
    day: date
    now: datetime = field(compare=False)
    viewer: Viewer | None = field(compare=False)


def trend(viewer: Viewer, *, now: datetime) -> Trend:
    """The months of a viewer's units, and of the city."""
    day = formats.local(now)[0]
    scope = (viewer.account, *session_scope(viewer).values())
    spans = list(months(now).values())
    in_hand = [*_in_hand_before(_Asked(scope, day, now, viewer)), _in_hand_now(viewer)]
    *exceeded, before = _exceeded(_overdue(viewer), [*spans, periods(now)["before"]])
    own = _months(in_hand, exceeded, now)
    shown = own[next((n for n, each in enumerate(own) if each.cases or each.exceeded), len(own) - 1) :]
    city = [] if viewer.reaches_all(Action.CASE_LIST) else _city(_Asked((), day, now, None))[-len(shown) :]
    return Trend(shown, city, before, drawn(shown, city))


@lru_cache(maxsize=4)
def _city(asked: _Asked) -> list[Month]:
    """The whole city as it was first asked for on a day: two numbers a month, of which nobody can be told."""
    now = asked.now
    with session_settings(session_scope(None)):
        in_hand = [*_in_hand_before(asked), _in_hand_now(None)]
        return _months(in_hand, _exceeded(all_overdue(), list(months(now).values())), now)


@lru_cache(maxsize=512)
def _in_hand_before(asked: _Asked) -> list[int]:
    """Cases in hand at the ends of the eleven months that are over. These move only as records come in late, so a day's
    answer is kept: it reads every clock of every case that there ever was."""
    ends = [span.end for span in months(asked.now).values()][:-1]
    return _in_hand(_clocks(asked.viewer), ends)


def _clocks(viewer: Viewer | None) -> QuerySet[Clock]:
    clocks = Clock.objects.filter(due__isnull=False, case__isnull=False)
    return clocks if viewer is None else clocks.filter(of_visible_cases(viewer, Action.CASE_LIST))


def _in_hand(clocks: QuerySet[Clock], ends: Sequence[datetime]) -> list[int]:
    """How many cases had a clock that ran at each of some instants: each case once, in one question."""
    ran = {
        f"ran{n}": Max(Choose(When(_runs_at(end), then=Value(1)), default=Value(0), output_field=IntegerField()))
        for n, end in enumerate(ends)
    }
    counted = clocks.values("case").annotate(**ran).aggregate(**{f"sum{n}": Sum(f"ran{n}") for n in range(len(ends))})
    return [counted[f"sum{n}"] or 0 for n in range(len(ends))]


def _in_hand_now(viewer: Viewer | None) -> int:
    """The same of now, which the database keeps."""
    cases = InHand.objects.all()
    return (cases if viewer is None else cases.filter(of_visible_cases(viewer, Action.CASE_LIST))).count()


def _runs_at(at: datetime) -> Q:
    return Q(start__lt=at) & (Q(stopped__gte=at) | Q(stopped=None, outcome__in=OPEN_OUTCOMES))


def _exceeded(found: QuerySet[Finding], spans: Sequence[Period]) -> list[int]:
    """How many fall into each span; none begins before the first."""
    counts = {f"n{n}": Count("key", filter=_within(span)) for n, span in enumerate(spans)}
    counted = found.filter(found_at__gte=spans[0].begin).aggregate(**counts)
    return [counted[f"n{n}"] for n in range(len(spans))]


def _overdue(viewer: Viewer) -> QuerySet[Finding]:
    """Of a year it is quicker to find all cases of a viewer first than to ask of each finding whether it is his."""
    if viewer.reaches_all(Action.CASE_LIST):
        return visible_overdue(viewer)
    beside = Q(case=None, unit__in=[unit.code for unit in units.reached(viewer)])
    return all_overdue().filter(of_visible_cases(viewer, Action.CASE_LIST) | beside)


def _within(span: Period) -> Q:
    return Q(found_at__gte=span.begin, found_at__lt=span.end)


def _months(in_hand: Sequence[int], exceeded: Sequence[int], now: datetime) -> list[Month]:
    return [Month(*row) for row in zip(months(now), exceeded, in_hand, strict=True)]


def drawn(own: Sequence[Month], city: Sequence[Month]) -> Chart:
    """Both lines over the same months and one scale that begins at nothing. Months without cases have no point."""
    most = max((each.rate or 0 for each in (*own, *city)), default=0)
    step = next((step for step in STEPS if step * LINES >= most), -(-most // LINES))
    apart = (WIDTH - LEFT - RIGHT) / max(len(own) - 1, 1)
    high = HEIGHT - TOP - FOOT
    xs = [round(LEFT + n * apart, 1) for n in range(len(own))]

    def at(rate: float) -> float:
        return round(TOP + high * (1 - rate / (step * LINES)), 1)

    ours, others = _line(own, xs, at), _line(city, xs, at)
    if ours is not None and others is not None and abs(ours.y - others.y) < APART:
        ours, others = _apart(ours, others)
    levels = [(at(step * n), step * n) for n in range(LINES + 1)]
    return Chart(ours, others, levels, [(x, formats.short_month(each.month)) for x, each in zip(xs, own, strict=True)])


def _line(line: Sequence[Month], xs: Sequence[float], at: Callable[[float], float]) -> Drawn | None:
    rated = [(x, each.rate) for x, each in zip(xs, line, strict=False) if each.rate is not None]
    if not rated:
        return None
    points = [(x, at(rate)) for x, rate in rated]
    return Drawn(points, rated[-1][1], points[-1][1])


def _apart(one: Drawn, other: Drawn) -> tuple[Drawn, Drawn]:
    """The names of two lines that end close to each other, above one another."""
    middle, is_above = (one.y + other.y) / 2, one.y <= other.y
    up, down = middle - APART / 2, middle + APART / 2
    return (
        Drawn(one.points, one.last, up if is_above else down),
        Drawn(other.points, other.last, down if is_above else up),
    )
