"""Questions to the organisation: who holds what, who answers for what now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhunsheng.apps.org.models import Delegation, Duty, Leave, Officer, Post, Unit

ZONE: Final = ZoneInfo("Asia/Shanghai")
HELD: Final = """
    SELECT p.role, p.unit_id FROM org_post p
    JOIN org_officer o ON o.id = p.officer_id JOIN org_unit u ON u.code = p.unit_id
    WHERE p.officer_id = %(officer)s AND o.left_on IS NULL AND u.closed_on IS NULL
        AND p.from_on <= %(on)s AND (p.until_on IS NULL OR p.until_on > %(on)s)
    ORDER BY p.role, p.unit_id
"""
BELOW: Final = """
    SELECT t.code, ARRAY(SELECT u.code FROM org_unit u WHERE u.path LIKE t.path || '/%%') FROM org_unit t
    WHERE t.code = ANY (%s)
"""
TOP: Final = """
    SELECT name FROM org_unit WHERE parent_id IS NULL AND closed_on IS NULL AND kind <> 'agency' ORDER BY code LIMIT 1
"""


def called(text: str, *, of: str = "") -> Q:
    """Whose name holds a text, or whose number begins with it. `of`: the relation to the officer, as `by__`."""
    return Q(**{f"{of}name__contains": text}) | Q(**{f"{of}number__startswith": text})


def held_posts(*, officer: int, on: date) -> list[tuple[str, str]]:
    """The (role, unit code) of every post that an officer holds on a day. Every request asks it."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"officer": officer, "on": on})
        return [(role, unit) for role, unit in cursor.fetchall()]


def holders(role: str, *, on: date) -> list[int]:
    """The officers who hold a role anywhere on a day."""
    posts = Post.objects.filter(_in_force(on), role=role, officer__left_on=None, unit__closed_on=None)
    return sorted(set(posts.values_list("officer", flat=True)))


def units_below(codes: Collection[str]) -> dict[str, frozenset[str]]:
    """For each unit, the codes of all units under it, at any depth, without itself."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [list(codes)])
        return {top: frozenset(below) for top, below in cursor.fetchall()}


@dataclass(frozen=True)
class Recipient:
    """Someone who is told. `instead_of` names the holder whose delegation or leave brought him in."""

    officer: int
    role: str
    unit: str
    reason: str  # post, delegation, duty
    instead_of: int | None = None


def recipients(*, unit: str, role: str, at: datetime) -> list[Recipient]:
    """Who holds a role for a unit at an instant, after delegation and leave; if nobody is left, who is on duty there.

    A delegation moves the role to its receiver and no further: chains and loops cannot arise. An empty list means
    nobody can be told, which the caller must treat as an incident and not as silence.
    """
    on = at.astimezone(ZONE).date()
    posts = Post.objects.filter(_in_force(on), unit=unit, role=role, officer__left_on=None)
    delegations = _delegations(unit=unit, role=role, at=at)
    found = [
        Recipient(officer=post.officer_id, role=role, unit=unit, reason="post")
        for post in posts.exclude(pk__in=delegations.values("post"))
        .filter(~Exists(_leave_of("officer", at)))
        .order_by("officer")
    ]
    found += [
        Recipient(officer=row.to_id, role=role, unit=unit, reason="delegation", instead_of=row.post.officer_id)
        for row in delegations.filter(~Exists(_leave_of("to", at))).select_related("post").order_by("to")
    ]
    if found:
        return found
    return [Recipient(officer=officer, role=role, unit=unit, reason="duty") for officer in on_duty(unit=unit, at=at)]


def on_duty(*, unit: str, at: datetime) -> list[int]:
    """The officers on the duty roster of a unit at an instant."""
    lines = Duty.objects.filter(unit=unit, starts_at__lte=at, ends_at__gt=at, officer__left_on=None)
    return list(lines.order_by("officer").values_list("officer", flat=True).distinct())


def units_without(role: str, *, at: datetime) -> list[str]:
    """Codes of units whose role nobody answers for at an instant: a gap to be closed before it matters."""
    codes = Unit.objects.filter(closed_on=None).exclude(kind=Unit.Kind.AGENCY).values_list("code", flat=True)
    return [code for code in codes.order_by("code") if not recipients(unit=code, role=role, at=at)]


def top_unit_name() -> str:
    """The name of the unit that all others lie under; empty while none is registered. Every page asks it."""
    with connection.cursor() as cursor:
        cursor.execute(TOP)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def unit_names(codes: Iterable[str] | None = None) -> dict[str, str]:
    """The short names of units by their codes; of all units where none are named."""
    if codes is None:
        return dict(Unit.objects.values_list("code", "short_name"))
    wanted = list(codes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, short_name FROM org_unit WHERE code = ANY (%s)", [wanted])
        return dict(cursor.fetchall())


def officer_by_number(*, province: str, number: str) -> Officer | None:
    """The officer who has this number now."""
    return Officer.objects.filter(province=province, number=number, left_on=None).first()


def _delegations(*, unit: str, role: str, at: datetime) -> QuerySet[Delegation]:
    return Delegation.objects.filter(
        post__unit=unit,
        post__role=role,
        post__officer__left_on=None,
        to__left_on=None,
        revoked_at=None,
        starts_at__lte=at,
        ends_at__gt=at,
    )


def _leave_of(column: str, at: datetime) -> QuerySet[Leave]:
    return Leave.objects.filter(officer=OuterRef(column), cancelled_at=None, starts_at__lte=at, ends_at__gt=at)


def _in_force(on: date) -> Q:
    return Q(from_on__lte=on) & (Q(until_on=None) | Q(until_on__gt=on))
