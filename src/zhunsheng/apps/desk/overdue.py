"""超期台账: every statutory limit that was exceeded, and every check that found something broken, with the loop that
followed: told, taken on, urged, ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup
from zhunsheng.apps.cases.selectors import case_titles
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.case_officers import case_officers
from zhunsheng.apps.desk.periods import TITLES, month_name, months, periods
from zhunsheng.apps.desk.rulebook import rule_titles, statutory_limits
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.apps.supervision.models import Clock, Finding

OVERDUE, BROKEN = "overdue", "broken"
SHOWN: Final = ("key", "clock", "kind", "rule", "case", "unit", "found_at", "due", "outer", "closed_at")
TAKING: Final = (Action.Act.ACKNOWLEDGE, Action.Act.ACCEPT)


class AtEnd(NamedTuple):
    """Whether the due times of a clock are 24:00 of a day."""

    due_at_end: bool = False
    outer_at_end: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the loop: when, and by whom."""

    at: datetime | None = None
    who: str = ""


@dataclass(frozen=True)
class Exceeded:
    """One limit that was exceeded, or one thing that a check found. `told`, `taken`, `urged`: the first of each;
    `state`: where its alert stands."""

    key: str
    kind: str
    title: str
    case: str
    case_title: str
    unit: str
    officers: Sequence[str]
    due: Mapping[str, datetime | bool | None]
    found_at: datetime | None
    length: formats.Remaining
    ended: datetime | None
    state: str
    has_alert: bool
    told: Step = field(default_factory=Step)
    taken: Step = field(default_factory=Step)
    urged: Step = field(default_factory=Step)


@dataclass(frozen=True)
class Ledger:
    """One page of the ledger. `running`: how many that fit the filters still go on."""

    page: Page[Finding]
    rows: Sequence[Exceeded]
    running: int


@dataclass(frozen=True)
class OfRule:
    """How often one rule was exceeded, or found broken, and how many of these go on."""

    kind: str
    count: int
    running: int


def visible_overdue(viewer: Viewer) -> QuerySet[Finding]:
    """Findings that stand of statutory limits exceeded, of what the viewer may list."""
    return visible_faults(viewer).filter(kind=OVERDUE)


def visible_faults(viewer: Viewer) -> QuerySet[Finding]:
    """The same, and with them what checks found broken."""
    return _faults().filter(units.seen(viewer))


def _faults() -> QuerySet[Finding]:
    is_fault = Q(kind=OVERDUE) & among("rule", statutory_limits()) | Q(kind=BROKEN)
    return Finding.objects.filter(is_fault, state=Finding.State.CURRENT, found_at__isnull=False)


