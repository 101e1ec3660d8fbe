"""The sealer: turns finished rows of the append-only tables into leaves of one Merkle tree, and signs its heads.

It runs apart from the business transactions, so that sealing never makes them wait. A row is sealed when every
transaction that began before it has ended (`pg_snapshot_xmin`): a slow transaction can commit behind the sealer's back
only rows that it has not passed yet.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from zhunsheng.apps.audit.heads import Head, LogContradicted, SecondPlace
from zhunsheng.apps.audit.merkle import Frontier
from zhunsheng.apps.audit.tables import TableRule
from zhunsheng.apps.crashpoints import crash_at

IDLE_TRANSACTIONS: Final = 1000  # with nothing to seal the horizon is stored only so often


@dataclass(frozen=True)
class Progress:
    """Where the sealer stands; see audit_progress."""

    cluster: str
    horizon: int
    frontier: Frontier


@dataclass(frozen=True)
class Span:
    """Whose rows are to be sealed: of transactions from `since` to before `until`, and from `elsewhere` on."""

    since: int
    until: int
    elsewhere: int | None


def row_key(rule: TableRule, alias: str) -> sql.Composed:
    """SQL: the name of a row, its key columns joined by a slash."""
    parts = [sql.SQL("{}.{}::text").format(sql.Identifier(alias), sql.Identifier(name)) for name in rule.key]
    return sql.SQL("concat_ws('/', {})").format(sql.SQL(", ").join(parts))


def row_text(rule: TableRule, alias: str) -> sql.Composed:
    """SQL: the canonical text of a row. A column that is null is left out, so that later columns change no old row."""
    return sql.SQL("jsonb_build_object('table', {}::text, 'row', jsonb_strip_nulls(to_jsonb({})))::text").format(
        sql.Literal(rule.table), sql.Identifier(alias)
    )


def seal_once(
    connection: psycopg.Connection[Any], *, key: Ed25519PrivateKey, tables: Sequence[TableRule]
) -> Head | None:
    """Seal what is finished and not sealed yet, in one transaction.

    Takes   connection: as the role zs_sealer, in UTC.
    Returns the new head, or None when there was nothing to seal.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute("LOCK TABLE audit_progress IN SHARE ROW EXCLUSIVE MODE")  # one sealer at a time
        progress = _progress(cursor)
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        (cluster,) = _one(cursor)
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        horizon, unborn = _one(cursor)
        # In a restored database transaction numbers begin anew: look once at every row instead of the newest. One whose
        # number was not given out here yet was written elsewhere, and is finished.
        span = Span(progress.horizon, horizon, None) if progress.cluster == cluster else Span(0, horizon, unborn)
        leaves = [leaf for rule in tables for leaf in _add_leaves(cursor, rule, progress.frontier, span)]
        head = _add_head(cursor, progress.frontier, key) if leaves else None
        if head or progress.cluster != cluster or horizon - progress.horizon > IDLE_TRANSACTIONS:
            _store_progress(cursor, Progress(cluster, horizon, progress.frontier))
        if head:
            crash_at("seal.before_commit")
    if head:
        crash_at("seal.after_commit")
    return head


def publish(connection: psycopg.Connection[Any], place: SecondPlace) -> int:
    """Take the heads that the second place does not have yet there. Called after the sealing transaction committed.

    Returns how many heads left.
    Raises  LogContradicted if the second place knows a head that the database does not: the log was cut or rewritten.
    """
    last = place.last()
    size = last.size if last else 0
    with connection.transaction(), connection.cursor() as cursor:
        log_id = _log_id(cursor)
        if last is not None:
            _assert_known(cursor, last, log_id, place)
        cursor.execute("SELECT size, root, at, signature FROM audit_head WHERE size > %s ORDER BY size", [size])
        heads = [Head(log_id, row[0], row[1], row[2], row[3]) for row in cursor.fetchall()]
        for head in heads:
            cursor.execute("SELECT hash FROM audit_leaf WHERE n >= %s AND n < %s ORDER BY n", [size, head.size])
            place.append(head, [row[0] for row in cursor.fetchall()])
            size = head.size
    return len(heads)


