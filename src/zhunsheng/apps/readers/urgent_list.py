"""紧急查阅: the accesses as a list, the newest first, each with what was read in its hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhunsheng.apps.access.kinds import KINDS
from zhunsheng.apps.access.models import UrgentAccess, UrgentReview
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.selectors import Hour, Reading, readings_of_hours
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import called

MOST_READINGS: Final = 500
"""So many are listed beneath one access; how many there were is said beside them."""


@dataclass(frozen=True)
class Opened:
    """One access and what the inspectorate found (None: nothing yet); how often the case was read in its hour, and the
    first of these readings with what was read."""

    access: UrgentAccess
    review: UrgentReview | None
    count: int
    readings: Sequence[tuple[Reading, str | Promise]]

    @property
    def left_out(self) -> int:
        """How many readings are counted and not listed."""
        return self.count - len(self.readings)


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the accesses."""
    states = (("waiting", _("待审查")), ("justified", _("确有必要")), ("unjustified", _("没有必要")))
    columns = (
        Column("at", _("时间"), sort=("at", "pk")),
        Column("who", _("警号"), sort=("officer__number", "pk")),
        Column("case", _("案件编号"), sort=("case", "pk")),
        Column("reason", _("事由")),
        Column("read", _("看过的")),
        Column("review", _("审查")),
    )
    filters = (
        Filter("state", _("审查"), _in_state, choices(states)),
        filtered(_("时间"), now=now),
        Filter("unit", _("办案单位"), units.within, choices(units.choices(viewer))),
        Filter("who", _("民警"), partial(called, of="officer__"), hint=_("姓名或警号")),
        Filter("case", _("案件编号"), lambda value: Q(case__icontains=value)),
    )
    return Listing(columns, filters, default_sort="-at")


def _in_state(name: str) -> Q:
    return Q(review=None) if name == "waiting" else Q(review__justified=name == "justified")


def accesses(viewer: Viewer, asked: Asked) -> tuple[Page[UrgentAccess], list[Opened], int]:
    """A page of the accesses to cases that a viewer may list, its rows, and how many of all wait for a review."""
    page = asked.page(_seen(viewer).select_related("officer", "review"))
    return page, _opened(page.rows), _seen(viewer).filter(review=None).count()


def _seen(viewer: Viewer) -> QuerySet[UrgentAccess]:
    return UrgentAccess.objects.filter(case__in=visible_cases(viewer, Action.CASE_LIST).values("number"))


def _opened(rows: Sequence[UrgentAccess]) -> list[Opened]:
    hours = [Hour(f"account:{row.account}", row.case, row.real_at, row.until) for row in rows]
    return [
        Opened(row, getattr(row, "review", None), count, [(one, KINDS.get(one.kind, one.kind)) for one in readings])
        for row, (count, readings) in zip(rows, readings_of_hours(hours, most=MOST_READINGS), strict=True)
    ]


def cells(row: Opened) -> Iterator[Cell]:
    """One access as it is taken away: how often was read in it, and not what."""
    yield from (row.access.at, row.access.officer.number, row.access.case, row.access.reason, row.count)
    if row.review is None:
        yield from (_("待审查"), "", "", None)
        return
    yield _("确有必要") if row.review.justified else _("没有必要")
    yield from (row.review.note, row.review.by, row.review.at)
