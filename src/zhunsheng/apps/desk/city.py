"""法制支队全市: how the city stands, unit by unit, each figure with its list, and how units of one kind compare."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import add, itemgetter
from statistics import median
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.doubt import doubtful_rules
from zhunsheng.apps.alerts.kept_counts import LEVELS
from zhunsheng.apps.alerts.models import Gap
from zhunsheng.apps.alerts.selectors import open_gaps, untold
from zhunsheng.apps.cases.selectors import ties
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.inbox import midnight
from zhunsheng.apps.desk.inbox_counts import open_by_unit
from zhunsheng.apps.desk.periods import periods
from zhunsheng.apps.desk.rulebook import rule_titles, statutory_limits
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.kept_counts import in_hand_by_unit
from zhunsheng.apps.supervision.selectors import exceeded_by_unit

AUDIENCE: Final = frozenset({"legal_department", "county_head", "inspectorate"})
COMPARABLE: Final = 3
"""Of fewer units of a kind no middle is shown: it would only name the neighbour."""
HUNDRED: Final = 100
INSIDE_STATIONS: Final = (Unit.Kind.COMMAND_ROOM, Unit.Kind.CASE_SQUAD, Unit.Kind.COMMUNITY_SQUAD)
OF_ALERTS: Final = ("open", "over", "today", "waiting", "disputed", *LEVELS)
COUNTED: Final = (*OF_ALERTS, "cases", "month", "before")
Row = tuple[int, ...]
"""Counts in the order of COUNTED."""
NONE: Final[Row] = (0,) * len(COUNTED)
_of_alerts = itemgetter(*OF_ALERTS)


@dataclass(frozen=True)
class Bar:
    """A rate drawn to 100 units of width; `middle` is that of the units of its kind, None where it is not shown."""

    width: int
    middle: int | None


@dataclass(frozen=True)
class UnitLine:
    """One unit with those below it. `rate`: limits exceeded this month for each hundred cases in hand; None without
    cases. `middle`: the median of its kind."""

    code: str
    name: str
    of_kind: str
    kind: str
    depth: int
    counts: Mapping[str, int]
    rate: float | None
    middle: float | None
    bar: Bar | None


@dataclass(frozen=True)
class Doubtful:
    """A rule of whose alerts of thirty days more than five percent were ruled wrong."""

    id: str
    title: str
    share: float


@dataclass(frozen=True)
class Untold:
    """Alerts of a unit that nobody could be told of: how many, since when, and who was missing."""

    unit: str
    name: str
    count: int
    roles: Sequence[str]
    since: datetime


@dataclass(frozen=True)
class City:
    """What the page shows. `counts` are of all that the viewer may list, also of what no unit is registered for."""

    counts: Mapping[str, int]
    page: Page[UnitLine]
    lines: Sequence[UnitLine]
    doubtful: Sequence[Doubtful]
    untold: Sequence[Untold]


def listing(viewer: Viewer) -> Listing:
    """Columns and filters of the table of units. It is in memory: the filters are read by `_fits`."""
    kinds = [(kind, str(title)) for kind, title in units.KINDS.items()]
    columns = (
        Column("unit", _("单位"), sort=("path",)),
        Column("open", _("未结预警"), sort=("open",), css="r"),
        Column("levels", _("按级别")),
        Column("over", _("已超期未办"), sort=("over",), css="r"),
        Column("cases", _("在办案件"), sort=("cases",), css="r"),
        Column("month", _("本月超期"), sort=("month",), css="r"),
        Column("rate", _("每百案超期"), sort=("rate",)),
    )
    filters = (
        Filter("kind", _("层级"), lambda _value: Q(), choices(kinds)),
        Filter("unit", _("单位"), lambda _value: Q(), choices(units.choices(viewer))),
    )
    return Listing(columns, filters, default_sort="unit")


def city_page(viewer: Viewer, asked: Asked, *, now: datetime) -> City:
    """The page: as many questions to the database for three units as for three hundred."""
    reached = units.reached(viewer)
    by_unit = _by_unit(viewer, reached, now)
    figures = _figures(reached, by_unit)
    page = asked.part(_sorted(_chosen(reached, asked), figures, asked))
    lines = [_line(unit, figures) for unit in page.rows]
    return City(
        counts=_named(map(sum, zip(NONE, *by_unit.values(), strict=True))),
        page=replace(page, rows=lines),
        lines=lines,
        doubtful=_doubtful(now),
        untold=_untold(viewer, reached),
    )


def unit_lines(viewer: Viewer, *, now: datetime) -> list[UnitLine]:
    """Every unit that the viewer reaches, each after the one that it lies under."""
    reached = units.reached(viewer)
    figures = _figures(reached, _by_unit(viewer, reached, now))
    return [_line(unit, figures) for unit in reached]


def cells(line: UnitLine) -> list[Cell]:
    """One unit as it is taken away."""
    counted = [line.counts[name] for name in ("open", *LEVELS, "over", "cases", "month", "before")]
    return [line.code, line.name, line.kind, *counted, line.rate, line.middle]


def _by_unit(viewer: Viewer, reached: Sequence[units.Reached], now: datetime) -> dict[str, Row]:
    """Unit → its counts. Rows whose unit is not registered stand under their code."""
    alerts = open_by_unit(viewer, now=now, today=midnight(now, 0), tomorrow=midnight(now, 1))
    cases = in_hand_by_unit(ties(viewer).reading)
    exceeded = {unit: counts for unit, *counts in _exceeded(viewer, reached, now)}
    none = dict.fromkeys(OF_ALERTS, 0)
    return {
        unit: (*_of_alerts(alerts.get(unit, none)), cases.get(unit, 0), *exceeded.get(unit, (0, 0)))
        for unit in alerts | cases | exceeded
    }


def _exceeded(viewer: Viewer, reached: Sequence[units.Reached], now: datetime) -> list[tuple[str, int, int]]:
    """How many limits were exceeded in each unit this month, and until the same point of the last."""
    month, before = periods(now)["month"], periods(now)["before"]
    tied = ties(viewer)
    return exceeded_by_unit(
        statutory_limits(),
        since=before.begin,
        cut=before.end,
        month=month.begin,
        until=month.end,
        places=[unit.code for unit in reached],
        without=[*tied.recused, *tied.reading],
    )


def _named(row: Iterable[int]) -> dict[str, int]:
    return dict(zip(COUNTED, row, strict=True))


@dataclass(frozen=True)
class Figures:
    """The sums of each unit with those below it, its rate, and what rates are drawn against: the medians of each kind
    and the highest. `top`: how deep the first unit lies."""

    sums: Mapping[str, Mapping[str, int]]
    rates: Mapping[str, float | None]
    middles: Mapping[str, float]
    most: float
    top: int


def _figures(reached: Sequence[units.Reached], by_unit: Mapping[str, Row]) -> Figures:
    rows = {unit.code: by_unit.get(unit.code, NONE) for unit in reached}
    for unit in reversed(reached):  # what lies below a unit comes after it
        above = next((code for code in reversed(unit.path.split("/")[:-1]) if code in rows), None)
        if above is not None:
            rows[above] = tuple(map(add, rows[above], rows[unit.code]))
    sums = {code: _named(row) for code, row in rows.items()}
    rates = {unit.code: _rate(sums[unit.code]) for unit in reached}
    most = max((rate for rate in rates.values() if rate is not None), default=0)
    top = min((unit.path.count("/") for unit in reached), default=0)
    return Figures(sums, rates, _middles(reached, rates), most, top)


def _line(unit: units.Reached, figures: Figures) -> UnitLine:
    rate, middle = figures.rates[unit.code], figures.middles.get(unit.kind)
    return UnitLine(
        code=unit.code,
        name=unit.short_name,
        of_kind=unit.kind,
        kind=str(units.KINDS[unit.kind]),
        depth=unit.path.count("/") - figures.top,
        counts=figures.sums[unit.code],
        rate=rate,
        middle=middle,
        bar=_bar(rate, middle, figures.most),
    )


def _rate(counts: Mapping[str, int]) -> float | None:
    return HUNDRED * counts["month"] / counts["cases"] if counts["cases"] else None


def _middles(reached: Sequence[units.Reached], rates: Mapping[str, float | None]) -> dict[str, float]:
    """The median rate of each kind of unit that has enough of them."""
    by_kind: dict[str, list[float]] = {}
    for unit in reached:
        rate = rates[unit.code]
        if rate is not None:
            by_kind.setdefault(unit.kind, []).append(rate)
    return {kind: median(found) for kind, found in by_kind.items() if len(found) >= COMPARABLE}


def _bar(rate: float | None, middle: float | None, most: float) -> Bar | None:
    if rate is None or not most:
        return None
    return Bar(round(HUNDRED * rate / most), None if middle is None else round(HUNDRED * min(middle / most, 1)))


def _chosen(reached: Sequence[units.Reached], asked: Asked) -> list[units.Reached]:
    """What is asked for; else all but what lies inside a station, which its own line counts already."""
    kind, within = asked.values.get("kind"), asked.values.get("unit")
    if kind is None and within is None:
        return [unit for unit in reached if unit.kind not in INSIDE_STATIONS]
    return [
        unit for unit in reached if kind in (None, unit.kind) and (within is None or within in unit.path.split("/"))
    ]


def _sorted(chosen: list[units.Reached], figures: Figures, asked: Asked) -> list[units.Reached]:
    """By the column that is asked for; units without a rate stand last either way. The order is else that of units."""
    name, down = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if name == "unit":
        return list(reversed(chosen)) if down else chosen
    if name == "rate":
        rated = [unit for unit in chosen if figures.rates[unit.code] is not None]
        others = [unit for unit in chosen if figures.rates[unit.code] is None]
        return sorted(rated, key=lambda unit: figures.rates[unit.code] or 0, reverse=down) + others
    return sorted(chosen, key=lambda unit: figures.sums[unit.code][name], reverse=down)


def _doubtful(now: datetime) -> list[Doubtful]:
    titles = rule_titles()
    shares = doubtful_rules(as_of=now)
    found = [Doubtful(rule, titles.get(rule, rule), share / HUNDRED) for rule, share in shares.items()]
    return sorted(found, key=lambda each: (-each.share, each.id))


def _untold(viewer: Viewer, reached: Sequence[units.Reached]) -> list[Untold]:
    """Units in which somebody must be named who can be told, those with the most first."""
    names, titles = {unit.code: unit.short_name for unit in reached}, page_vocabulary().roles
    seen = untold(viewer)
    by_unit: dict[str, list[Gap]] = {}
    for gap in open_gaps():
        if gap.unit in names and gap.group in seen:
            by_unit.setdefault(gap.unit, []).append(gap)
    found = [
        Untold(
            unit=unit,
            name=names[unit],
            count=len({gap.group for gap in gaps}),
            roles=sorted({titles.get(role, role) for gap in gaps for role in gap.roles}),
            since=gaps[0].opened_at,
        )
        for unit, gaps in by_unit.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.unit))
