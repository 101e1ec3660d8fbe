"""Units in lists: which of them a viewer may choose, and what lies within one."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import of_visible_cases, visible_cases
from zhunsheng.apps.org.models import Unit

KINDS: Final[Mapping[str, str | Promise]] = {
    Unit.Kind.CITY.value: _("市局"),
    Unit.Kind.BRANCH.value: _("分局"),
    Unit.Kind.STATION.value: _("派出所"),
    Unit.Kind.COMMAND_ROOM.value: _("综合指挥室"),
    Unit.Kind.CASE_SQUAD.value: _("案件办理队"),
    Unit.Kind.COMMUNITY_SQUAD.value: _("社区警务队"),
    Unit.Kind.DEPARTMENT.value: _("部门"),
}
"""Levels of the organisation, from the top down; agencies are outside of it."""


class Reached(NamedTuple):
    """A unit as lists say it. `path`: the codes from the top down to its own, joined by slashes."""

    code: str
    short_name: str
    kind: str
    path: str


def reached(viewer: Viewer) -> list[Reached]:
    """The units whose cases a viewer may list, each after the unit that it lies under. Agencies are none of them."""
    return [Reached._make(row) for row in _reached(viewer).order_by("path").values_list(*Reached._fields)]


def _reached(viewer: Viewer) -> QuerySet[Unit]:
    reach = viewer.reach(Action.CASE_LIST).values()
    units = Unit.objects.filter(closed_on=None).exclude(kind=Unit.Kind.AGENCY)
    if not any(part.everywhere for part in reach):
        units = units.filter(code__in=frozenset().union(*(part.units for part in reach)))
    return units


def choices(viewer: Viewer) -> list[tuple[str, str]]:
    """The same as choices of a filter, by code."""
    return viewer.once("units", lambda: list(_reached(viewer).order_by("code").values_list("code", "short_name")))


def names(viewer: Viewer) -> dict[str, str]:
    """The same as short names by code."""
    return dict(choices(viewer))


def within(code: str, column: str = "unit") -> Q:
    """What belongs to a unit or to one below it, of rows that name a unit in a column."""
    # A path is the codes of twelve digits from the top down, joined by slashes: it holds the code of each unit above.
    return Q(**{f"{column}__in": Unit.objects.filter(path__contains=code).values("code")})


def seen(viewer: Viewer) -> Q:
    """What a viewer may list, of rows with the columns `case` and `unit`: by the case, or by the unit where it has
    none."""
    beside = Q(case=None, unit__in=_reached(viewer).values("code"))
    if viewer.reaches_all(Action.CASE_LIST):
        return of_visible_cases(viewer, Action.CASE_LIST) | beside
    # Asked row by row: a page reads fifty rows, and the list of all cases is long.
    return Q(Exists(visible_cases(viewer, Action.CASE_LIST).filter(number=OuterRef("case")))) | beside
