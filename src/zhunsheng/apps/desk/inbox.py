"""预警收件箱: the alerts that a viewer may list, by the time left, in views that each have their number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db.models import Count, DateTimeField, Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import AlertGroup, Concern, Gap
from zhunsheng.apps.alerts.selectors import (
    OPEN,
    InboxRow,
    all_to_do,
    concerns,
    listed,
    rows_of,
    visible_groups,
    waiting_for,
)
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.selectors import looked_up
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.case_officers import case_officers
from zhunsheng.apps.desk.elements import OF_ELEMENT, VIEWS
from zhunsheng.apps.desk.inbox_counts import UNTOLD, counted_in_views
from zhunsheng.apps.desk.rulebook import all_rules, shown_rulebook
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.supervision.models import Heartbeat

OVER, TODAY, SOON, LATER, ENDED = range(5)  # as zs_band numbers them
SOON_DAYS: Final = 3
WEEK: Final = 7
KEPT: Final = timedelta(days=30)
"""How long what has ended stays in the inbox; the page of its case keeps it for good."""
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Where a row without a due time stands in the order: last."""
NOBODY: Final = "-"
"""In place of an officer's number: of cases that nobody heads."""
State = AlertGroup.State
MINE, DONE_TODAY = "mine", "done_today"
TO_DO: Final = (State.WAITING, State.ACKNOWLEDGED)
AMONG_TO_DO: Final = Q(closed_at=None, state__in=TO_DO, held="")
"""On which somebody has still to act, as `zs_to_do` says it."""
OF_STATE: Final = {
    "taken": State.ACKNOWLEDGED,
    "waiting": State.WAITING,
    "snoozed": State.SNOOZED,
    "claimed": State.CLAIMED_DONE,
    "disputed": State.DISPUTED,
}
ENDED_VIEWS: Final = {"done": State.DONE, "withdrawn": State.WITHDRAWN}
"""View → the one state that it shows, of what is open, and of what has ended."""
TAKEABLE: Final = (State.WAITING, State.SNOOZED, State.CLAIMED_DONE)


@dataclass(frozen=True)
class Line:
    """One alert of the list. `level`: as its shape is drawn, over where the outer time has passed."""

    row: InboxRow
    level: str
    officers: Sequence[str]
    may_take: bool
    is_mine: bool


@dataclass(frozen=True)
class Band:
    """Alerts that end in one span of time. `count` is that of the whole view, not of the page."""

    title: str
    count: int
    lines: Sequence[Line]


@dataclass(frozen=True)
class Door:
    """One view of the left side: its number leads to its list."""

    title: str
    address: str
    count: int
    is_here: bool


@dataclass(frozen=True)
class Inbox:
    """What the page shows. `count`: how many the chosen view holds."""

    page: Page[AlertGroup]
    title: str
    count: int
    bands: Sequence[Band]
    doors: Sequence[Door]
    elements: Sequence[Door]


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """The columns and filters of the inbox."""
    levels = [("over", _("已超期")), ("red", _("红色预警")), ("yellow", _("黄色预警")), ("blue", _("蓝色提示"))]
    levels.append(("ask", _("待核实")))
    natures = [("statutory", _("法定期限")), ("internal", _("内部时限")), ("agreed", _("约定时限"))]
    views = {name: (title, condition) for name, title, condition in _views(viewer, now)}
    elements = [
        ("person", _("人")),
        ("matter", _("事")),
        ("item", _("物")),
        ("dossier", _("卷宗")),
        ("unit", _("单位")),
    ]
    filters = (
        Filter("view", _("视图"), lambda name: views[name][1], choices([(n, t) for n, (t, _q) in views.items()])),
        Filter("level", _("级别"), lambda value: _level(value, now), choices(levels)),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("element", _("五要素"), lambda value: Q(rule__in=_rules_by_element()[value]), choices(elements)),
        Filter("nature", _("期限性质"), lambda value: Q(nature=value), choices(natures)),
        Filter("on", _("届满日"), lambda value: ends_on(int(value), now), choices(_next_days(now))),
        Filter("officer", _("主办警号"), _of_officer),
    )
    return Listing((Column("due", _("还剩"), sort=("band", "ends", "key")),), filters, default_sort="due")


