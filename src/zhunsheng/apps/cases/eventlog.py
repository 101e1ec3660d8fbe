"""The only way events come in: `record_event` for one, `record_events` for many. Both are one transaction.

Python checks what only it can know (the vocabulary, before this point; the red clocks, here); the database's function
`zs_append_events` sets `recorded_at`, refuses times that cannot be, tells the known from the contradicted, and appends.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from zhunsheng.apps.audit.keys import field_cipher
from zhunsheng.apps.cases.clock_stops import EventKey
from zhunsheng.apps.cases.holding import decide, held_frame, hold, to_be_held
from zhunsheng.apps.cases.incoming import Refusal, event_frame, printable
from zhunsheng.apps.cases.models import HeldDecision, HeldEvent
from zhunsheng.apps.cases.probes import without_borrowed
from zhunsheng.apps.cases.sources import note_heard
from zhunsheng.apps.refusals import DomainError
from zhunsheng.core import schemas

FUTURE_TOLERANCE: Final = timedelta(minutes=5)
EARLIEST: Final = datetime.fromisoformat("1949-10-01T00:00:00+08:00")
COLUMNS: Final = tuple(name for name in schemas.EVENTS.names() if name != "recorded_at")
NAMES: Final = sql.SQL(", ").join(sql.Identifier(name) for name in COLUMNS)
KEY: Final = ("source", "id", "version")
# In the order of the log's index, which then takes them fast; of two that contradict, the same one always comes first.
ORDER: Final = (*KEY, "at", "type", "facts")
# `problem` and `repeated` stand first: whoever looks for them need not unpack the whole row.
STAGING: Final = """
    CREATE TEMPORARY TABLE event_staging (
        problem text, repeated boolean, source text, id text, version integer, void boolean, type text, at timestamptz,
        at_precision text, "case" text, incident text, person text, item text, visit text, "order" text, dossier text,
        document text, place text, unit text, officers text[], until timestamptz, until_precision text, facts text,
        document_no text
    ) ON COMMIT DELETE ROWS
