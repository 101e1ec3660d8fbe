"""The plans as a list: by state, unit and name; the newest first."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices, titled
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.inspection.models import Pick, Plan, Submission
from zhunsheng.apps.inspection.plan_page import STATES, PlanRow, plan_rows

WAITS: Final = Q(draw=None, void=None)


def plan_listing(viewer: Viewer) -> Listing:
    """Columns and filters of the plans."""
    columns = (
        Column("plan", _("期次"), sort=("at", "pk")),
        Column("unit", _("抽取范围")),
        Column("drawn", _("件数"), sort=("drawn", "pk"), css="r"),
        Column("read", _("已查"), css="r"),
        Column("claim", _("这次能下的结论")),
        Column("state", _("状态")),
    )
    filters = (
        Filter("state", _("状态"), _in_state, titled(STATES)),
        Filter("unit", _("抽取范围"), units.within, choices(units.choices(viewer))),
        Filter("q", _("名称或编号"), lambda value: Q(title__icontains=value) | Q(pk__icontains=value)),
    )
    return Listing(columns, filters, default_sort="-plan")


def _in_state(name: str) -> Q:
    if name == "waiting":
        return WAITS
    if name == "void":
        return Q(void__isnull=False)
    # Of its files those that the session sees, as the list counts them: all read once, or not.
    picks = Pick.objects.filter(plan=OuterRef("pk"))
    first = Submission.objects.filter(assigned__pick=OuterRef("pk"), assigned__round="first")
    is_read = Q(Exists(picks)) & ~Q(Exists(picks.filter(~Exists(first))))
    return Q(draw__isnull=False, void=None) & (is_read if name == "read" else ~is_read)


def plan_page_of(asked: Asked) -> tuple[Page[Plan], list[PlanRow], int]:
    """A page of plans, its rows, and how many of all wait for their draw."""
    page = asked.page(Plan.objects.select_related("frame", "draw", "void"))
    return page, plan_rows(page.rows), Plan.objects.filter(WAITS).count()


def plan_cells(row: PlanRow) -> Iterator[Cell]:
    """One plan as it is taken away."""
    yield from (row.number, row.title, row.unit, row.period, row.files, row.drawn, row.read, row.claim, row.state_title)
