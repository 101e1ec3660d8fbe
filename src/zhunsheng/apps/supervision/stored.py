"""What the database holds of the keys of a batch: their events, clocks and findings."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.supervision.changes import KEPT, KEPT_FINDINGS, STATED
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
        SELECT * FROM {table} g WHERE g."case" = b.number AND {wanted} OFFSET 0) f
    WHERE b.kind = 'case' AND {of_keys}
    UNION ALL
    SELECT {columns} FROM supervision_batch b CROSS JOIN LATERAL (
        SELECT * FROM {table} g WHERE g."case" IS NULL AND g.incident = b.number AND {wanted} OFFSET 0) f
    WHERE b.kind = 'incident' AND {of_keys}
"""
DIGESTS: Final = "SELECT array_agg(digest) FROM ({rows}) AS kept"
ALL, UNTOLD = sql.SQL("true"), sql.SQL("b.kept IS NULL")
OF_CLOCKS: Final = sql.SQL("g.state = 'current' AND g.clock IS NOT NULL")
WITH_DIGESTS: Final = "g.digest = ANY ({digests})"
OF_CHECKS: Final = "g.state = 'current' AND g.clock IS NULL AND g.rule <> ALL ({beside})"
STANDS: Final = "g.state = 'current' AND g.rule <> ALL ({beside}) AND g.digest = ANY ({digests})"
WITH_KEYS: Final = "SELECT {columns} FROM supervision_finding f WHERE key = ANY ({keys})"


def events_of_batch() -> pl.DataFrame:
    """Every event that bears on a key of the batch, every version of it: schemas.EVENTS. One snapshot."""
    query = sql.SQL(EVENTS).format(columns=selected(schemas.EVENTS, "e"))
    return copied_out(query, schemas.EVENTS)


def untold_digests() -> pl.Series:
    """The digests of the clocks and of the findings of clocks, of those of the batch's keys that do not say themselves
    what they keep."""
    clocks = _digests("supervision_clock", ALL, UNTOLD)
    return pl.concat([clocks, _digests("supervision_finding", OF_CLOCKS, UNTOLD)])


def check_digests(beside: Sequence[str]) -> pl.Series:
    """The digests of what checks found that stands of the batch's keys. `beside`: the rules whose findings are not
    judged by key."""
    return _digests("supervision_finding", sql.SQL(OF_CHECKS).format(beside=sql.Literal(list(beside))), ALL)


def clocks_with(digests: pl.Series) -> pl.DataFrame:
    """Of the clocks that are kept of the batch's keys those with these digests: KEPT."""
    if digests.is_empty():
        return pl.DataFrame(schema=KEPT)
    wanted = sql.SQL(WITH_DIGESTS).format(digests=_numbers(digests))
    return copied_out(_of_batch("supervision_clock", selected(KEPT, "f"), wanted, ALL), KEPT)


def findings_with(digests: pl.Series, beside: Sequence[str]) -> pl.DataFrame:
    """Of the findings that stand of the batch's keys those with these digests: KEPT_FINDINGS."""
    if digests.is_empty():
        return pl.DataFrame(schema=KEPT_FINDINGS)
    wanted = sql.SQL(STANDS).format(beside=sql.Literal(list(beside)), digests=_numbers(digests))
    return copied_out(_of_batch("supervision_finding", selected(KEPT_FINDINGS, "f"), wanted, ALL), KEPT_FINDINGS)


def findings_of(keys: pl.Series) -> pl.DataFrame:
    """The findings that are kept under these keys, whatever their state: STATED."""
    if keys.is_empty():
        return pl.DataFrame(schema=STATED)
    query = sql.SQL(WITH_KEYS).format(columns=selected(STATED, "f"), keys=sql.Literal(keys.to_list()))
    return copied_out(query, STATED)


def _numbers(digests: pl.Series) -> sql.Composable:
    """Many numbers as one literal."""
    return sql.SQL("{}::bigint[]").format(sql.Literal("{" + ",".join(digests.cast(pl.String)) + "}"))


def _digests(table: str, wanted: sql.Composable, of_keys: sql.Composable) -> pl.Series:
    """In one row: to take rows one by one would last longer than to find them."""
    rows = _of_batch(table, sql.Identifier("f", "digest"), wanted, of_keys)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(DIGESTS).format(rows=rows))
        (digests,) = cursor.fetchone()
    return pl.Series("digest", digests or [], dtype=pl.Int64)


def _of_batch(table: str, columns: sql.Composable, wanted: sql.Composable, of_keys: sql.Composable) -> sql.Composable:
    return sql.SQL(OF_BATCH).format(columns=columns, table=sql.Identifier(table), wanted=wanted, of_keys=of_keys)