def run_sealer(
    connect: Callable[[], psycopg.Connection[Any]],
    *,
    key: Ed25519PrivateKey,
    tables: Sequence[TableRule],
    place: SecondPlace,
    wait: Callable[[], bool],
    report: Callable[[str], None],
) -> None:
    """Seal and publish until `wait` says stop. A lost database is waited for; a contradicted log ends the loop."""
    while True:
        try:
            with closing(connect()) as connection:
                while True:
                    seal_once(connection, key=key, tables=tables)
                    publish(connection, place)
                    if wait():
                        return
        except psycopg.OperationalError as problem:
            report(f"封存暂停：数据库连不上（{problem.sqlstate or '无连接'}），稍后重试。")
        if wait():
            return


def _progress(cursor: psycopg.Cursor[Any]) -> Progress:
    cursor.execute("SELECT cluster, horizon, size, frontier FROM audit_progress")
    row = cursor.fetchone()
    if row is None:
        return Progress(cluster="", horizon=0, frontier=Frontier())
    return Progress(cluster=row[0], horizon=row[1], frontier=Frontier(row[2], row[3]))


def _add_leaves(cursor: psycopg.Cursor[Any], rule: TableRule, frontier: Frontier, span: Span) -> list[bytes]:
    # Row numbers, hashes and leaves are made inside the database; only the hashes come out, in order.
    statement = sql.SQL(
        """
        WITH fresh AS (
            SELECT {key} AS row_key, sha256('\\x00'::bytea || convert_to({text}, 'UTF8')) AS hash, t.xid
            FROM {table} t WHERE t.xid >= %(since)s AND (t.xid < %(until)s OR t.xid >= %(elsewhere)s)
        )
        INSERT INTO audit_leaf (n, source, row_key, hash)
        SELECT %(size)s + row_number() OVER (ORDER BY xid, row_key) - 1, {source}, row_key, hash FROM fresh
        WHERE NOT EXISTS (
            SELECT FROM audit_leaf l WHERE l.source = {source} AND l.row_key = fresh.row_key
        )
        RETURNING n, hash
        """
    ).format(
        key=row_key(rule, "t"),
        text=row_text(rule, "t"),
        table=sql.Identifier(rule.table),
        source=sql.Literal(rule.table),
    )
    values = {"since": span.since, "until": span.until, "elsewhere": span.elsewhere, "size": frontier.size}
    cursor.execute(statement, values)
    leaves = [leaf for _, leaf in sorted(cursor.fetchall())]
    frontier.extend(leaves)
    return leaves


def _add_head(cursor: psycopg.Cursor[Any], frontier: Frontier, key: Ed25519PrivateKey) -> Head:
    cursor.execute("SELECT clock_timestamp()")
    (at,) = _one(cursor)
    head = Head(_log_id(cursor), frontier.size, frontier.root(), at).signed(key)
    cursor.execute(
        "INSERT INTO audit_head (size, root, at, signature) VALUES (%s, %s, %s, %s)",
        [head.size, head.root, head.at, head.signature],
    )
    return head


def _store_progress(cursor: psycopg.Cursor[Any], progress: Progress) -> None:
    cursor.execute(
        """
        INSERT INTO audit_progress (cluster, horizon, frontier, size, at)
        VALUES (%s, %s, %s, %s, clock_timestamp())
        ON CONFLICT (one) DO UPDATE SET cluster = excluded.cluster, horizon = excluded.horizon,
            frontier = excluded.frontier, size = excluded.size, at = excluded.at
        """,
        [progress.cluster, progress.horizon, progress.frontier.subtrees, progress.frontier.size],
    )


def _assert_known(cursor: psycopg.Cursor[Any], last: Head, log_id: str, place: SecondPlace) -> None:
    if last.log_id != log_id:
        raise LogContradicted(
            f"{place.folder} 记的是日志 {last.log_id}，数据库是 {log_id}。请核对连接的是不是同一个库。"
        )
    cursor.execute("SELECT root FROM audit_head WHERE size = %s", [last.size])
    row = cursor.fetchone()
    if row is None or row[0] != last.root:
        raise LogContradicted(
            f"{place.folder} 在第 {last.size} 条的链头 {last.root.hex()[:12]} 与数据库不符：日志被截断、改写，"
            "或恢复了旧备份。请导出日志，用 verify.py 找出第一处。"
        )


def _log_id(cursor: psycopg.Cursor[Any]) -> str:
    cursor.execute("SELECT log_id::text FROM audit_deployment")
    (log_id,) = _one(cursor)
    return str(log_id)


def _one(cursor: psycopg.Cursor[Any]) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise LogContradicted("数据库没有部署记录 (audit_deployment)。请先准备数据库。")
    return row