"""
INSTANT_FORMAT: Final = "%Y-%m-%dT%H:%M:%S%.6f+00:00"


class HeldContradicted(DomainError):
    """The log has meanwhile got another event under the same number."""

    text = "事件 {event} 与已记录的内容矛盾（{problem}），不能确认。请核对来源，由来源以更高的版本更正。"


@dataclass(frozen=True)
class Receipt:
    """What became of a batch. Every event that was received is in exactly one of the four."""

    added: int = 0
    known: int = 0
    held: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)

    @property
    def received(self) -> int:
        """All of them."""
        return self.added + self.known + self.held + sum(self.quarantined.values())


def record_event(*, recorder: str, second_person: bool = False, **columns: Any) -> Receipt:
    """Record one event; its columns are those of schemas.EVENTS but recorded_at, which the database sets.

    A correction is the same source and id with a higher version; a withdrawal also has `void=True`.
    """
    return record_events(event_frame([columns]), recorder=recorder, second_person=second_person)


@transaction.atomic
def record_events(
    events: pl.DataFrame, *, recorder: str, second_person: bool = False, refusals: tuple[Refusal, ...] = ()
) -> Receipt:
    """Append events, whatever their order and however often they come; what is already there changes nothing.

    Takes   events: schemas.EVENTS, recorded_at ignored. recorder: the actor that reports them.
            second_person: two people have approved these events already. refusals: rows that never became events.
    Returns what became of them, once the transaction commits.
    """
    schemas.assert_schema(events, schemas.EVENTS, "events")
    events, borrowed = without_borrowed(events)
    waiting = to_be_held(events, second_person=second_person)
    held = hold(events, waiting, recorder=recorder)
    added, known, refused = _append(_without(events, waiting), recorder)
    counts = _quarantine((*(_contradictions() if refused else ()), *refusals, *borrowed))
    note_heard(recorder)
    return Receipt(added=added, known=known, held=held, quarantined=dict(counts))


@transaction.atomic
def decide_held(
    *, held: HeldEvent, confirmed: bool, by: str, document_no: str, reason: str, at: datetime
) -> HeldDecision:
    """
    The second person confirms a held event, which then enters the log unchanged, or turns it down.

    :raises OwnEvent, AlreadyDecided, DocumentMissing: see holding.decide.
    """
    decision = decide(held=held, confirmed=confirmed, by=by, document_no=document_no, reason=reason, at=at)
    if confirmed:
        _append(held_frame(held, schemas.EVENTS), recorder=held.by)
        for problem in _quarantine(_contradictions()):
            raise HeldContradicted(event=f"{held.source}/{held.event_id}/{held.version}", problem=problem)
    return decision


def _without(events: pl.DataFrame, waiting: Mapping[EventKey, Any]) -> pl.DataFrame:
    if not waiting:
        return events
    keys = pl.DataFrame([*waiting], schema=["source", "id", "version"], orient="row")
    return events.join(keys, on=["source", "id", "version"], how="anti")


def _append(events: pl.DataFrame, recorder: str) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        _empty_staging(cursor)
        staged = events.sort(ORDER).with_columns(repeated=~pl.struct(KEY).is_first_distinct())
        with cursor.copy(sql.SQL("COPY event_staging ({}, repeated) FROM STDIN (FORMAT csv)").format(NAMES)) as rows:
            rows.write(copy_text(staged, "repeated"))
        cursor.execute(
            "SELECT added, known, refused FROM zs_append_events(%s, %s, make_interval(secs => %s))",
            [recorder, EARLIEST, FUTURE_TOLERANCE.total_seconds()],
        )
        row = cursor.fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)


def _empty_staging(cursor: Any) -> None:
    """The session's own table that the database's function reads; made once a session."""
    cursor.execute("SELECT to_regclass('pg_temp.event_staging')")
    if cursor.fetchone() == (None,):
        cursor.execute(STAGING)
        # The function belongs to the owner, and this table to our session.
        cursor.execute("GRANT SELECT, UPDATE ON event_staging TO zs_owner")
    else:
        cursor.execute("DELETE FROM event_staging")  # of an earlier batch of this transaction


def copy_text(events: pl.DataFrame, *more: str) -> bytes:
    """The rows as PostgreSQL's COPY reads them (CSV without header), with columns of the caller's after ours."""
    quoted = '"' + pl.element().str.replace_all(r"([\\\"])", r"\$1") + '"'
    return (
        events.select(*COLUMNS, *more)
        .with_columns(officers="{" + pl.col("officers").list.eval(quoted).list.join(",") + "}")
        .write_csv(include_header=False, datetime_format=INSTANT_FORMAT)
        .encode()
    )


def _contradictions() -> list[Refusal]:
    """The staged events that contradict what is there."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT problem, {} FROM event_staging WHERE problem IS NOT NULL").format(NAMES))
        rows = cursor.fetchall()
    return [Refusal(reason=row[0], body=dict(zip(COLUMNS, row[1:], strict=True)), text="") for row in rows]


def _quarantine(refusals: Sequence[Refusal]) -> Counter[str]:
    """Set rows aside, each of those that are alike once, in one journey to the database. Returns how many for which
    reason."""
    cipher, aside = field_cipher(settings.KEYS), dict[bytes, list[Any]]()
    for refusal in refusals:
        body = json.dumps(refusal.body, sort_keys=True, default=str)
        digest = hashlib.sha256(f"{refusal.reason}\n{body}".encode()).digest()
        if digest not in aside:
            aside[digest] = [digest, *_said(refusal), cipher.encrypt(body, place=quarantine_place(digest))]
    if aside:
        with connection.cursor() as cursor:
            cursor.executemany("SELECT zs_quarantine(%s, %s, %s, %s, %s, %s, %s, %s)", list(aside.values()))
    return Counter(refusal.reason for refusal in refusals)


def _said(refusal: Refusal) -> list[Any]:
    row = refusal.body
    return [
        printable(row.get("source")),
        printable(row.get("id")),
        row.get("version") if isinstance(row.get("version"), int) else 0,
        refusal.reason,
        printable(row.get("case")) or None,
        printable(refusal.text),
    ]


def quarantine_place(digest: bytes) -> str:
    """What binds the ciphertext of a quarantined body to its row."""
    return f"cases_quarantine.body:{digest.hex()}"
