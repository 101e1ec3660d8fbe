"""Who acts in inspection: readers, re-checkers, heads of units, witnesses, discipline inspection."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.org.models import Officer, Post, Unit

PLANNERS: Final = frozenset({"legal_department"})
READERS: Final = frozenset({"legal_department", "legal_officer"})
WITNESSES: Final = frozenset({"inspectorate", "county_head"})
HEADS: Final = frozenset({"unit_head", "county_head"})
INSPECTORS: Final = frozenset({"inspectorate"})
CARD_ROLES: Final = frozenset(
    {"officer", "unit_head", "county_head", "legal_officer", "legal_department", "inspectorate"}
)
OVERSIGHT: Final = INSPECTORS | HEADS
ABOVE_TEAMS: Final = (Unit.Kind.CITY, Unit.Kind.BRANCH)


def code_of(officer: Officer | None) -> str:
    """How events name an officer; empty for time alone."""
    return f"{officer.province}-{officer.number}" if officer else ""


def officer_behind(viewer: Viewer) -> Officer:
    """The officer that a viewer is. Raises PermissionDenied: an account without one decides nothing."""
    officer = Officer.objects.filter(pk=viewer.officer).first() if viewer.officer else None
    if officer is None:
        raise PermissionDenied
    return officer


def roles_of(officer: Officer, *, on: date) -> dict[str, set[str]]:
    """The roles that an officer holds on a day, each with the units of its posts."""
    found: dict[str, set[str]] = {}
    for role, unit in _held(on).filter(officer=officer).values_list("role", "unit_id"):
        found.setdefault(role, set()).add(unit)
    return found


def holders(roles: Iterable[str], *, on: date) -> list[Officer]:
    """Everybody who holds one of some roles on a day, by id."""
    held = _held(on).filter(role__in=roles, officer__left_on=None)
    return list(Officer.objects.filter(pk__in=held.values("officer")).order_by("pk"))


def _held(on: date) -> QuerySet[Post]:
    return Post.objects.filter(from_on__lte=on).exclude(until_on__lte=on)


def team_units(unit: str) -> frozenset[str]:
    """A unit and those above it up to its station: who serves there does not read its files. Branch and city are no
    team: their legal departments read for all that lies under them."""
    row = Unit.objects.filter(pk=unit).first()
    if row is None:
        return frozenset({unit})
    above = Unit.objects.filter(code__in=row.path.split("/")).exclude(kind__in=ABOVE_TEAMS)
    return frozenset({unit, *above.values_list("code", flat=True)})


def leads(officer: Officer, unit: str, *, on: date) -> bool:
    """Whether somebody answers for a unit: its head, or a head above it."""
    row = Unit.objects.filter(pk=unit).first()
    path = row.path.split("/") if row else [unit]
    held = roles_of(officer, on=on)
    return any(set(path) & held.get(role, set()) for role in HEADS)
