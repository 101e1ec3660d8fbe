"""Source systems: they prove themselves with a key, and are missed when they fall silent."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Source

KEY_BYTES: Final = 32
SCHEME: Final = "Bearer "
RECORDER: Final = "source:"


def new_key() -> str:
    """A key to hand to a source, once."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_digest(key: str) -> bytes:
    """What is kept of a key. The key is random and long: a plain hash cannot be searched backwards."""
    return hashlib.sha256(key.encode()).digest()


def source_behind(authorization: str) -> Source | None:
    """The active source whose key a request carries, or None."""
    if not authorization.startswith(SCHEME):
        return None
    return Source.objects.filter(key_digest=key_digest(authorization.removeprefix(SCHEME)), is_active=True).first()


def note_heard(recorder: str) -> None:
    """A source has sent something, be it only what was known. Other recorders are nobody that is waited for."""
    if not recorder.startswith(RECORDER):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_sourceheard (source_id, at) SELECT id, zs_now() FROM cases_source WHERE id = %s"
            " ON CONFLICT (source_id) DO UPDATE SET at = excluded.at",
            [recorder.removeprefix(RECORDER)],
        )


@dataclass(frozen=True)
class Late:
    """A source that has been silent for longer than it may."""

    title: str
    until: datetime


def late_sources(*, now: datetime) -> list[Late]:
    """Active sources whose last word is older than their limit. One that never spoke is not late: it is not in use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.title, h.at FROM cases_source s JOIN cases_sourceheard h ON h.source_id = s.id"
            " WHERE s.is_active AND h.at < %s - s.late_after_minutes * interval '1 minute' ORDER BY s.title",
            [now],
        )
        return [Late(*row) for row in cursor.fetchall()]


def watched_sources() -> list[str]:
    """The active sources that are missed when they fall silent."""
    rows = Source.objects.filter(is_active=True, late_after_minutes__isnull=False)
    return list(rows.order_by("id").values_list("id", flat=True))


def source_rows() -> list[Source]:
    """Every source by name, the active ones first. Looking is recorded."""
    rows = list(Source.objects.order_by("-is_active", "id"))
    record_read(kind="sources", key="all", detail={"count": len(rows)})
    return rows
