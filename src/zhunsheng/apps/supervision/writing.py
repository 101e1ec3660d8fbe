"""Differences written set by set: COPY into scratch tables, then one statement each."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, LiteralString

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.supervision.changes import CLOCKS, FINDINGS
from zhunsheng.apps.supervision.frames import copied_in, copied_out, selected
from zhunsheng.apps.supervision.stored import by_kind

SCRATCH: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_clock_new (LIKE supervision_clock) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_finding_new (LIKE supervision_finding) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_gone (
        key text, place tid, state text, reason text
    ) ON COMMIT DELETE ROWS;
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
WALKS: Final = """
    SELECT set_config(name, %s, true)
    FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']) AS name
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
# Where a row was a moment ago it is found without its key, a walk through an index that is larger than memory. (IS NOT
# DISTINCT FROM, so that this index is not taken.) A row that another transaction moved meanwhile is found by its key.
PART: Final[LiteralString] = """
    UPDATE supervision_finding f
    SET state = g.state, state_reason = g.reason, state_at = %(as_of)s, release = %(release)s
    FROM supervision_gone g WHERE
"""
AT_THEIR_PLACE: Final = PART + "f.ctid = g.place AND f.key IS NOT DISTINCT FROM g.key"
WHEREVER: Final = PART + "f.key = g.key AND (f.state, f.state_at) IS DISTINCT FROM (g.state, %(as_of)s)"
REMOVE: Final = """
    DELETE FROM supervision_clock g USING supervision_no_more k
    WHERE k.kind = {kind} AND {belongs} AND g.digest = k.digest
        AND g.key NOT IN (SELECT key FROM supervision_clock_new)
    RETURNING {columns}
"""
ADVANCE: Final = """
    UPDATE supervision_duekey k
    SET next_at = w.next_at, as_of = %(as_of)s, release = %(release)s, failure = '', kept = coalesce(w.kept, k.kept)
    FROM supervision_wake w WHERE k.number = w.number AND k.kind = w.kind
"""


@contextmanager
def prepared() -> Iterator[None]:
    """Make and empty the scratch tables of the session. Inside, rows are reached by index alone: to a planner that
    knows little of scratch tables a walk through a table looks cheap, and each batch would make it again."""
    with connection.cursor() as cursor:
        cursor.execute(SCRATCH)
        cursor.execute(WALKS, ["off"])
    yield
    with connection.cursor() as cursor:
        cursor.execute(WALKS, ["on"])


def bring_clocks(fresh: pl.DataFrame, *, as_of: datetime) -> None:
    """Put clocks that were opened or changed (CLOCKS + digest) into the scratch table supervision_clock_new."""
    copied_in(fresh.with_columns(as_of=pl.lit(as_of)).select(CLOCK_COLUMNS), "supervision_clock_new")


def keep_clocks() -> None:
    """Write the clocks of that table."""
    _upsert("supervision_clock", CLOCK_COLUMNS, ("key",))


def keep_findings(changed: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write findings that appeared, returned or changed (FINDINGS + digest): they are current."""
    if changed.is_empty():
        return
    rows = changed.with_columns(
        state=pl.lit("current"),
        state_reason=pl.lit(""),
        appeared_at=pl.lit(as_of),
        state_at=pl.lit(as_of),
        release=pl.lit(release),
    )
    copied_in(rows.select(FINDING_COLUMNS), "supervision_finding_new")
    _upsert("supervision_finding", FINDING_COLUMNS, KEPT_OF_FINDING)


def name_no_more(rows: pl.DataFrame) -> None:
    """Put keys with digests of what they keep no more (kind, number, digest) into supervision_no_more."""
    copied_in(rows, "supervision_no_more")


def removed_clocks() -> pl.DataFrame:
    """Remove the clocks that stand in supervision_no_more and under no key of those that were brought; what they were,
    CHANGED_CLOCKS."""
    removed = [copied_out(statement, CLOCKS) for statement in by_kind(REMOVE, columns=selected(CLOCKS, "g"))]
    return pl.concat(removed).with_columns(change=pl.lit("gone"))


def part_findings(parted: pl.DataFrame, kept: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write why findings stand no more (CHANGED_FINDINGS). `kept`: where they stood (KEPT_FINDINGS)."""
    if parted.is_empty():
        return
    placed = parted.join(kept.select("key", "place"), on="key", maintain_order="left")
    copied_in(placed.select("key", "place", state="change", reason="state_reason"), "supervision_gone")
    said: dict[str, str | datetime] = {"as_of": as_of, "release": release}
    with connection.cursor() as cursor:
        cursor.execute(AT_THEIR_PLACE, said)
        if cursor.rowcount < placed.height:
            cursor.execute(WHEREVER, said)


def advance(wakes: pl.DataFrame, *, as_of: datetime, release: str) -> None:
    """Write when each key of the batch is to be judged again, and what it keeps (kind, number, next_at, kept; null:
    what it kept)."""
    copied_in(wakes, "supervision_wake")
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, {"as_of": as_of, "release": release})


def _upsert(table: str, columns: Sequence[str], kept: Collection[str]) -> None:
    """Write the rows of the table's scratch table. Of a row that is there, `kept` stays."""
    scratch = f"{table}_new"
    names = [sql.Identifier(name) for name in columns]
    sets = [sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns if name not in kept]
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
