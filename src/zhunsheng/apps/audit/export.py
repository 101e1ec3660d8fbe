"""The log as one file that `tools/verify.py` reads without us and without the database.

Lines are separated by tabs, escaped as PostgreSQL's COPY does:
`Z` format, log id, horizon · `L` n, table, row key, leaf hash, the row's canonical text (\\N: the row is gone) ·
`U` table, row key, `pending` or `unsealed` (a finished row that no leaf covers) · `H` size, root, instant, signature.
"""

from collections.abc import Sequence
from typing import IO, Any, Final

import psycopg
from psycopg import sql

from zhunsheng.apps.audit.heads import Head
from zhunsheng.apps.audit.sealer import row_key, row_text
from zhunsheng.apps.audit.tables import TableRule

FORMAT: Final = "zhunsheng-log-1"


def export_log(connection: psycopg.Connection[Any], *, tables: Sequence[TableRule], out: IO[bytes]) -> int:
    """Write the whole log as it is in one snapshot of the database.

    Takes   connection: as the role zs_verifier.
    Returns the number of leaves.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '256MB'")  # the whole log is sorted and joined once
        return write_log(cursor, tables=tables, out=out)


def write_log(cursor: psycopg.Cursor[Any], *, tables: Sequence[TableRule], out: IO[bytes]) -> int:
    """Write the log as the present transaction sees it; its time zone must be UTC. Returns the number of leaves."""
    # On another cluster than the sealer's last, after a restore, no row has been passed over yet.
    cursor.execute(
        "SELECT d.log_id::text, coalesce(p.horizon, 0) FROM audit_deployment d LEFT JOIN audit_progress p"
        " ON p.cluster = (SELECT system_identifier::text FROM pg_control_system())"
    )
    log_id, horizon = cursor.fetchone() or ("", 0)
    out.write(f"Z\t{FORMAT}\t{log_id}\t{horizon}\n".encode())
    leaves = _copy(cursor, _leaves(tables), out)
    for rule in tables:
        _copy(cursor, _unsealed(rule, horizon), out)
    cursor.execute("SELECT size, root, at, signature FROM audit_head ORDER BY size")
    for size, root, at, signature in cursor:
        head = Head(log_id, size, root, at, signature)
        out.write(f"H\t{head.line()}\n".encode())
    return leaves


def _copy(cursor: psycopg.Cursor[Any], query: sql.Composable, out: IO[bytes]) -> int:
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as rows:
        for block in rows:
            out.write(block)
    return cursor.rowcount


def _leaves(tables: Sequence[TableRule]) -> sql.Composed:
    parts = [
        sql.SQL(
            "SELECT 'L', l.n, l.source, l.row_key, encode(l.hash, 'hex'), {text} AS text"
            " FROM audit_leaf l LEFT JOIN {table} t ON {key} = l.row_key WHERE l.source = {source}"
        ).format(
            text=sql.SQL("CASE WHEN {} IS NOT NULL THEN {} END").format(sql.SQL("t.xid"), row_text(rule, "t")),
            table=sql.Identifier(rule.table),
            key=row_key(rule, "t"),
            source=sql.Literal(rule.table),
        )
        for rule in tables
    ]
    known = sql.SQL(", ").join(sql.Literal(rule.table) for rule in tables)
    # A leaf of a table that nobody declares is still a leaf; its row cannot be found.
    parts.append(
        sql.SQL(
            "SELECT 'L', n, source, row_key, encode(hash, 'hex'), NULL FROM audit_leaf WHERE source NOT IN ({})"
        ).format(known)
    )
    return sql.SQL("SELECT * FROM ({}) AS log ORDER BY 2").format(sql.SQL(" UNION ALL ").join(parts))


def _unsealed(rule: TableRule, horizon: int) -> sql.Composed:
    return sql.SQL(
        "SELECT 'U', {source}::text, {key}, CASE WHEN t.xid < {horizon} THEN 'unsealed' ELSE 'pending' END"
        " FROM {table} t"
        " WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.source = {source} AND l.row_key = {key}) ORDER BY 3"
    ).format(
        source=sql.Literal(rule.table),
        key=row_key(rule, "t"),
        horizon=sql.Literal(horizon),
        table=sql.Identifier(rule.table),
    )
