"""Questions to the audit log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


def readings_of_case(*, actor: str, case: str, since: datetime, until: datetime, most: int) -> list[Reading]:
    """What an actor read of a case between two instants of real time, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT at, object_kind, object_id FROM audit_entry
            WHERE actor = %s AND action = 'read' AND result = 'done' AND real_at BETWEEN %s AND %s
                AND (object_id = %s OR detail ->> 'case' = %s)
            ORDER BY id LIMIT %s
            """,
            [actor, since, until, case, case, most],
        )
        return [Reading(*row) for row in cursor.fetchall()]


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
