"""每百案超期: how often limits were exceeded in each of the last twelve months for each hundred cases in hand, of the
units of a viewer beside the whole city, and the two lines drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Final

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import ties
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import Period, month_name, months, periods
from zhunsheng.apps.desk.rulebook import statutory_limits
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.kept_counts import Kept, kept_counts

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


def trend(viewer: Viewer, *, now: datetime) -> Trend:
    """The months of a viewer's units, and of the city."""
    by_month = months(now)
    before = periods(now)["before"]
    places = [unit.code for unit in units.reached(viewer)]
    kept = kept_counts(
        ("ran", "now", "exceeded"),
        rules=statutory_limits(),
        places=places,
        since=min(by_month),
        begin=formats.local(before.begin)[0],
        cut=before.end,
        reading=ties(viewer).reading,
    )
    own = _months(kept, by_month, attrgetter("own"))
    shown = own[next((n for n, each in enumerate(own) if each.cases or each.exceeded), len(own) - 1) :]
    city = [] if viewer.reaches_all(Action.CASE_LIST) else _months(kept, by_month, attrgetter("city"))[-len(shown) :]
    return Trend(shown, city, sum(row.own for row in kept if row.what == "before"), drawn(shown, city))


def _months(kept: Sequence[Kept], by_month: Mapping[date, Period], of: Callable[[Kept], int]) -> list[Month]:
    """Twelve months out of the kept counts. Cases of a month that is over are those in hand at its end, which stands
    under the first day of the next; of the present one, those in hand now."""
    exceeded = {row.day: of(row) for row in kept if row.what == "exceeded"}
    steps = {row.day: of(row) for row in kept if row.what == "ran"}
    ends = {month: formats.local(span.end)[0] for month, span in by_month.items()}
    cases = {month: sum(n for day, n in steps.items() if day <= end) for month, end in ends.items()}
    cases[max(by_month)] = sum(of(row) for row in kept if row.what == "now")
    return [Month(month, exceeded.get(month, 0), cases[month]) for month in by_month]


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