def inbox_page(viewer: Viewer, asked: Asked, *, now: datetime) -> Inbox:
    """One page of the inbox, and the number of every view under the filters that are set."""
    views = _views(viewer, now)
    here = asked.values.get("view") or default_view(viewer)
    chosen = next(condition for name, _title, condition in views if name == here)
    mine = all_to_do(viewer) if here == MINE and not asked.values.keys() - {"view", "element"} else None
    near = None if mine is None else _first(mine, asked, now)
    if near is None:
        groups = visible_groups(viewer).filter(chosen, _kept(now, is_ended=here in (DONE_TODAY, *ENDED_VIEWS)))
    else:  # whatever concerns him he sees, also of a case that he reads
        groups = AlertGroup.objects.filter(AMONG_TO_DO, near)
    page = asked.page(_ordered(groups, now))
    if mine is None:
        counted = _by_rule(groups.filter(_beside(asked, "view", "element")), now)
    else:
        counted = _by_rule(mine, now, is_open=True)
    bands = _banded(counted, asked)
    numbers = _numbers(viewer, asked, views, now, known={here: sum(bands.values())})
    return Inbox(
        page=page,
        title=next(title for name, title, _condition in views if name == here),
        count=numbers[here],
        bands=_bands(page.rows, bands, viewer, now),
        doors=[Door(title, asked.address(view=name), numbers[name], is_here=name == here) for name, title, _q in views],
        elements=_elements(counted, asked),
    )


def default_view(viewer: Viewer) -> str:
    """What the inbox opens with: what waits for him; for whoever only looks on, all that is open."""
    return "all" if viewer.officer is None or viewer.roles() <= {"inspectorate"} else "mine"


def waiting_by_level(viewer: Viewer) -> dict[str, int]:
    """Alerts that nobody has taken and that the viewer was told of, by level."""
    if viewer.officer is None:
        return {}
    return waiting_for(viewer.officer)


def lines_of(groups: Sequence[AlertGroup], viewer: Viewer, now: datetime) -> list[Line]:
    """Groups as the list shows them, with the officers of their cases."""
    if not groups:
        return []
    rows = rows_of(groups, now)
    officers = case_officers({row.case for row in rows if row.case})
    return [
        Line(
            row=row,
            level="over" if _is_over(group, now) else group.level,
            officers=officers.get(group.case or "", []),
            may_take=group.state in TAKEABLE,
            is_mine=group.owner_id is not None and group.owner_id == viewer.officer,
        )
        for group, row in zip(groups, rows, strict=True)
    ]


def last_checked() -> datetime | None:
    """The platform's instant up to which supervision has judged; None before its first round."""
    found: datetime | None = Heartbeat.objects.aggregate(last=Max("watermark"))["last"]
    return found


def over(now: datetime) -> Q:
    """Open, and past the outer time."""
    past = Q(outer_at_end=True, outer__lte=now) | Q(outer_at_end=False, outer__lt=now)
    return Q(closed_at=None) & past


def ends_today(now: datetime) -> Q:
    """Open, not over, and the strict time lies before the end of today."""
    return Q(closed_at=None, due__lte=midnight(now, 1)) & ~over(now)


def ends_on(days: int, now: datetime) -> Q:
    """Open, not over, and the strict time ends on the day so many days from today; today also what is past it."""
    if not days:
        return ends_today(now)
    return Q(closed_at=None, due__gt=midnight(now, days), due__lte=midnight(now, days + 1)) & ~over(now)


def _next_days(now: datetime) -> list[tuple[str, str]]:
    """The days that a leader plans by: today and the six after it, by how far they are."""
    days = [midnight(now, n).date() for n in range(WEEK)]
    return [(str(n), f"{formats.day_in_list(day, now=now)} {formats.weekday(day)}") for n, day in enumerate(days)]


def _views(viewer: Viewer, now: datetime) -> list[tuple[str, str, Q]]:
    """Every view: its name, its title, and what it shows."""
    return viewer.once(f"views of the inbox at {now}", lambda: _all_views(viewer, now))


