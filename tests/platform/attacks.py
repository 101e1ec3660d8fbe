"""Ten attacks on the log by one who can do everything in the database, and does.

Each runs inside a transaction of a superuser that is rolled back after the verifier has judged what it left. Each
returns the number of the first row that it touched, which the verifier must name.
"""

import random
from collections.abc import Callable
from typing import Any, Final

import psycopg

from tests.platform.logs import SealedLog
from zhunsheng.apps.audit.heads import Head
from zhunsheng.apps.audit.keys import signing_key
from zhunsheng.apps.audit.merkle import Frontier
from zhunsheng.apps.audit.sealer import row_text, seal_once
from zhunsheng.apps.audit.tables import sealed_tables

Cursor = psycopg.Cursor[Any]
ENTRY: Final = next(rule for rule in sealed_tables() if rule.table == "audit_entry")
TEXT_COLUMNS: Final = ("actor", "action", "object_kind", "object_id", "purpose", "request", "address")
TABLES: Final = ("audit_entry", "audit_leaf", "audit_head")


def open_tables(cursor: Cursor) -> None:
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def close_tables(cursor: Cursor) -> None:
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change")


def size_of(cursor: Cursor) -> int:
    cursor.execute("SELECT count(*) FROM audit_leaf")
    return int((cursor.fetchone() or (0,))[0])


def key_of(cursor: Cursor, n: int) -> str:
    cursor.execute("SELECT row_key FROM audit_leaf WHERE n = %s", [n])
    return str((cursor.fetchone() or ("",))[0])


