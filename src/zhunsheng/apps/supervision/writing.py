"""Differences written set by set: COPY into scratch tables, then one statement each."""

from datetime import datetime
from typing import Final

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.supervision.changes import CHANGED_CLOCKS, CLOCKS, FINDINGS
from zhunsheng.apps.supervision.frames import copied_in, copied_out, selected

SCRATCH: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_clock_new (LIKE supervision_clock) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_finding_new (LIKE supervision_finding) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_gone (key text, state text, reason text) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_no_more (
        kind text, number text, digest bigint
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_wake (
        kind text, number text, next_at timestamptz, kept bigint[]
    ) ON COMMIT DELETE ROWS;
    DELETE FROM supervision_clock_new;
    DELETE FROM supervision_finding_new;
    DELETE FROM supervision_gone;
    DELETE FROM supervision_no_more;
    DELETE FROM supervision_wake;
"""
CLOCK_COLUMNS: Final = (*CLOCKS.names(), "digest", "as_of")
FINDING_COLUMNS: Final = (
    *FINDINGS.names(),
    "digest",
    "state",
    "state_reason",
    "appeared_at",
    "state_at",
    "release",
)
KEPT_OF_FINDING: Final = ("key", "appeared_at")
PART: Final = """
    UPDATE supervision_finding f
    SET state = g.state, state_reason = g.reason, state_at = %(as_of)s, release = %(release)s
    FROM supervision_gone g WHERE f.key = g.key
"""
REMOVE: Final = "DELETE FROM supervision_clock c USING supervision_gone g WHERE c.key = g.key RETURNING {columns}"
ADVANCE: Final = """
    UPDATE supervision_duekey k
    SET next_at = w.next_at, as_of = %(as_of)s, release = %(release)s, failure = '', kept = w.kept
    FROM supervision_wake w WHERE k.number = w.number AND k.kind = w.kind
"""


def prepare() -> None:
    """Make and empty the scratch tables of the session."""
    with connection.cursor() as cursor:
        cursor.execute(SCRATCH)


def keep_clocks(changed: pl.DataFrame, *, as_of: datetime) -> None:
    """Write clocks that were opened or changed (CLOCKS + digest)."""
    _upsert(changed.with_columns(as_of=pl.lit(as_of)).select(CLOCK_COLUMNS), "supervision_clock", ("key",))


def keep_findings(changed: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write findings that appeared, returned or changed (FINDINGS + digest): they are current."""
    rows = changed.with_columns(
        state=pl.lit("current"),
        state_reason=pl.lit(""),
        appeared_at=pl.lit(as_of),
        state_at=pl.lit(as_of),
        release=pl.lit(release),
    )
    _upsert(rows.select(FINDING_COLUMNS), "supervision_finding", KEPT_OF_FINDING)


def name_gone(keys: pl.DataFrame) -> None:
    """Put keys into the scratch table supervision_gone."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM supervision_gone")
    if not keys.is_empty():
        copied_in(keys, "supervision_gone")


def name_no_more(rows: pl.DataFrame) -> None:
    """Put keys with digests of what they keep no more (kind, number, digest) into supervision_no_more."""
    copied_in(rows, "supervision_no_more")


def removed_clocks(keys: pl.DataFrame) -> pl.DataFrame:
    """Remove clocks that are no more; what they were, CHANGED_CLOCKS."""
    if keys.is_empty():
        return pl.DataFrame(schema=CHANGED_CLOCKS)
    name_gone(keys)
    removed = copied_out(sql.SQL(REMOVE).format(columns=selected(CLOCKS, "c")), CLOCKS)
    return removed.with_columns(change=pl.lit("gone"))


def part_findings(parted: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write why findings stand no more (CHANGED_FINDINGS)."""
    if parted.is_empty():
        return
    name_gone(parted.select("key", state="change", reason="state_reason"))
    with connection.cursor() as cursor:
        cursor.execute(PART, {"as_of": as_of, "release": release})


def advance(wakes: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write when each key of the batch is to be judged again, and what it keeps (kind, number, next_at, kept)."""
    copied_in(wakes, "supervision_wake")
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, {"as_of": as_of, "release": release})


def _upsert(rows: pl.DataFrame, table: str, kept: tuple[str, ...]) -> None:
    if rows.is_empty():
        return
    scratch = f"{table}_new"
    copied_in(rows, scratch)
    names = [sql.Identifier(name) for name in rows.columns]
    sets = [sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in rows.columns if name not in kept]
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} FROM {scratch} ON CONFLICT (key) DO UPDATE SET {sets}"
    ).format(
        table=sql.Identifier(table),
        scratch=sql.Identifier(scratch),
        names=sql.SQL(", ").join(names),
        sets=sql.SQL(", ").join(sets),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
