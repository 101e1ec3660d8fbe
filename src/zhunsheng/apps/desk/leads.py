"""纪检线索: the same limit exceeded, or the same check broken, again and again in one unit; what was withdrawn and why.

Nothing here can be acted on. What a lead is made of is in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import case_titles
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.grouping import answered, listed
from zhunsheng.apps.desk.overdue import OVERDUE, visible_faults
from zhunsheng.apps.desk.periods import TITLES, periods
from zhunsheng.apps.desk.rulebook import rule_titles
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.supervision.models import Finding

AUDIENCE: Final = frozenset({"inspectorate", "legal_department"})
DEFAULT_SPAN: Final = "30"
MINUTE: Final = timedelta(minutes=1)
GROUPED: Final = """
    WITH f AS MATERIALIZED ({faults}), g AS (
        SELECT rule, kind, unit, count(*) AS times, min(found_at) AS first, max(found_at) AS last,
            count(*) FILTER (WHERE closed_at IS NULL) AS running
        FROM f GROUP BY 1, 2, 3
    )
    SELECT rule, kind, unit, times, first, last, running, count(nullif(running, 0)) OVER () FROM g {state}
    ORDER BY {order}, rule, unit, kind OFFSET %s LIMIT %s
"""
"""(Gathered apart: what row security may cost hides from the planner that few leads are better hashed than sorted.)"""
STATES: Final = {None: "", "open": "WHERE running > 0", "ended": "WHERE running = 0"}
DAY: Final = """
    ((CASE kind WHEN 'overdue' THEN {at} - interval '1 minute' ELSE {at} END) AT TIME ZONE 'Asia/Shanghai')::date
