"""A bundle: some rows of the sealed log with the proofs that they are in it, for `tools/verify.py bundle`."""

import json
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from zhunsheng.apps.audit.heads import Head
from zhunsheng.apps.audit.merkle import inclusion_proof
from zhunsheng.apps.audit.sealer import row_key, row_text
from zhunsheng.apps.audit.tables import TableRule

FORMAT: Final = "zhunsheng-bundle-1"


class NotSealed(RuntimeError):
    """A row cannot be proved yet, or there is no such row."""


def bundle(
    connection: psycopg.Connection[Any], *, tables: Sequence[TableRule], rows: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Rows, given as (table, key), with their paths to the newest head.

    Takes   connection: as the role zs_verifier.
    Raises  NotSealed if a row has no leaf under a head: it is too new, or does not exist.
    """
    rules = {rule.table: rule for rule in tables}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL timezone = 'UTC'")
        head = _newest_head(cursor)
        cursor.execute("SELECT hash FROM audit_leaf WHERE n < %s ORDER BY n", [head.size])
        leaves = [row[0] for row in cursor.fetchall()]
        proved = [_proved(cursor, rules[table], key, leaves) for table, key in rows]
    return {"format": FORMAT, "head": json.loads(head.line()), "rows": proved}


def _newest_head(cursor: psycopg.Cursor[Any]) -> Head:
    cursor.execute(
        "SELECT d.log_id::text, h.size, h.root, h.at, h.signature FROM audit_deployment d, audit_head h"
        " ORDER BY h.size DESC LIMIT 1"
    )
    row = cursor.fetchone()
    if row is None:
        raise NotSealed("日志还没有链头。请等封存进程运行后再试。")
    return Head(*row)


def _proved(cursor: psycopg.Cursor[Any], rule: TableRule, key: str, leaves: Sequence[bytes]) -> dict[str, Any]:
    cursor.execute(
        sql.SQL(
            "SELECT l.n, {text} FROM audit_leaf l JOIN {table} t ON {key} = l.row_key"
            " WHERE l.source = {source} AND l.row_key = %s AND l.n < %s"
        ).format(
            text=row_text(rule, "t"),
            table=sql.Identifier(rule.table),
            key=row_key(rule, "t"),
            source=sql.Literal(rule.table),
        ),
        [key, len(leaves)],
    )
    row = cursor.fetchone()
    if row is None:
        raise NotSealed(f"{rule.table} 的 {key} 还没有封存，或不存在。请核对编号，稍后再试。")
    number, text = row
    return {"n": number, "text": text, "path": [node.hex() for node in inclusion_proof(number, leaves)]}