def edit_any_column(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    del log
    n = chance.randrange(size_of(cursor))
    column = chance.choice([*TEXT_COLUMNS, "at", "real_at", "detail", "result", "xid"])
    value = {
        "at": "at + interval '1 second'",
        "real_at": "real_at - interval '1 hour'",
        "detail": "detail || '{\"more\": 1}'",
        "result": "'denied'",
        "xid": "xid - 1",
    }.get(column, f"{column} || '?'")
    cursor.execute(f"UPDATE audit_entry SET {column} = {value} WHERE id = %s", [key_of(cursor, n)])
    return n


def delete_a_row(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    del log
    n = chance.randrange(size_of(cursor))
    cursor.execute("DELETE FROM audit_entry WHERE id = %s", [key_of(cursor, n)])
    return n


def swap_two_rows(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    del log
    one, other = sorted(chance.sample(range(size_of(cursor)), 2))
    cursor.execute(
        "UPDATE audit_entry a SET object_id = b.object_id, detail = b.detail FROM audit_entry b"
        " WHERE (a.id, b.id) IN ((%(x)s, %(y)s), (%(y)s, %(x)s))",
        {"x": key_of(cursor, one), "y": key_of(cursor, other)},
    )
    return one


def insert_a_row(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    """A row that claims an old transaction, so that the sealer passes it by; the verifier lists it at the end."""
    del log
    size = size_of(cursor)
    cursor.execute(
        "INSERT INTO audit_entry (xid, at, actor, action, result, object_kind, object_id, purpose, request, address)"
        " SELECT xid, at, 'account:ghost', 'read', 'done', 'case', 'ghost', '', '', '' FROM audit_entry WHERE id = %s",
        [key_of(cursor, chance.randrange(size))],
    )
    return size


def cut_the_tail(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    del log
    keep = chance.randrange(1, size_of(cursor))
    cut_to(cursor, keep)
    return keep


def cut_to(cursor: Cursor, keep: int) -> None:
    """Leave the first rows as if the others had never been, with heads and the sealer's place to match."""
    cursor.execute("DELETE FROM audit_entry WHERE id::text IN (SELECT row_key FROM audit_leaf WHERE n >= %s)", [keep])
    cursor.execute("DELETE FROM audit_leaf WHERE n >= %s", [keep])
    cursor.execute("DELETE FROM audit_head WHERE size > %s", [keep])
    resign(cursor, from_size=keep)


def rewrite_everything(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    """The strongest: a row changed, every leaf, root and signature made anew, with the true signing key."""
    n = edit_any_column(cursor, log, chance)
    cursor.execute("SET LOCAL timezone = 'UTC'")
    cursor.execute(
        "UPDATE audit_leaf l SET hash = sha256('\\x00'::bytea || convert_to(("
        + row_text(ENTRY, "t").as_string(cursor)
        + "), 'UTF8')) FROM audit_entry t WHERE t.id::text = l.row_key"
    )
    resign(cursor, from_size=0)
    return n


def switch_the_trigger_off(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    n = edit_any_column(cursor, log, chance)
    cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER refuse_change")
    return n


def restore_an_old_backup(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    """The state of some days ago, and then work goes on: the log forks where the backup was taken."""
    n = cut_the_tail(cursor, log, chance)
    cursor.execute(
        "INSERT INTO audit_entry (at, actor, action, result, object_kind, object_id, purpose, request, address)"
        " SELECT now(), 'account:later', 'read', 'done', 'case', k::text, '', '', '' FROM generate_series(1, 500) k"
    )
    cursor.execute("UPDATE audit_entry SET xid = xid - 1 WHERE actor = 'account:later'")
    cursor.execute("UPDATE audit_progress SET horizon = 0")
    seal_once(cursor.connection, key=signing_key_of(log), tables=sealed_tables())
    return n


def change_the_log_id(cursor: Cursor, log: SealedLog, chance: random.Random) -> int:
    del log, chance
    cursor.execute("ALTER TABLE audit_deployment DISABLE TRIGGER USER")
    cursor.execute("UPDATE audit_deployment SET log_id = gen_random_uuid()")
    resign(cursor, from_size=0)
    return 0


def signing_key_of(log: SealedLog) -> Any:
    return log.signing_key


def resign(cursor: Cursor, *, from_size: int) -> None:
    """Heads and the sealer's place made to agree with the leaves as they are now."""
    cursor.execute("SELECT hash FROM audit_leaf ORDER BY n")
    leaves = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT log_id::text FROM audit_deployment")
    log_id = str((cursor.fetchone() or ("",))[0])
    cursor.execute("SELECT size, at FROM audit_head ORDER BY size")
    heads = dict(cursor.fetchall())
    heads.setdefault(len(leaves), max(heads.values(), default=None) or _now(cursor))
    frontier, key = Frontier(), signing_key(SealedLog.keys())
    for size, leaf in enumerate(leaves, 1):
        frontier.append(leaf)
        if size in heads and size >= from_size:
            head = Head(log_id, size, frontier.root(), heads[size]).signed(key)
            cursor.execute(
                "INSERT INTO audit_head VALUES (%s, %s, %s, %s) ON CONFLICT (size) DO UPDATE"
                " SET root = excluded.root, signature = excluded.signature",
                [size, head.root, head.at, head.signature],
            )
    cursor.execute("UPDATE audit_progress SET size = %s, frontier = %s", [frontier.size, frontier.subtrees])


def _now(cursor: Cursor) -> Any:
    cursor.execute("SELECT now()")
    return (cursor.fetchone() or (None,))[0]


ATTACKS: Final[dict[str, Callable[[Cursor, SealedLog, random.Random], int]]] = {
    "edit any column": edit_any_column,
    "delete": delete_a_row,
    "swap": swap_two_rows,
    "insert": insert_a_row,
    "tail cut": cut_the_tail,
    "whole rewrite": rewrite_everything,
    "trigger off": switch_the_trigger_off,
    "old backup": restore_an_old_backup,
    "changed log id": change_the_log_id,
}
"""The tenth, a forged proof, is not made in the database: see `forged_bundle`."""


def forged_bundle(bundle: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A bundle in which one thing was changed."""
    row = dict(chance.choice(bundle["rows"]))
    head = dict(bundle["head"])
    match chance.choice(("text", "number", "path", "root", "size", "signature", "log_id")):
        case "text":
            row["text"] = row["text"].replace("case-", "case_")
        case "number":
            row["n"] += 1
        case "path":
            row["path"] = ["00" * 32, *row["path"][1:]]
        case "root":
            head["root"] = "11" * 32
        case "size":
            head["size"] += 1
        case "signature":
            head["signature"] = "22" * 64
        case "log_id":
            head["log_id"] = "00000000-0000-0000-0000-000000000000"
    return {**bundle, "head": head, "rows": [row]}
