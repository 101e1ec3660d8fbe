"""Questions to the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Field, Func, QuerySet, TextField, Value

from zhunsheng.apps.audit.models import AuditEntry


def log_id() -> str:
    """The name of the sealed log of this deployment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT log_id::text FROM audit_deployment")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


@dataclass(frozen=True)
class Sighting:
    """One person seen by one account: how often, and first and last when."""

    person: str
    times: int
    first_at: datetime
    last_at: datetime
    purposes: tuple[str, ...]


def persons_seen(*, actor: str, since: datetime) -> list[Sighting]:
    """The breach question: which persons' data has this actor been shown since then, most recent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT person, count(*), min(at), max(at), array_agg(DISTINCT purpose ORDER BY purpose)
            FROM audit_entry, jsonb_array_elements_text(detail -> 'persons') AS seen (person)
            WHERE actor = %s AND at >= %s AND action = 'read' AND result = 'done'
            GROUP BY person ORDER BY max(at) DESC, person
            """,
            [actor, since],
        )
        return [Sighting(row[0], row[1], row[2], row[3], tuple(filter(None, row[4]))) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Reading:
    """One thing that was read."""

    at: datetime
    kind: str
    key: str


class Hour(NamedTuple):
    """One actor, one case, and the stretch of real time of which is asked."""

    actor: str
    case: str
    since: datetime
    until: datetime


def readings_of_hours(hours: Sequence[Hour], *, most: int) -> list[tuple[int, list[Reading]]]:
    """For each of some hours how often the case was read in it, and so many of the readings, in order. One query."""
    found: list[tuple[int, list[Reading]]] = [(0, []) for _ in hours]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.place, one.total, one.at, one.object_kind, one.object_id
            FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                WITH ORDINALITY AS asked (actor, of_case, since, until, place)
            CROSS JOIN LATERAL (
                SELECT id, count(*) OVER () AS total, at, object_kind, object_id FROM audit_entry
                WHERE actor = asked.actor AND action = 'read' AND result = 'done'
                    AND real_at BETWEEN asked.since AND asked.until
                    AND (object_id = asked.of_case OR detail ->> 'case' = asked.of_case)
                ORDER BY id LIMIT %s
            ) AS one
            ORDER BY asked.place, one.id
            """,
            [*([list(column) for column in zip(*hours, strict=True)] or [[]] * 4), most],
        )
        for place, total, *reading in cursor.fetchall():
            found[place - 1] = (total, [*found[place - 1][1], Reading(*reading)])
    return found


def taken_entries() -> QuerySet[AuditEntry]:
    """Files that left. Each with `mark`, the code that stands in the file, and `rows`, how many are in it; None where
    nothing was counted."""
    left = AuditEntry.objects.filter(_detail("? {}", BooleanField()), action="read", result="done")
    return left.annotate(mark=_detail("->> {}", TextField()), rows=_detail("->> {}", TextField(), "count"))


def _detail(question: str, of: "Field[Any, Any]", name: str = "mark") -> Func:
    """A question to what an entry holds beside its line: no other question reads it."""
    return Func(Value(name), template=f"detail {question.format('%(expressions)s')}", output_field=of)


def entries_of(actor: str) -> QuerySet[AuditEntry]:
    """What one actor did and saw."""
    return AuditEntry.objects.filter(actor=actor)


def all_entries() -> QuerySet[AuditEntry]:
    """The whole log."""
    return AuditEntry.objects.all()
