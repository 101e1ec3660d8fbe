"""待双人确认 as a list: what waits for a second person, the longest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Case, HeldEvent
from zhunsheng.apps.cases.selectors import held_events
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.models import Unit

LACKS: Final[Mapping[str, str | Promise]] = {
    "document": gettext_lazy("文书"),
    "second_person": gettext_lazy("第二人"),
    "both": gettext_lazy("文书和第二人"),
}


@dataclass(frozen=True)
class Waiting:
    """One event that is held. `title`: what happened; `lacks`: what it waits for, in words."""

    event: HeldEvent
    title: str
    lacks: str | Promise


@dataclass(frozen=True)
class Held:
    """One page of what is held; `count` is how many wait for the viewer, whatever he filters by."""

    page: Page[HeldEvent]
    rows: Sequence[Waiting]
    count: int


def listing(viewer: Viewer) -> Listing:
    """Columns and filters. The units are those in whose cases the viewer may confirm."""
    units = _units(viewer).order_by("code").values_list("code", "short_name")
    lacks = choices((name, str(title)) for name, title in LACKS.items())
    columns = (Column("at", _("收到"), sort=("at", "pk")),)
    filters = (
        Filter("case", _("案件编号"), lambda value: Q(case__contains=value)),
        Filter("unit", _("单位"), _of_unit, choices(units)),
        Filter("lacks", _("缺少"), lambda value: Q(lacks=value), lacks),
        Filter("by", _("录入人"), lambda value: Q(by__in=(value, f"account:{value}"))),
    )
    return Listing(columns, filters, default_sort="at")


def held(viewer: Viewer, asked: Asked) -> Held:
    """What waits for the viewer, of cases whose events he may confirm."""
    page = asked.page(held_events(viewer))
    titles = page_vocabulary().event_types
    rows = [Waiting(row, _title(titles, row.body["type"]), LACKS.get(row.lacks, row.lacks)) for row in page.rows]
    return Held(page, rows, held_events(viewer).count())


def cells(row: Waiting) -> Iterator[Cell]:
    """One held event as it is taken away."""
    event = row.event
    yield from (event.case, row.title, event.at, formats.actor(event.by), "、".join(event.clocks), str(row.lacks))


def _title(titles: Mapping[str, object], name: str) -> str:
    return str(getattr(titles.get(name), "title", name))


def _units(viewer: Viewer) -> QuerySet[Unit]:
    reach = viewer.reach(Action.EVENT_CONFIRM).values()
    units = Unit.objects.filter(closed_on=None).exclude(kind=Unit.Kind.AGENCY)
    if any(part.everywhere for part in reach):
        return units
    return units.filter(code__in=frozenset().union(*(part.units for part in reach)))


def _of_unit(code: str) -> Q:
    """What belongs to a case of a unit or of one below it."""
    return Q(case__in=Case.objects.filter(unit__path__contains=code).values("number"))
