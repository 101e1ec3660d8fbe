"""What the database holds of the keys of a batch: their events, clocks and findings."""

from typing import Final

import polars as pl
from psycopg import sql

from zhunsheng.apps.supervision.changes import CLOCKS, FINDINGS, KEPT_CLOCK, KEPT_FINDING
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
    SELECT {columns} FROM cases c JOIN cases_event e ON e."case" = c.number
    UNION ALL
    SELECT {columns} FROM incidents i JOIN cases_event e ON e.incident = i.incident
        WHERE e."case" IS NULL OR e."case" NOT IN (SELECT number FROM cases)
    UNION ALL
    SELECT {columns} FROM corrected k JOIN cases_event e ON e.source = k.source AND e.id = k.id
        WHERE e.version > 1 AND (e."case" IS NULL OR e."case" NOT IN (SELECT number FROM cases))
        AND (e.incident IS NULL OR e.incident NOT IN (SELECT incident FROM incidents))
"""
OF_BATCH: Final = """
    SELECT {columns} FROM supervision_batch b JOIN {table} f ON b.kind = 'case' AND f."case" = b.number
    UNION ALL
    SELECT {columns} FROM supervision_batch b JOIN {table} f
        ON b.kind = 'incident' AND f."case" IS NULL AND f.incident = b.number
"""
NAMED: Final = "SELECT {columns} FROM supervision_gone g JOIN {table} f ON f.key = g.key"


def events_of_batch() -> pl.DataFrame:
    """Every event that bears on a key of the batch, every version of it: schemas.EVENTS. One snapshot."""
    query = sql.SQL(EVENTS).format(columns=selected(schemas.EVENTS, "e"))
    return copied_out(query, schemas.EVENTS)


def clocks_of_batch() -> pl.DataFrame:
    """The clocks that are kept of the batch's keys: KEPT_CLOCK."""
    return copied_out(_of_batch("supervision_clock", KEPT_CLOCK), KEPT_CLOCK)


def findings_of_batch() -> pl.DataFrame:
    """The findings that are kept of the batch's keys, whatever their state: KEPT_FINDING."""
    return copied_out(_of_batch("supervision_finding", KEPT_FINDING), KEPT_FINDING)


def findings_named() -> pl.DataFrame:
    """The findings whose keys stand in the scratch table supervision_gone: FINDINGS."""
    return _named("supervision_finding", FINDINGS)


def clocks_named() -> pl.DataFrame:
    """The clocks whose keys stand there: CLOCKS."""
    return _named("supervision_clock", CLOCKS)


def _named(table: str, schema: pl.Schema) -> pl.DataFrame:
    query = sql.SQL(NAMED).format(columns=selected(schema, "f"), table=sql.Identifier(table))
    return copied_out(query, schema)


def _of_batch(table: str, schema: pl.Schema) -> sql.Composable:
    return sql.SQL(OF_BATCH).format(columns=selected(schema, "f"), table=sql.Identifier(table))