def _all_views(viewer: Viewer, now: datetime) -> list[tuple[str, str, Q]]:
    open_now = Q(closed_at=None)
    mine = concerns(viewer.officer or 0)
    return [
        (MINE, _("待我处理"), AMONG_TO_DO & mine),
        ("today", _("今天到期"), ends_today(now)),
        ("over", _("已超期未办"), over(now)),
        ("taken", _("已签收，办理中"), Q(state=OF_STATE["taken"])),
        ("waiting", _("没有人签收"), Q(state=OF_STATE["waiting"])),
        ("untold", _("没有人可通知"), open_now & looked_up("key", Gap.objects.filter(closed_at=None).values("group"))),
        ("snoozed", _("稍后提醒"), Q(state=OF_STATE["snoozed"])),
        ("claimed", _("已办结待核"), Q(state=OF_STATE["claimed"])),
        ("disputed", _("误报待裁"), Q(state=OF_STATE["disputed"])),
        ("all", _("全部未结"), open_now & Q(state__in=OPEN)),
        (DONE_TODAY, _("今天办结"), Q(state=State.DONE, closed_at__gte=midnight(now, 0))),
        ("done", _("30天内办结"), Q(state=ENDED_VIEWS["done"])),
        ("withdrawn", _("30天内撤回"), Q(state=ENDED_VIEWS["withdrawn"])),
    ]


def _kept(now: datetime, *, is_ended: bool) -> Q:
    return Q(closed_at__gte=now - KEPT) if is_ended else Q(closed_at=None)


def _ordered(groups: QuerySet[AlertGroup], now: datetime) -> QuerySet[AlertGroup]:
    return listed(groups).annotate(band=_band_of(now), ends=Coalesce(F("due"), Value(NEVER)))


def _first(mine: QuerySet[Concern], asked: Asked, now: datetime) -> Q | None:
    """The condition that a group stands on the first page, by what is kept with whom it concerns; None where another
    page, order or one element is asked for."""
    if asked.place is not None or asked.sort != asked.listing.default_sort or asked.values.get("element"):
        return None
    ordered = mine.annotate(band=_band_of(now, is_open=True), ends=Coalesce(F("due"), Value(NEVER)))
    first = ordered.order_by("band", "ends", "group").values("group")[: asked.listing.rows + 1]
    return looked_up("key", first)


