"""What the database holds of the keys of a batch: their events, clocks and findings."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.supervision.changes import CLOCKS, FINDINGS, KEPT, STATED
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.core import schemas

# Of the batch's keys and those around them, three disjoint parts: the cases' own events; those of the incidents that
# they name, and of incidents among the keys; and corrections of either that now belong elsewhere, without which an
# earlier version would count.
EVENTS: Final = """
    WITH incidents AS MATERIALIZED (
        SELECT e.incident FROM supervision_around b JOIN cases_event e ON e."case" = b.number
        WHERE b.kind = 'case' AND e.incident IS NOT NULL
        UNION SELECT number FROM supervision_around WHERE kind = 'incident'
    ), cases AS MATERIALIZED (
        SELECT number FROM supervision_around WHERE kind = 'case'
    ), corrected AS MATERIALIZED (
        SELECT o.source, o.id FROM cases c JOIN cases_event o ON o."case" = c.number
        JOIN cases_event v ON v.source = o.source AND v.id = o.id AND v.version > 1
        UNION
        SELECT o.source, o.id FROM incidents i JOIN cases_event o ON o.incident = i.incident
        JOIN cases_event v ON v.source = o.source AND v.id = o.id AND v.version > 1
    )
    SELECT {columns} FROM cases c CROSS JOIN LATERAL (
        SELECT * FROM cases_event f WHERE f."case" = c.number OFFSET 0) e
    UNION ALL
    SELECT {columns} FROM incidents i JOIN cases_event e ON e.incident = i.incident
        WHERE e."case" IS NULL OR e."case" NOT IN (SELECT number FROM cases)
    UNION ALL
    SELECT {columns} FROM corrected k JOIN cases_event e ON e.source = k.source AND e.id = k.id
        WHERE e.version > 1 AND (e."case" IS NULL OR e."case" NOT IN (SELECT number FROM cases))
        AND (e.incident IS NULL OR e.incident NOT IN (SELECT incident FROM incidents))
"""
# Key by key, by index: what a batch costs follows from its size, not from that of the table. OFFSET keeps it so.
OF_BATCH: Final = """
    SELECT {columns} FROM supervision_batch b CROSS JOIN LATERAL (
        SELECT * FROM {table} g WHERE g."case" = b.number OFFSET 0) f
    WHERE b.kind = 'case'
    UNION ALL
    SELECT {columns} FROM supervision_batch b JOIN {table} f
        ON b.kind = 'incident' AND f."case" IS NULL AND f.incident = b.number
"""
DIGESTS: Final = """
    SELECT array_agg(digest) FILTER (WHERE {stands}), coalesce(bool_or(NOT ({stands})), false) FROM ({rows}) AS kept
"""
WITH_DIGESTS: Final = "SELECT {columns} FROM ({rows}) AS f WHERE {stands} AND digest = ANY ({digests})"
OF_KEYS: Final = "SELECT {columns} FROM supervision_finding f WHERE key = ANY ({keys})"
EVERY: Final = sql.SQL("true")
NAMED: Final = "SELECT {columns} FROM supervision_gone g JOIN {table} f ON f.key = g.key"


def events_of_batch() -> pl.DataFrame:
    """Every event that bears on a key of the batch, every version of it: schemas.EVENTS. One snapshot."""
    query = sql.SQL(EVENTS).format(columns=selected(schemas.EVENTS, "e"))
    return copied_out(query, schemas.EVENTS)


def clock_digests() -> pl.Series:
    """The digests of the clocks that are kept of the batch's keys."""
    return _digests("supervision_clock", EVERY, ("digest",))[0]


def finding_digests(beside: Sequence[str]) -> tuple[pl.Series, bool]:
    """The digests of the findings that stand of the batch's keys, and whether others are kept. `beside`: the rules
    whose findings are not judged by key."""
    return _digests("supervision_finding", _stands(beside), ("digest", "state", "rule"))


def clocks_with(digests: pl.Series) -> pl.DataFrame:
    """Of the clocks that are kept of the batch's keys those with these digests: KEPT."""
    return _with_digests("supervision_clock", EVERY, ("key", "digest"), digests)


def findings_with(digests: pl.Series, beside: Sequence[str]) -> pl.DataFrame:
    """Of the findings that stand of the batch's keys those with these digests: KEPT."""
    return _with_digests("supervision_finding", _stands(beside), ("key", "digest", "state", "rule"), digests)


def findings_of(keys: pl.Series) -> pl.DataFrame:
    """The findings that are kept under these keys, whatever their state: STATED."""
    query = sql.SQL(OF_KEYS).format(columns=selected(STATED, "f"), keys=sql.Literal(keys.to_list()))
    return copied_out(query, STATED)


def findings_named() -> pl.DataFrame:
    """The findings whose keys stand in the scratch table supervision_gone: FINDINGS."""
    return _named("supervision_finding", FINDINGS)


def clocks_named() -> pl.DataFrame:
    """The clocks whose keys stand there: CLOCKS."""
    return _named("supervision_clock", CLOCKS)


def _named(table: str, schema: pl.Schema) -> pl.DataFrame:
    query = sql.SQL(NAMED).format(columns=selected(schema, "f"), table=sql.Identifier(table))
    return copied_out(query, schema)


def _stands(beside: Sequence[str]) -> sql.Composable:
    return sql.SQL("state = 'current' AND rule <> ALL ({})").format(sql.Literal(list(beside)))


def _digests(table: str, stands: sql.Composable, columns: Sequence[str]) -> tuple[pl.Series, bool]:
    """In one row: to take rows one by one would last longer than to find them."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(DIGESTS).format(stands=stands, rows=_of_batch(table, columns)))
        digests, has_others = cursor.fetchone()
    return pl.Series("digest", digests or [], dtype=pl.Int64), has_others


def _with_digests(table: str, stands: sql.Composable, columns: Sequence[str], digests: pl.Series) -> pl.DataFrame:
    if digests.is_empty():
        return pl.DataFrame(schema=KEPT)
    query = sql.SQL(WITH_DIGESTS).format(
        columns=selected(KEPT, "f"),
        rows=_of_batch(table, columns),
        stands=stands,
        digests=sql.Literal(digests.to_list()),
    )
    return copied_out(query, KEPT)


def _of_batch(table: str, columns: Sequence[str]) -> sql.Composable:
    names = sql.SQL(", ").join(sql.Identifier("f", name) for name in columns)
    return sql.SQL(OF_BATCH).format(columns=names, table=sql.Identifier(table))
