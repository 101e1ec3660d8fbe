"""The list of cases, twice: by the limit that ends next, and by number. Rows of either look the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.policy import LABEL_TITLES, Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.selectors import looked_up, of_visible_cases, ties, visible_cases
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.case_officers import case_officers
from zhunsheng.apps.desk.quality import QUESTIONS
from zhunsheng.apps.desk.rulebook import rule_titles
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.supervision.in_hand import InHand
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock

SOON: Final = timedelta(days=7)
MOST_COUNTED: Final = 1000
FEW_UNITS: Final = 5
OF_CASE, OF_CLOCK = "case", "clock"
SHOWN_OF_CLOCK: Final = ("key", "rule", "case", "due", "outer", "due_at_end", "outer_at_end", "level")
KINDS: Final = dict(Case.Kind.choices)
LABELS: Final = {label.value: title for label, title in LABEL_TITLES.items()}


class Facts(NamedTuple):
    """What a list says of a case as it is registered."""

    number: str
    title: str
    kind: str
    label: str
    unit: str | None


@dataclass(frozen=True)
class Running:
    """The limit that ends next in a case: its clock, the title of its rule, and the level reached, or over."""

    clock: Clock
    rule: str
    level: str


@dataclass(frozen=True)
class Line:
    """One case of the list. `may_open`: its page is open to the viewer, too."""

    number: str
    title: str
    kind: str
    label: str
    unit: str
    officers: Sequence[str]
    may_open: bool
    running: Running | None = None


@dataclass(frozen=True)
class Shown:
    """What a page of the list shows."""

    page: Page[Clock] | Page[Case]
    lines: Sequence[Line]


def running_listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Cases in which a limit runs: columns and filters."""
    levels = [("over", _("已超期")), ("red", _("红色预警")), ("yellow", _("黄色预警")), ("blue", _("蓝色提示"))]
    ends = [("1", _("24小时内")), ("3", _("3天内")), ("7", _("7天内")), ("30", _("30天内"))]
    natures = [("statutory", _("法定期限")), ("internal", _("内部时限")), ("agreed", _("约定时限"))]
    own = (
        Filter("level", _("级别"), lambda value: _level(value, now), choices(levels)),
        Filter("ends", _("最近到期"), lambda value: _ends_within(int(value), now), choices(ends)),
        Filter("liberty", _("人身自由"), lambda _value: Q(liberty=True), choices([("1", _("涉及"))])),
        Filter("nature", _("期限性质"), lambda value: Q(nature=value), choices(natures)),
    )
    columns = (
        Column("case", _("案件")),
        Column("kind", _("类别")),
        Column("unit", _("办案单位")),
        Column("officers", _("主办")),
        Column("due", _("最近到期"), sort=("due", "key")),
        Column("left", _("还剩")),
    )
    return Listing(columns, (*own, *_case_filters(viewer)), default_sort="due")


def every_listing(viewer: Viewer) -> Listing:
    """All cases: columns and filters."""
    columns = (
        Column("number", _("案件"), sort=("number",)),
        Column("kind", _("类别")),
        Column("unit", _("办案单位")),
        Column("officers", _("主办")),
        Column("due", _("最近到期")),
        Column("left", _("还剩")),
    )
    asks = [("unknown", _("无法计算的")), *((code, str(words)) for code, words in QUESTIONS.items())]
    facts = [(fact.id, fact.title) for fact in page_vocabulary().facts.values()]
    questions = (
        Filter("ask", _("待核实"), _asks, choices(asks), of=OF_CLOCK),
        Filter("fact", _("缺少的字段"), lambda value: Q(question_fact=value), choices(facts), of=OF_CLOCK),
    )
    return Listing(columns, (*_case_filters(viewer), *questions), default_sort="number")


def running_page(viewer: Viewer, asked: Asked, *, now: datetime) -> Shown:
    """A page of the cases in which a limit runs, the one that ends next first."""
    page = asked.page(next_clocks(viewer, asked).only(*SHOWN_OF_CLOCK))
    clocks = {str(clock.case): clock for clock in page.rows}
    columns = ("number", "title", "kind", "label", "unit__short_name")
    cases = {row[0]: Facts(*row) for row in Case.objects.filter(pk__in=list(clocks)).values_list(*columns)}
    ordered = [cases[number] for number in clocks if number in cases]
    return Shown(page, _lines(viewer, ordered, clocks, now=now))


def every_page(viewer: Viewer, asked: Asked, *, now: datetime) -> Shown:
    """A page of all cases by number."""
    page = asked.page(every_case(viewer, asked).select_related("unit"))
    clocks: dict[str, Clock] = {}
    nearest = Clock.objects.filter(_open(), case__in=[case.number for case in page.rows]).order_by("due", "key")
    for clock in nearest.only(*SHOWN_OF_CLOCK):
        clocks.setdefault(str(clock.case), clock)
    facts = [Facts(row.number, row.title, row.kind, row.label, row.unit.short_name if row.unit else None)
             for row in page.rows]  # fmt: skip
    return Shown(page, _lines(viewer, facts, clocks, now=now))


def every_case(viewer: Viewer, asked: Asked) -> QuerySet[Case]:
    """All cases that fit the filters."""
    rows = visible_cases(viewer, Action.CASE_LIST).filter(asked.condition(of=OF_CASE))
    questions = asked.condition(of=OF_CLOCK)
    if questions:
        rows = rows.filter(Exists(Clock.objects.filter(questions, case=OuterRef("pk"), outcome__in=OPEN_OUTCOMES)))
    return rows


