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


def entries_of(actor: str) -> QuerySet[AuditEntry]:
    """What one actor did and saw."""
    return AuditEntry.objects.filter(actor=actor)


def all_entries() -> QuerySet[AuditEntry]:
    """The whole log."""
    return AuditEntry.objects.all()