def _spans(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Where the bands of what is open part: now, the end of today, that of the last day that is soon."""
    return now, midnight(now, 1), midnight(now, SOON_DAYS + 1)


def _band_of(now: datetime, *, is_open: bool = False) -> Func:
    """Where a group stands in the list, as the database tells it (`zs_band`). `is_open`: none of them has ended."""
    ended = Value(None, output_field=DateTimeField()) if is_open else F("closed_at")
    columns = (ended, F("due"), F("outer"), F("outer_at_end"))
    instants = (Value(at) for at in _spans(now))
    return Func(*columns, *instants, function="zs_band", output_field=IntegerField())


def _numbers(
    viewer: Viewer, asked: Asked, views: Sequence[tuple[str, str, Q]], now: datetime, *, known: Mapping[str, int]
) -> dict[str, int]:
    """The number of each view: what is open by state and span, what has ended by state, and the two that say of whom.
    `known`: that of the chosen view, which was counted with its bands."""
    is_whole, since = not asked.values.keys() - {"view"}, now - KEPT
    groups = None if is_whole else visible_groups(viewer).filter(_beside(asked, "view"))
    opened, ended = counted_in_views(
        viewer, groups, now=now, today=midnight(now, 0), tomorrow=midnight(now, 1), since=since
    )
    return {
        MINE: known[MINE] if MINE in known else _of_mine(viewer, groups, views, now),
        "today": opened["today"],
        "over": opened["over"],
        "untold": ended[UNTOLD, 0],
        DONE_TODAY: ended[State.DONE, 1],
        "all": sum(opened[state] for state in OPEN),
        **{name: opened[state] for name, state in OF_STATE.items()},
        **{name: ended[state, 0] + ended[state, 1] for name, state in ENDED_VIEWS.items()},
    }


def _of_mine(
    viewer: Viewer, groups: QuerySet[AlertGroup] | None, views: Sequence[tuple[str, str, Q]], now: datetime
) -> int:
    mine = next(condition for name, _title, condition in views if name == MINE)
    among_all = visible_groups(viewer) if groups is None else groups
    return among_all.filter(_kept(now, is_ended=False), mine).count()


def _by_rule(
    groups: QuerySet[AlertGroup] | QuerySet[Concern], now: datetime, *, is_open: bool = False
) -> Mapping[tuple[str, int], int]:
    """How many of some alerts are of each rule in each band."""
    found = groups.values_list("rule", _band_of(now, is_open=is_open)).annotate(n=Count("*"))
    return {(rule, band): n for rule, band, n in found}


def _banded(counted: Mapping[tuple[str, int], int], asked: Asked) -> dict[int, int]:
    """How many of the chosen view are in each band."""
    element = asked.values.get("element")
    rules = set(_rules_by_element()[element]) if element else None
    found = dict.fromkeys((OVER, TODAY, SOON, LATER, ENDED), 0)
    for (rule, band), n in counted.items():
        if rules is None or rule in rules:
            found[band] += n
    return found


def _bands(groups: Sequence[AlertGroup], counts: Mapping[int, int], viewer: Viewer, now: datetime) -> list[Band]:
    titles = {
        OVER: _("已超期"), TODAY: _("今天到期"), SOON: _("3天内到期"), LATER: _("更晚"), ENDED: _("已结束"),
    }  # fmt: skip
    by_band: dict[int, list[Line]] = {}
    for group, line in zip(groups, lines_of(groups, viewer, now), strict=True):
        by_band.setdefault(_band(group), []).append(line)
    return [Band(titles[number], counts[number], lines) for number, lines in by_band.items()]


def _band(group: AlertGroup) -> int:
    """What the query called `band`."""
    number: int = vars(group)["band"]
    return number


def _elements(counted: Mapping[tuple[str, int], int], asked: Asked) -> list[Door]:
    """How many of the chosen view concern persons, matters, things, dossiers, units."""
    by_rule: Counter[str] = Counter()
    for (rule, _band_number), n in counted.items():
        by_rule[rule] += n
    titles = {choice.value: choice.title for each, _value in asked.fields() if each.name == "element"
              for choice in each.choices or ()}  # fmt: skip
    here = asked.values.get("element", "")
    return [
        Door(
            titles[element],
            asked.address(element="" if element == here else element),
            sum(by_rule[rule] for rule in rules),
            is_here=element == here,
        )
        for element, rules in _rules_by_element().items()
    ]


def _rules_by_element() -> dict[str, list[str]]:
    rulebook = shown_rulebook()
    found: dict[str, list[str]] = {element: [] for element in VIEWS}
    for rule in all_rules(rulebook) if rulebook else ():
        found[OF_ELEMENT[rule.element]].append(rule.id)
    return found


def _beside(asked: Asked, *left_out: str) -> Q:
    """Every filter but some."""
    whole = Q()
    for each in asked.listing.filters:
        if each.name in asked.values and each.name not in left_out:
            whole &= each.condition(asked.values[each.name])
    return whole


def _level(value: str, now: datetime) -> Q:
    return over(now) if value == "over" else Q(level=value)


def _of_officer(number: str) -> Q:
    """Of cases whose case officer has this number; NOBODY: of cases that have none, and of no case."""
    heads = Assignment.objects.filter(role=Assignment.Role.CASE_OFFICER, until_at=None, case=OuterRef("pk"))
    if number == NOBODY:
        return Q(case=None) | Q(case__in=Case.objects.filter(~Exists(heads)).values("number"))
    theirs = heads.filter(officer__number=number, officer__left_on=None)
    return Q(case__in=Case.objects.filter(Exists(theirs)).values("number"))


def _is_over(group: AlertGroup, now: datetime) -> bool:
    left = formats.remaining(
        group.due, group.outer, now=now, due_at_end=group.due_at_end, outer_at_end=group.outer_at_end
    )
    return group.closed_at is None and left.state == "overdue"


def midnight(now: datetime, days: int) -> datetime:
    """The beginning of a day some days from today, in Shanghai: 24:00 of the day before it."""
    day = now.astimezone(formats.ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time(), formats.ZONE)
