"""What the database holds of the keys of a batch: their events, clocks and findings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, LiteralString

import polars as pl
from psycopg import sql

from zhunsheng.apps.supervision.changes import DIGESTS_KEPT, KEPT, KEPT_FINDINGS, STATED
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT
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
BELONGS: Final[Mapping[str, LiteralString]] = {
    OF_CASE: 'g."case" = k.number',
    OF_INCIDENT: 'g."case" IS NULL AND g.incident = k.number',
}
DIGESTS: Final = """
    SELECT k.kind, k.number, array_to_string(d.kept, chr(31)) FROM supervision_batch k CROSS JOIN LATERAL (
        SELECT array_agg(g.digest) AS kept FROM {table} g WHERE {belongs} AND {wanted}) d
    WHERE k.kind = {kind} AND {of_keys} AND d.kept IS NOT NULL
"""
NO_MORE: Final = """
    SELECT {columns} FROM supervision_no_more k CROSS JOIN LATERAL (
        SELECT *, g.ctid AS place FROM {table} g WHERE {belongs} AND g.digest = k.digest AND {wanted} OFFSET 0) f
    WHERE k.kind = {kind}
"""
ALL, UNTOLD = sql.SQL("true"), sql.SQL("k.kept IS NULL")
OF_CLOCKS: Final = sql.SQL("g.state = 'current' AND g.clock IS NOT NULL")
OF_CHECKS: Final = sql.SQL("g.state = 'current' AND g.clock IS NULL")
STANDS: Final = "g.state = 'current' AND g.rule <> ALL ({beside})"
WITH_KEYS: Final = "SELECT {columns} FROM supervision_finding f WHERE key = ANY ({keys})"


def events_of_batch() -> pl.DataFrame:
    """Every event that bears on a key of the batch, every version of it: schemas.EVENTS. One snapshot."""
    query = sql.SQL(EVENTS).format(columns=selected(schemas.EVENTS, "e"))
    return copied_out(query, schemas.EVENTS)


def untold_digests() -> pl.DataFrame:
    """What those of the batch's keys keep that do not say it themselves: DIGESTS_KEPT of clocks and findings of
    clocks."""
    clocks = _digests("supervision_clock", ALL, UNTOLD)
    return pl.concat([clocks, _digests("supervision_finding", OF_CLOCKS, UNTOLD)])


def check_digests(beside: Sequence[str]) -> pl.DataFrame:
    """What checks found that stands of the batch's keys: DIGESTS_KEPT. `beside`: the rules whose findings are not
    judged by key."""
    return _digests("supervision_finding", sql.SQL("{} AND {}").format(OF_CHECKS, _stands(beside)), ALL)


def clocks_no_more() -> pl.DataFrame:
    """The clocks whose keys and digests stand in the scratch table supervision_no_more: KEPT."""
    return copied_out(_by_key(NO_MORE, "supervision_clock", ALL, columns=selected(KEPT, "f")), KEPT)


def findings_no_more(beside: Sequence[str]) -> pl.DataFrame:
    """The findings that stand and whose keys and digests stand there: KEPT_FINDINGS."""
    columns = selected(KEPT_FINDINGS, "f")
    return copied_out(_by_key(NO_MORE, "supervision_finding", _stands(beside), columns=columns), KEPT_FINDINGS)


def findings_of(keys: pl.Series) -> pl.DataFrame:
    """The findings that are kept under these keys, whatever their state: STATED."""
    if keys.is_empty():
        return pl.DataFrame(schema=STATED)
    query = sql.SQL(WITH_KEYS).format(columns=selected(STATED, "f"), keys=sql.Literal(keys.to_list()))
    return copied_out(query, STATED)


def _stands(beside: Sequence[str]) -> sql.Composable:
    return sql.SQL(STANDS).format(beside=sql.Literal(list(beside)))


def _digests(table: str, wanted: sql.Composable, of_keys: sql.Composable) -> pl.DataFrame:
    return copied_out(_by_key(DIGESTS, table, wanted, of_keys=of_keys), DIGESTS_KEPT)


def _by_key(query: LiteralString, table: str, wanted: sql.Composable, **parts: sql.Composable) -> sql.Composable:
    """A query of cases and of incidents."""
    return sql.SQL(" UNION ALL ").join(by_kind(query, table=sql.Identifier(table), wanted=wanted, **parts))


def by_kind(statement: LiteralString, **parts: sql.Composable) -> Iterator[sql.Composable]:
    """A statement about rows `g` that belong to keys `k`: of cases, then of incidents."""
    for kind, belongs in BELONGS.items():
        yield sql.SQL(statement).format(kind=sql.Literal(kind), belongs=sql.SQL(belongs), **parts)
