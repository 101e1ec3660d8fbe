"""办案区: who is in the case-handling area, since when, how long, and until when, by the clocks over each stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Person
from zhunsheng.apps.cases.selectors import places_of, visible_cases
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.case_officers import case_officers
from zhunsheng.apps.desk.case_track import level_now
from zhunsheng.apps.desk.rulebook import rule_titles, shown_rulebook
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Choice, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock

AUDIENCE: Final = frozenset(
    {"area_keeper", "unit_head", "county_head", "legal_officer", "legal_department", "inspectorate"}
)
ENTERED: Final = "person.entered_area"
VISIT: Final = "visit"
SOON: Final = timedelta(hours=2)
SHOWN_OF_LIMIT: Final = (
    "key", "rule", "subject", "due", "outer", "due_at_end", "outer_at_end", "outcome", "level",
)  # fmt: skip
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limit:
    """One limit that runs over a stay."""

    clock: Clock
    title: str
    level: str


@dataclass(frozen=True)
class Stay:
    """One person who is in. `limits`: what runs over the stay, what ends next first. `length` is None where the entry
    does not say the hour."""

    visit: str
    person: str
    name: str
    entered: datetime | None
    length: timedelta | None
    place: str
    unit: str
    case: str
    may_open: bool
    officers: Sequence[str]
    limits: Sequence[Limit]


@dataclass(frozen=True)
class Premises:
    """A page of stays, and how many are in, will soon have reached the ceiling, and are past it."""

    page: Page[Clock]
    stays: Sequence[Stay]
    counts: Mapping[str, int]


def stay_rules() -> list[str]:
    """The limits on a stay as such: those over a visit that begin where somebody enters the area."""
    rulebook = shown_rulebook()
    if rulebook is None:
        return []
    return [
        rule.id
        for rule in rulebook.rules
        if rule.subject == VISIT and any(ENTERED in version.start for version in rule.versions)
    ]


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters."""
    columns = (
        Column("person", _("人员")),
        Column("entered", _("进入时间"), sort=("since", "key")),
        Column("length", _("已用时")),
        Column("due", _("届满"), sort=("ends", "key")),
        Column("place", _("房间")),
        Column("unit", _("办案单位")),
        Column("officers", _("民警")),
    )
    views = (Choice("soon", _("2小时内届满")), Choice("over", _("已超过上限")))
    filters = (
        Filter("stay", _("停留"), lambda value: _views(now)[value], views),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
    )
    return Listing(columns, filters, default_sort="due")


def premises(viewer: Viewer, asked: Asked, *, now: datetime) -> Premises:
    """Who is in now: entered, and no record says that he left."""
    inside = _inside(viewer)
    counts = inside.aggregate(
        all=Count("key"), **{name: Count("key", filter=condition) for name, condition in _views(now).items()}
    )
    page = asked.page(_with_order(inside))
    return Premises(page, _stays(viewer, page.rows, now), counts)


def persons_shown(found: Premises) -> list[str]:
    """The persons whose masked names a page shows."""
    return sorted({stay.person for stay in found.stays if stay.person})


def cells(stay: Stay) -> list[Cell]:
    """One stay as it is taken away, with the limit that ends next."""
    due, title = "", ""
    if stay.limits:
        clock = stay.limits[0].clock
        due, title = formats.due_moment(clock.due), stay.limits[0].title
    length = formats.span(stay.length) if stay.length is not None else ""
    about = [stay.name or stay.person or stay.visit, stay.case, stay.entered, length, due, title]
    return [*about, stay.place, stay.unit, "、".join(stay.officers)]


def _inside(viewer: Viewer) -> QuerySet[Clock]:
    inside = Clock.objects.filter(rule__in=stay_rules(), outcome__in=OPEN_OUTCOMES, subject__isnull=False)
    return inside.filter(units.seen(viewer))


def _with_order(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """What the columns sort by: `since` and `ends`, of which neither is null."""
    return clocks.annotate(since=Coalesce("start", "earliest", NEVER), ends=Coalesce("due", NEVER))


def _views(now: datetime) -> dict[str, Q]:
    return {"soon": Q(due__gte=now, due__lt=now + SOON), "over": Q(outer__lt=now)}


def _stays(viewer: Viewer, clocks: Sequence[Clock], now: datetime) -> list[Stay]:
    numbers = {clock.case for clock in clocks if clock.case}
    limits = _limits(clocks, now)
    readable = set(visible_cases(viewer, Action.CASE_READ).filter(pk__in=numbers).values_list("number", flat=True))
    names = dict(
        Person.objects.filter(pk__in={clock.person or "" for clock in clocks}).values_list("id", "masked_name")
    )
    places = places_of([clock.start_event for clock in clocks if clock.start_event])
    officers = case_officers(numbers)
    named = unit_names({clock.unit for clock in clocks if clock.unit})
    return [
        Stay(
            visit=str(clock.subject),
            person=clock.person or "",
            name=names.get(clock.person or "", ""),
            entered=clock.start,
            length=now - clock.start if clock.start and clock.start <= now else None,
            place=places.get(clock.start_event or "", ""),
            unit=named.get(clock.unit or "", clock.unit or ""),
            case=clock.case or "",
            may_open=clock.case in readable,
            officers=officers.get(clock.case or "", ()),
            limits=limits.get(str(clock.subject), ()),
        )
        for clock in clocks
    ]


def _limits(clocks: Sequence[Clock], now: datetime) -> dict[str, list[Limit]]:
    """Every open limit over these visits, what ends next first."""
    visits = {clock.subject for clock in clocks}
    cases, incidents = {clock.case for clock in clocks}, {clock.incident for clock in clocks}
    here = Q(case__in=cases - {None}) | Q(case=None, incident__in=incidents - {None})
    titles = rule_titles()
    found: dict[str, list[Limit]] = {}
    running = Clock.objects.filter(here, subject__in=visits, outcome__in=OPEN_OUTCOMES).only(*SHOWN_OF_LIMIT)
    for clock in running.annotate(ends=Coalesce("due", NEVER)).order_by("ends", "key"):
        limit = Limit(clock, titles.get(clock.rule, clock.rule), level_now(clock, now=now))
        found.setdefault(str(clock.subject), []).append(limit)
    return found
