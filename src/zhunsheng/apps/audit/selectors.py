"""Questions to the audit log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


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
class Entry:
    """One row of the audit log, as a page shows it."""

    id: int
    at: datetime
    actor: str
    action: str
    result: str
    object_kind: str
    object_id: str
    purpose: str


def latest_entries(*, limit: int) -> Iterator[Entry]:
    """The newest entries, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, actor, action, result, object_kind, object_id, purpose"
            " FROM audit_entry ORDER BY id DESC LIMIT %s",
            [limit],
        )
        for row in cursor.fetchall():
            yield Entry(*row)
