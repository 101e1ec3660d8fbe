"""Who is behind a code of the ledger: an officer by province and number, as events name him, or a unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from zhunsheng.apps.access.policy import Action, permits
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.org.models import Officer, Post, Unit

UNIT_KINDS: Final[dict[str, str]] = {Unit.Kind.STATION.value: "station", Unit.Kind.CASE_SQUAD.value: "squad"}
"""Kinds of units in the words of policies; what is on no list is governed by none."""
POSTS: Final = {"officer": "case_officer", "legal_officer": "legal_reviewer", "custodian": "custodian"}
SCHEMA: Final = pl.Schema({"officer": pl.String(), "unit.kind": pl.String(), "officer.post": pl.String()})


@dataclass(frozen=True)
class Posted:
    """Where an officer works."""

    holder: str
    officer: int
    unit: str
    unit_kind: str
    post: str

    @property
    def peers(self) -> str:
        """The comparable group: kind of unit and post."""
        return f"{self.unit_kind}|{self.post}"


def code_of(officer: Officer) -> str:
    """How events and the ledger name an officer."""
    return f"{officer.province}-{officer.number}"


def posted(*, on: date, holder: str = "") -> list[Posted]:
    """Everybody whose post a policy can name, each once, by code; one of them where a holder is named."""
    posts = _held(on).filter(unit__kind__in=UNIT_KINDS)
    if holder:
        province, _, number = holder.partition("-")
        posts = posts.filter(officer__province=province, officer__number=number)
    rows = posts.select_related("officer", "unit").order_by("part_time", "pk")
    found: dict[str, Posted] = {}
    for row in rows:
        code = code_of(row.officer)
        place = UNIT_KINDS[row.unit.kind]
        found.setdefault(code, Posted(code, row.officer_id, row.unit_id, place, POSTS[row.role]))
    return [found[code] for code in sorted(found)]


def posts_in(units: Iterable[str], *, on: date) -> set[tuple[str, str]]:
    """Unit and post, of those units in which somebody holds a post that a policy can name."""
    rows = _held(on).filter(unit__in=list(units)).values_list("unit", "role").distinct()
    return {(unit, POSTS[role]) for unit, role in rows}


def _held(on: date) -> QuerySet[Post]:
    return Post.objects.filter(role__in=POSTS, from_on__lte=on, officer__left_on=None).exclude(until_on__lte=on)


def posts_table(rows: Iterable[Posted]) -> pl.DataFrame:
    """Columns officer, unit.kind, officer.post, as the facts of cases ask for them."""
    return pl.DataFrame([(row.holder, row.unit_kind, row.post) for row in rows], schema=SCHEMA, orient="row")


def own_code(viewer: Viewer) -> str:
    """The code of the viewer himself; empty for whoever is no officer."""
    officer = Officer.objects.filter(pk=viewer.officer).first() if viewer.officer else None
    return code_of(officer) if officer else ""


def officer_behind(viewer: Viewer) -> Officer:
    """The officer that a viewer is. Raises PermissionDenied: an account without one decides nothing."""
    officer = Officer.objects.filter(pk=viewer.officer).first() if viewer.officer else None
    if officer is None:
        raise PermissionDenied
    return officer


def officer_of(code: str) -> Officer | None:
    """Who has a code now."""
    province, _, number = code.partition("-")
    return Officer.objects.filter(province=province, number=number, left_on=None).first()


def names_of(codes: Iterable[str]) -> Mapping[str, str]:
    """Names by code, of officers and of units; who is gone is called by his code."""
    wanted = set(codes)
    parts = [code.partition("-")[::2] for code in wanted if "-" in code]
    officers = Officer.objects.filter(number__in=[number for _, number in parts], left_on=None)
    units = Unit.objects.filter(pk__in=[code for code in wanted if "-" not in code])
    found = {code_of(officer): officer.name for officer in officers}
    found |= {unit.pk: unit.short_name for unit in units}
    return {code: found.get(code, code) for code in wanted}


def units_led(viewer: Viewer, action: Action = Action.POINTS_READ) -> frozenset[str] | None:
    """The units whose points a viewer may do something with; None: all."""
    led: set[str] = set()
    for standing in viewer.standings:
        if not permits(standing.role, action):
            continue
        if standing.role == "legal_department":
            return None
        led |= {standing.unit, *viewer.below(standing.unit)}
    return frozenset(led)


def leads(viewer: Viewer, unit: str | None, action: Action = Action.POINTS_READ) -> bool:
    """Whether a viewer may do something with the points of a unit."""
    led = units_led(viewer, action)
    return led is None or unit in led


def led(viewer: Viewer, action: Action) -> Q:
    """The same of rows with a column `unit`."""
    units = units_led(viewer, action)
    return Q() if units is None else Q(unit__in=units)


def unit_acting(viewer: Viewer) -> str:
    """The unit in whose name a viewer proposes and decides: that of the first of his posts that lets him."""
    for standing in viewer.standings:
        if permits(standing.role, Action.POINTS_DECIDE):
            return standing.unit
    raise PermissionDenied
