"""Entries that no table's trigger can write: what was read, and what was refused."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

MARK_BYTES: Final = 6


def record_read(*, kind: str, key: str, persons: Sequence[str] = (), detail: Mapping[str, Any] | None = None) -> None:
    """Say that the actor of this transaction sees an object, before he does.

    Takes   persons: ids of the persons whose data are shown with it; the breach question is answered from these.
    Raises  DatabaseError if it cannot be written; the caller must then show nothing.
    """
    record(action="read", kind=kind, key=key, detail={**(detail or {}), "persons": list(persons)})


def record_taken(*, kind: str, key: str, count: int, persons: Sequence[str] = (), mark: str = "") -> str:
    """Say that the actor of this transaction takes a file away, before he does. Returns the code that stands in the
    file: whoever finds it finds the entry.

    Raises  DatabaseError if it cannot be written; the caller must then give nothing away.
    """
    code = mark or secrets.token_hex(MARK_BYTES)
    record_read(kind=kind, key=key, persons=persons, detail={"count": count, "mark": code})
    return code


def record(*, action: str, kind: str, key: str, result: str = "done", detail: Mapping[str, Any] | None = None) -> None:
    """An entry for the actor of this transaction. `detail` holds ids and counts, never personal data."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT zs_audit(%s, %s, %s, %s, %s::jsonb)",
            [action, result, kind, key, json.dumps(detail or {}, ensure_ascii=False)],
        )