"""
"""The same as `_day`, for the database to sort by."""
ORDERS: Final = {"times": "times", "running": "running", "first": DAY.format(at="first"), "last": DAY.format(at="last")}
REASONS: Final[Mapping[str, str | Promise]] = {
    Finding.StateReason.FACTS.value: gettext_lazy("事实更正或补录"),
    Finding.StateReason.RULEBOOK.value: gettext_lazy("规则修订"),
    Finding.StateReason.DUE_MOVED.value: gettext_lazy("期限变动"),
    Finding.StateReason.PAUSED.value: gettext_lazy("期限暂停"),
}
KINDS: Final[Mapping[str, str | Promise]] = {
    "approaching": gettext_lazy("即将届满"),
    "overdue": gettext_lazy("超期"),
    "late": gettext_lazy("超期办结"),
    "lapsed": gettext_lazy("失效"),
    "broken": gettext_lazy("不符合"),
    "unknown": gettext_lazy("待核实"),
    "late_known": gettext_lazy("知道时已超期"),
    "late_extension": gettext_lazy("延长在届满之后"),
    "late_pause": gettext_lazy("暂停在届满之后"),
    "extension_out_of_order": gettext_lazy("延长次序不对"),
}


@dataclass(frozen=True)
class Lead:
    """One rule in one unit, with the days of the first and the last time. `query` is the ledger's address of exactly
    these."""

    rule: str
    title: str
    kind: str | Promise
    unit: str
    times: int
    first: date
    last: date
    running: int
    query: str


class Grouped(NamedTuple):
    """What the database counts of one lead; `open`: of all leads, in how many something still goes on."""

    rule: str
    kind: str
    unit: str | None
    times: int
    first: datetime
    last: datetime
    running: int
    open: int


@dataclass(frozen=True)
class Leads:
    """What the page shows. `open`: leads in which something still goes on."""

    page: Page[Lead]
    open: int


@dataclass(frozen=True)
class Withdrawn:
    """One finding that was taken back."""

    title: str
    kind: str | Promise
    case: str
    case_title: str
    unit: str
    appeared_at: datetime
    withdrawn_at: datetime
    reason: str | Promise


def listing(viewer: Viewer) -> Listing:
    """Columns and filters of the leads. They are counted in memory: `leads` reads the filters."""
    titles = sorted(rule_titles().items(), key=lambda pair: pair[1])
    states = [("open", _("待核")), ("ended", _("已办结"))]
    columns = (
        Column("rule", _("规则")),
        Column("unit", _("单位")),
        Column("times", _("次数"), sort=("times",), css="r"),
        Column("running", _("仍未办结"), sort=("running",), css="r"),
        Column("first", _("首次"), sort=("first",)),
        Column("last", _("最近"), sort=("last",)),
        Column("state", _("状态")),
    )
    filters = (
        Filter("in", _("时间"), lambda _value: Q(), choices([(name, str(title)) for name, title in TITLES.items()])),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("rule", _("规则"), lambda value: Q(rule=value), choices(titles)),
        Filter("state", _("状态"), lambda _value: Q(), choices(states)),
    )
    return Listing(columns, filters, default_sort="-times")


def leads(viewer: Viewer, asked: Asked, *, now: datetime) -> Leads:
    """A page of leads: those with the most first, unless another order is asked for."""
    name, wanted = asked.values.get("in", DEFAULT_SPAN), asked.values.get("state")
    span = periods(now)[name]
    faults = visible_faults(viewer).filter(asked.condition(), found_at__gte=span.begin, found_at__lt=span.end)
    column, down = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    order = f"{ORDERS[column]} {'DESC' if down else 'ASC'}"
    page = asked.cut(lambda begin, end: _grouped(faults, STATES[wanted], order, begin, end))
    titles, named = rule_titles(), units.names(viewer)
    shown = replace(page, rows=[_lead(row, name, titles, named) for row in page.rows])
    if page.rows and wanted != "ended":
        return Leads(shown, page.rows[0].open)
    going_on = faults.filter(closed_at=None).values("rule", "kind", "unit").distinct()
    return Leads(shown, going_on.count())


def _grouped(faults: QuerySet[Finding], state: str, order: str, begin: int, end: int) -> list[Grouped]:
    """Some faults by rule, kind and unit: those leads in their order from one number on, before another."""
    of_faults = listed(faults, ("rule", "kind", "unit", "found_at", "closed_at"))
    if of_faults is None:
        return []
    found, values = of_faults
    rows = answered(GROUPED.format(faults=found, state=state, order=order), (*values, begin, end - begin))
    return [Grouped._make(row) for row in rows]


def withdrawn_listing(viewer: Viewer) -> Listing:
    """Columns and filters of what was withdrawn."""
    columns = (
        Column("what", _("规则与案件")),
        Column("unit", _("单位")),
        Column("was", _("原来的认定")),
        Column("appeared", _("首次认定")),
        Column("at", _("撤回"), sort=("state_at", "key")),
        Column("reason", _("原因")),
    )
    reasons = [(value, str(REASONS[value])) for value in ("facts", "rulebook")]
    filters = (
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("reason", _("原因"), lambda value: Q(state_reason=value), choices(reasons)),
    )
    return Listing(columns, filters, default_sort="-at")


def withdrawn(viewer: Viewer, asked: Asked) -> tuple[Page[Finding], list[Withdrawn], int]:
    """A page of what was withdrawn, the latest first, and how much fits the filters."""
    found = _visible_withdrawn(viewer)
    page = asked.page(found)
    titles, named = rule_titles(), units.names(viewer)
    numbers = {finding.case for finding in page.rows if finding.case}
    cases = case_titles(numbers)
    rows = [_withdrawn(finding, titles, named, cases) for finding in page.rows]
    return page, rows, found.filter(asked.condition()).count()


def lead_cells(lead: Lead) -> list[Cell]:
    """One lead as it is taken away."""
    days = (formats.full_day(day) for day in (lead.first, lead.last))
    return [lead.title, str(lead.kind), lead.unit, lead.times, lead.running, *days]


def withdrawn_cells(row: Withdrawn) -> list[Cell]:
    """One finding that was withdrawn, as it is taken away."""
    about = [row.title, row.case, row.case_title, row.unit, str(row.kind)]
    return [*about, row.appeared_at, row.withdrawn_at, str(row.reason)]


def _visible_withdrawn(viewer: Viewer) -> QuerySet[Finding]:
    return Finding.objects.filter(units.seen(viewer), state=Finding.State.WITHDRAWN, case__isnull=False)


def _lead(row: Grouped, span: str, titles: Mapping[str, str], named: Mapping[str, str]) -> Lead:
    unit = row.unit or ""
    return Lead(
        rule=row.rule,
        title=titles.get(row.rule, row.rule),
        kind=KINDS[row.kind],
        unit=named.get(unit, unit),
        times=row.times,
        first=_day(row.kind, row.first),
        last=_day(row.kind, row.last),
        running=row.running,
        query="?" + urlencode({"in": span, "kind": row.kind, "own": unit, "rule": row.rule}),
    )


def _day(kind: str, at: datetime) -> date:
    """A limit that ended at 24:00 of a day was exceeded on that day, not at the beginning of the next."""
    return formats.local(at - MINUTE if kind == OVERDUE else at)[0]


def _withdrawn(
    finding: Finding, titles: Mapping[str, str], named: Mapping[str, str], cases: Mapping[str, str]
) -> Withdrawn:
    return Withdrawn(
        title=titles.get(finding.rule, finding.rule),
        kind=KINDS.get(finding.kind, finding.kind),
        case=finding.case or "",
        case_title=cases.get(finding.case or "", ""),
        unit=named.get(finding.unit or "", finding.unit or ""),
        appeared_at=finding.appeared_at,
        withdrawn_at=finding.state_at,
        reason=REASONS[finding.state_reason],
    )