def of_rule(viewer: Viewer, rule: str, *, is_limit: bool) -> OfRule | None:
    """What the ledger holds of one rule, of what the viewer may list; None for a limit that no statute sets."""
    if is_limit and rule not in statutory_limits():
        return None
    kind = OVERDUE if is_limit else BROKEN
    found = visible_faults(viewer).filter(rule=rule, kind=kind)
    return OfRule(kind, **found.aggregate(count=Count("key"), running=Count("key", filter=Q(closed_at=None))))


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the ledger."""
    by_month = months(now)
    spans = periods(now) | {month_name(month): span for month, span in by_month.items()}
    named_spans = [(name, str(title)) for name, title in TITLES.items()]
    named_spans += [(month_name(month), formats.full_month(month)) for month in reversed(by_month)]
    titles = rule_titles()
    named = sorted(titles.items(), key=lambda pair: pair[1])
    offered = choices(units.choices(viewer))
    states = [("open", _("仍未办结")), ("ended", _("已办结"))]
    kinds = [(OVERDUE, _("超期")), (BROKEN, _("不符合"))]
    columns = (
        Column("what", _("期限与案件")),
        Column("unit", _("单位与主办")),
        Column("found", _("何时"), sort=("found_at", "key")),
        Column("length", _("超期多久")),
        Column("told", _("最早通知")),
        Column("taken", _("签收")),
        Column("ended", _("办结")),
    )
    filters = (
        Filter(
            "in",
            _("何时"),
            lambda name: Q(found_at__gte=spans[name].begin, found_at__lt=spans[name].end),
            choices(named_spans),
        ),
        Filter("kind", _("种类"), lambda _value: Q(), choices(kinds)),
        Filter("unit", _("单位"), units.within, offered),
        Filter("own", _("单位，不含下级"), lambda value: Q(unit=value), offered),
        Filter("rule", _("规则"), lambda value: Q(rule=value), choices(named)),
        Filter("state", _("状态"), lambda value: Q(closed_at__isnull=value == "open"), choices(states)),
    )
    return Listing(columns, filters, default_sort="-found")


def ledger(viewer: Viewer, asked: Asked, *, now: datetime) -> Ledger:
    """One page of the ledger, the latest first: of limits, unless what checks found is asked for."""
    found = visible_faults(viewer).filter(kind=asked.values.get("kind", OVERDUE))
    page = asked.page(found.only(*SHOWN))
    running = found.filter(asked.condition(), closed_at=None).count()
    return Ledger(page, _rows(page.rows, now), running)


def cells(row: Exceeded) -> Iterator[Cell]:
    """One row as it is taken away."""
    yield from (row.title, row.case, row.case_title, row.unit, "、".join(row.officers))
    yield _words(row.due["due"])
    yield _words(row.due["outer"])
    yield formats.moment(row.found_at)
    yield row.length.words if row.kind == OVERDUE else ""
    yield from (row.told.at, row.taken.at, row.taken.who, row.urged.at, row.urged.who, row.ended)


def _words(at: datetime | bool | None) -> str:
    return formats.due_moment(at) if isinstance(at, datetime) else ""


def _rows(findings: Sequence[Finding], now: datetime) -> list[Exceeded]:
    keys = [_group(finding) for finding in findings]
    numbers = {finding.case for finding in findings if finding.case}
    clocks = Clock.objects.filter(among("key", keys)).values_list("key", *AtEnd._fields)
    at_end = {key: AtEnd(*both) for key, *both in clocks}
    states = dict(AlertGroup.objects.filter(among("key", keys)).values_list("key", "state"))
    titles = rule_titles()
    cases = case_titles(numbers)
    named = unit_names({finding.unit for finding in findings if finding.unit})
    told = _told(keys)
    acts = _first_acts(keys)
    officers = case_officers(numbers)
    return [
        Exceeded(
            key=_group(finding),
            kind=finding.kind,
            title=titles.get(finding.rule, finding.rule),
            case=finding.case or "",
            case_title=cases.get(finding.case or "", ""),
            unit=named.get(finding.unit or "", finding.unit or ""),
            officers=officers.get(finding.case or "", ()),
            found_at=finding.found_at,
            due=_due(finding, at_end.get(_group(finding), AtEnd())),
            length=_length(finding, at_end.get(_group(finding), AtEnd()), now),
            ended=finding.closed_at,
            state=states.get(_group(finding), ""),
            has_alert=_group(finding) in states,
            told=told.get(_group(finding), Step()),
            taken=acts.get((_group(finding), "taken"), Step()),
            urged=acts.get((_group(finding), "urged"), Step()),
        )
        for finding in findings
    ]


def _group(finding: Finding) -> str:
    """The key of its alert: that of its clock, or, of a check, its own."""
    return finding.clock or finding.key


def _due(finding: Finding, at_end: AtEnd) -> dict[str, datetime | bool | None]:
    """Both due times as the finding states them; whether they are 24:00 of a day, its clock says."""
    return {"due": finding.due, "outer": finding.outer, **at_end._asdict()}


def _length(finding: Finding, at_end: AtEnd, now: datetime) -> formats.Remaining:
    """How long it went on, or goes on, past the outer time."""
    until = min(finding.closed_at or now, now)
    return formats.remaining(finding.outer, finding.outer, now=until, due_at_end=at_end.outer_at_end)


def _told(keys: Sequence[str]) -> dict[str, Step]:
    first = Alert.objects.filter(among("group", keys)).values_list("group").annotate(at=Min("created_at"))
    return {key: Step(at) for key, at in first}


def _first_acts(keys: Sequence[str]) -> dict[tuple[str, str], Step]:
    """The first time that somebody took it on, and that a superior urged."""
    found: dict[tuple[str, str], Step] = {}
    acts = Action.objects.filter(among("group", keys), act__in=(*TAKING, Action.Act.URGE)).order_by("at", "pk")
    for key, act, at, by in acts.values_list("group", "act", "at", "by__name"):
        found.setdefault((key, "urged" if act == Action.Act.URGE else "taken"), Step(at, by or ""))
    return found
