"""The plans of tasks as a list: by kind, unit, turn and what became of them; the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.apps.tasks.lists import EVERY_TITLES, KIND_TITLES
from zhunsheng.apps.tasks.making import BY_HAND
from zhunsheng.apps.tasks.models import Schedule

STATES: Final = {
    "running": gettext_noop("执行中"),
    "over": gettext_noop("已到期"),
    "ended": gettext_noop("已终止"),
}


@dataclass(frozen=True)
class ScheduleRow:
    """One plan of tasks. `ended`: why it ended before its day."""

    id: int
    kind: str
    unit: str
    every: str
    from_on: date
    until_on: date
    state: str
    state_title: str
    ended: str


def schedule_listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the plans."""
    columns = (
        Column("kind", _("类别"), sort=("kind", "pk")),
        Column("unit", _("单位"), sort=("unit", "pk")),
        Column("every", _("周期")),
        Column("from", _("起"), sort=("from_on", "pk")),
        Column("until", _("止（不含）"), sort=("until_on", "pk")),
        Column("state", _("状态")),
    )
    kinds = [(name, _(KIND_TITLES[name])) for name in BY_HAND]
    turns = [(name, _(title)) for name, title in EVERY_TITLES.items()]
    states = _conditions(localdate(now))
    filters = (
        Filter("state", _("状态"), lambda name: states[name], choices((one, _(STATES[one])) for one in STATES)),
        Filter("kind", _("类别"), lambda value: Q(kind=value), choices(kinds)),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("every", _("周期"), lambda value: Q(every=value), choices(turns)),
    )
    return Listing(columns, filters, default_sort="-from")


def _conditions(today: date) -> dict[str, Q]:
    return {
        "running": Q(end=None, until_on__gt=today),
        "over": Q(end=None, until_on__lte=today),
        "ended": Q(end__isnull=False),
    }


def schedule_page(asked: Asked, *, now: datetime) -> tuple[Page[Schedule], list[ScheduleRow], int]:
    """A page of plans, its rows, and how many of all are running."""
    found, today = Schedule.objects.select_related("end"), localdate(now)
    page = asked.page(found)
    names = unit_names()
    return page, [_row(row, names, today) for row in page.rows], found.filter(_conditions(today)["running"]).count()


def _row(row: Schedule, names: dict[str, str], today: date) -> ScheduleRow:
    ended = row.end.reason if hasattr(row, "end") else ""
    state = "ended" if ended else "running" if row.until_on > today else "over"
    return ScheduleRow(
        id=row.pk,
        kind=_(KIND_TITLES[row.kind]),
        unit=names.get(row.unit, row.unit),
        every=_(EVERY_TITLES[row.every]),
        from_on=row.from_on,
        until_on=row.until_on,
        state=state,
        state_title=_(STATES[state]),
        ended=ended,
    )


def schedule_cells(row: ScheduleRow) -> Iterator[Cell]:
    """One plan as it is taken away."""
    yield from (row.kind, row.unit, row.every, row.from_on.isoformat(), row.until_on.isoformat())
    yield from (row.state_title, row.ended)
