"""Questions to the audit log."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

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


@dataclass(frozen=True)
class TakenAway:
    """One file that left: who took it, when, what it was made of, how many rows, the code in it, and what for."""

    at: datetime
    actor: str
    kind: str
    key: str
    count: int | None
    mark: str
    purpose: str


def taken_away(*, before: int | None, mark: str, most: int) -> list[tuple[int, TakenAway]]:
    """Files that left, the newest first, each with its number in the log; those before a number, or with one code."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, at, actor, object_kind, object_id, detail ->> 'count', detail ->> 'mark', purpose
            FROM audit_entry
            WHERE action = 'read' AND result = 'done' AND detail ? 'mark'
                AND (%(before)s::bigint IS NULL OR id < %(before)s) AND (%(mark)s = '' OR detail ->> 'mark' = %(mark)s)
            ORDER BY id DESC LIMIT %(most)s
            """,
            {"before": before, "mark": mark, "most": most},
        )
        return [
            (row[0], TakenAway(row[1], row[2], row[3], row[4], int(row[5]) if row[5] else None, row[6], row[7]))
            for row in cursor.fetchall()
        ]


def entries_of(actor: str) -> QuerySet[AuditEntry]:
    """What one actor did and saw."""
    return AuditEntry.objects.filter(actor=actor)


def all_entries() -> QuerySet[AuditEntry]:
    """The whole log."""
    return AuditEntry.objects.all()