def next_clocks(viewer: Viewer, asked: Asked) -> QuerySet[Clock]:
    """Of each case that fits the filters, the running clock that fits them and ends first."""
    fitting = Clock.objects.filter(_open(), asked.condition())
    earlier = fitting.filter(case=OuterRef("case")).filter(
        Q(due__lt=OuterRef("due")) | Q(due=OuterRef("due"), key__lt=OuterRef("key"))
    )
    return fitting.filter(_of_cases(viewer, asked.condition(of=OF_CASE)), ~Exists(earlier))


def _of_cases(viewer: Viewer, condition: Q) -> Q:
    """Of cases that the viewer may list and that fit a condition."""
    if not condition and viewer.reaches_all(Action.CASE_LIST):
        return of_visible_cases(viewer, Action.CASE_LIST)
    # In a station the way is from its cases to what runs in them; above it, from what ends next to whose it is.
    reach = viewer.reach(Action.CASE_LIST).values()
    is_narrow = len({unit for part in reach for unit in part.units}) <= FEW_UNITS
    if not is_narrow or any(part.everywhere for part in reach):
        return Q(case__in=visible_cases(viewer, Action.CASE_LIST).filter(condition).values("number"))
    if condition:
        return _of_near_cases(viewer, condition)
    return among("case", viewer.once("cases in which a limit runs", lambda: _near_with_limits(viewer)))


def _of_near_cases(viewer: Viewer, condition: Q) -> Q:
    """The same of somebody who reaches the cases of a few units, and his own."""
    near = _near(viewer, unit="unit", number="number")
    return looked_up("case", visible_cases(viewer, Action.CASE_LIST).filter(condition, near).values("number"))


def _near_with_limits(viewer: Viewer) -> list[str]:
    """The numbers of such cases in which a limit runs."""
    in_hand = InHand.objects.filter(_near(viewer, unit="unit", number="case")).values("case")
    return list(
        visible_cases(viewer, Action.CASE_LIST).filter(looked_up("number", in_hand)).values_list("pk", flat=True)
    )


def _near(viewer: Viewer, *, unit: str, number: str) -> Q:
    """The condition that a row is of one of his units, by the column that names it, or of a case of his own."""
    tied = ties(viewer)
    reached = {code for part in viewer.reach(Action.CASE_LIST).values() for code in part.units}
    return among(unit, sorted(reached)) | among(number, [*tied.own, *tied.urgent])


def soon(viewer: Viewer, *, now: datetime) -> str:
    """How many cases have a limit that ends within seven days. Only the next thousand limits are looked at: where there
    are more, the number is at least this, and says so by a plus."""
    cases = _of_cases(viewer, Q())
    ending = Clock.objects.filter(_open(), cases, due__gte=now, due__lt=now + SOON).order_by("due", "key")
    found = list(ending.values_list("case", flat=True)[:MOST_COUNTED])
    return f"{len(set(found))}{'+' if len(found) == MOST_COUNTED else ''}"


def _lines(viewer: Viewer, cases: Sequence[Facts], clocks: Mapping[str, Clock], *, now: datetime) -> list[Line]:
    numbers = [case.number for case in cases]
    readable = set(visible_cases(viewer, Action.CASE_READ).filter(pk__in=numbers).values_list("number", flat=True))
    officers = case_officers(numbers)
    titles = rule_titles()
    return [
        _line(case, officers.get(case.number, []), case.number in readable, _running(clocks, case, titles, now=now))
        for case in cases
    ]


def _line(case: Facts, officers: list[str], may_open: bool, running: Running | None) -> Line:
    kind, label = _(KINDS[case.kind]), _(LABELS[case.label])
    return Line(case.number, case.title, kind, label, case.unit or "", officers, may_open, running)


def _running(clocks: Mapping[str, Clock], case: Facts, titles: Mapping[str, str], *, now: datetime) -> Running | None:
    clock = clocks.get(case.number)
    if clock is None:
        return None
    return Running(clock, titles.get(clock.rule, clock.rule), _level_of(clock, now=now))


def _level_of(clock: Clock, *, now: datetime) -> str:
    outer = clock.outer or clock.due
    is_over = outer is not None and (outer <= now if clock.outer_at_end else outer < now)
    return "over" if is_over else clock.level


def _open() -> Q:
    return Q(outcome__in=OPEN_OUTCOMES, due__isnull=False, case__isnull=False)


def _level(value: str, now: datetime) -> Q:
    over = Q(outer_at_end=True, outer__lte=now) | Q(outer_at_end=False, outer__lt=now)
    return over if value == "over" else Q(level=value) & ~over


def _ends_within(days: int, now: datetime) -> Q:
    return Q(due__gte=now, due__lt=now + timedelta(days=days))


def _asks(value: str) -> Q:
    return Q(outcome="unknown") if value == "unknown" else Q(question=value)


def _case_filters(viewer: Viewer) -> tuple[Filter, ...]:
    kinds = [(value, _(title)) for value, title in Case.Kind.choices]
    offered = units.choices(viewer)
    mine = Exists(
        Assignment.objects.filter(case=OuterRef("pk"), officer=viewer.officer or 0, until_at=None).exclude(
            role=Assignment.Role.RECUSED
        )
    )
    filters = [Filter("kind", _("类别"), lambda value: Q(kind=value), choices(kinds), of=OF_CASE)]
    if len(offered) > 1:
        filters.insert(0, Filter("unit", _("单位"), units.within, choices(offered), of=OF_CASE))
    if viewer.officer is not None:
        filters.append(Filter("mine", _("经办"), lambda _value: Q(mine), choices([("1", _("我经办的"))]), of=OF_CASE))
    return tuple(filters)
