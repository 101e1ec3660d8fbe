"""Which keys a batch judges: those that events touched, and those whose next instant has come.

A judged key is a case or an incident. It is locked for the batch, so that two copies of the supervisor never judge the
same key at once; what another copy holds stays in the queue.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

import polars as pl
import psycopg
from django.db import InterfaceError, OperationalError, connection
from psycopg import sql

from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision.frames import copied_in, copied_out, selected
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import types_at_once

AWAY: Final = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""The database is away or busy."""
MANY: Final = 1000  # keys from which on the planner is told how many there are
TOUCHED: Final = pl.Schema({"touched": pl.Int64()})
KEYS: Final = pl.Schema(
    {"kind": pl.String(), "number": pl.String(), "release": pl.String(), "kept": pl.List(pl.Int64())}
)
SCRATCH: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_named (
        touched bigint, "case" text, incident text, source text, event text
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_wanted (kind text, number text) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_batch (
        kind text, number text, release text, kept bigint[]
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS supervision_around (kind text, number text) ON COMMIT DELETE ROWS;
    DELETE FROM supervision_named;
    DELETE FROM supervision_wanted;
    DELETE FROM supervision_batch;
    DELETE FROM supervision_around;
"""
TAKE: Final = """
    WITH picked AS MATERIALIZED (
        SELECT id FROM supervision_touched ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM supervision_touched t USING picked WHERE t.id = picked.id
        RETURNING t.id, t."case", t.incident, t.source, t.event
    )
    INSERT INTO supervision_named SELECT id, "case", incident, source, event FROM taken
"""
# Keys whose events name a person that a key of `near` names; those with an act of the same officer or place at the time
# of an act of `near`; and what names an incident that `near` names.
SHARED: Final[LiteralString] = """
    incidents_of_near AS MATERIALIZED (
        SELECT DISTINCT 'incident' AS kind, e.incident AS number FROM near n JOIN cases_event e ON e."case" = n.number
        WHERE n.kind = 'case' AND e.incident IS NOT NULL
    ), about AS MATERIALIZED (
        SELECT kind, number FROM near UNION SELECT kind, number FROM incidents_of_near
    ), beside AS MATERIALIZED (
        SELECT o.kind, o.number FROM about n
        JOIN supervision_personkey p ON p.number = n.number AND p.kind = n.kind
        JOIN supervision_personkey o ON o.person = p.person
        UNION SELECT o.kind, o.number FROM about n
        JOIN supervision_actkey a ON a.number = n.number AND a.kind = n.kind
        JOIN supervision_actkey o ON o.holder = a.holder AND o.holder_kind = a.holder_kind
            AND o.at BETWEEN a.at - interval '2 days' AND a.until AND o.until >= a.at
        UNION SELECT kind, number FROM incidents_of_near
    ), shared AS MATERIALIZED (
        SELECT kind, number FROM beside
        UNION SELECT 'case', e."case" FROM beside i JOIN cases_event e ON e.incident = i.number
        WHERE i.kind = 'incident' AND e."case" IS NOT NULL
    )
"""
# A correction may have left the case or incident that an earlier version named. The events of an incident that name no
# case belong to the one case that names the incident: each case that does may gain or lose them. What happens in one
# case of a person may concern his acts in the others, and an act of an officer those that he did at the same time.
RESOLVE: Final[LiteralString] = """
    INSERT INTO supervision_wanted
    WITH versions AS MATERIALIZED (
        SELECT v."case", v.incident FROM supervision_named n
        JOIN cases_event v ON v.source = n.source AND v.id = n.event
    ), incidents AS MATERIALIZED (
        SELECT incident FROM supervision_named WHERE incident IS NOT NULL
        UNION SELECT incident FROM versions WHERE incident IS NOT NULL
    ), near AS MATERIALIZED (
        SELECT 'case' AS kind, "case" AS number FROM supervision_named WHERE "case" IS NOT NULL
        UNION SELECT 'case', "case" FROM versions WHERE "case" IS NOT NULL
        UNION SELECT 'incident', incident FROM incidents
        UNION SELECT 'case', e."case" FROM incidents i JOIN cases_event e ON e.incident = i.incident
            WHERE e."case" IS NOT NULL
            AND EXISTS (SELECT FROM cases_event l WHERE l.incident = i.incident AND l."case" IS NULL)
    ), {shared}
    SELECT kind, number FROM near UNION SELECT kind, number FROM shared
"""
# A key judged at a later instant than this transaction's belongs to a copy that began later: it stays for next time.
LOCK: Final = """
    WITH locked AS (
        SELECT k.kind, k.number, k.release, k.kept FROM supervision_wanted w
        JOIN supervision_duekey k ON k.number = w.number AND k.kind = w.kind
        WHERE k.as_of IS NULL OR k.as_of <= %(as_of)s
        FOR UPDATE OF k SKIP LOCKED
    )
    INSERT INTO supervision_batch SELECT kind, number, release, kept FROM locked
"""
PUT_BACK: Final = """
    INSERT INTO supervision_touched ("case", incident)
    SELECT CASE WHEN kind = 'case' THEN number END, CASE WHEN kind = 'incident' THEN number END
    FROM (SELECT kind, number FROM supervision_wanted EXCEPT SELECT kind, number FROM supervision_batch) AS rest
"""
ADD_DUE: Final = """
    WITH due AS (
        SELECT kind, number, release, kept FROM supervision_duekey
        WHERE next_at <= %(as_of)s AND (as_of IS NULL OR as_of <= %(as_of)s)
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    INSERT INTO supervision_batch SELECT kind, number, release, kept FROM due
    WHERE (number, kind) NOT IN (SELECT number, kind FROM supervision_batch)
"""
# Whether nothing is left of what was due at the instant of judgement, where fewer entries were taken than might have
# been. What another copy holds is left: it stands there until that copy commits. What came in meanwhile has a higher
# number than all that was taken. NOT IN, here and above, since nothing is known of the scratch table yet: the planner
# would hold each key against each of the others.
ALL_TAKEN: Final = """
    SELECT NOT EXISTS (SELECT FROM supervision_appended)
        AND NOT EXISTS (
            SELECT FROM supervision_touched t
            WHERE t.id <= coalesce((SELECT max(touched) FROM supervision_named), 9223372036854775807)
        )
        AND NOT EXISTS (
            SELECT FROM supervision_duekey
            WHERE next_at <= %(as_of)s AND (number, kind) NOT IN (SELECT number, kind FROM supervision_batch)
        )
"""
SET_ASIDE: Final = """
    UPDATE supervision_duekey k SET next_at = zs_now() + make_interval(secs => %(seconds)s), failure = %(why)s
    FROM unnest(%(kinds)s::text[], %(numbers)s::text[]) AS f (kind, number)
    WHERE k.kind = f.kind AND k.number = f.number
"""
# To judge a key all that happened to its persons is read, in whichever case, and what its officers and places did then.
LOOK_AROUND: Final[LiteralString] = """
    INSERT INTO supervision_around
    WITH near AS MATERIALIZED (
        SELECT kind, number FROM supervision_batch
        UNION SELECT 'case', e."case" FROM supervision_batch i JOIN cases_event e ON e.incident = i.number
        WHERE i.kind = 'incident' AND e."case" IS NOT NULL
    ), {shared}
    SELECT kind, number FROM near UNION SELECT kind, number FROM shared
"""


@dataclass(frozen=True)
class Claim:
    """Keys that are ours until the transaction ends; they also stand in the scratch table supervision_batch."""

    as_of: datetime
    keys: pl.DataFrame  # KEYS; release: the rulebook of the key's last judgement; kept: see DueKey
    touched: pl.Series  # the entries of the queue that were taken
    put_back: int
    is_all: bool  # nothing else was due


def index_acts(rulebook: Rulebook) -> None:
    """Let the acts be found by officer and place that this rulebook holds together so. One look where they are."""
    types = sorted(types_at_once(rulebook))
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_index_acts(%s, %s)", [[name for name, _ in types], [kind for _, kind in types]])


def unfold() -> None:
    """Write out what one large append touched. In a transaction of its own: a batch that fails must not undo it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_unfold_appended()")


def claim(*, limit: int) -> Claim:
    """Take up to `limit` entries of the queue and of keys whose next instant has come, and lock the keys.

    Must run inside a transaction; its start is the instant of judgement.
    """
    as_of = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(SCRATCH)
        cursor.execute(TAKE, [limit])
        put_back, taken = 0, cursor.rowcount
        if taken:
            _say_how_many(taken, "supervision_named", "case")
            cursor.execute(_with_shared(RESOLVE))
            _say_how_many(cursor.rowcount, "supervision_wanted")
            cursor.execute(LOCK, {"as_of": as_of})
            cursor.execute(PUT_BACK)
            put_back = cursor.rowcount
        cursor.execute(ADD_DUE, {"as_of": as_of, "limit": max(limit - taken, limit // 2)})
        is_all = not put_back and taken < limit
        if is_all:
            cursor.execute(ALL_TAKEN, {"as_of": as_of})
            (is_all,) = cursor.fetchone()
    keys = copied_out(sql.SQL("SELECT {} FROM supervision_batch b").format(selected(KEYS, "b")), KEYS)
    touched = copied_out(sql.SQL("SELECT touched FROM supervision_named"), TOUCHED)["touched"]
    _look_around(keys.height)
    return Claim(as_of, keys, touched, put_back, is_all=is_all)


def name_batch(keys: Collection[tuple[str, str]]) -> None:
    """Let the scratch table of a batch hold some keys, without a lock: for who only reads."""
    rows = pl.DataFrame(list(keys), schema=["kind", "number"], orient="row").with_columns(release=pl.lit(""))
    with connection.cursor() as cursor:
        cursor.execute(SCRATCH)
    if keys:
        copied_in(rows, "supervision_batch")
    _look_around(rows.height)


def _look_around(keys: int) -> None:
    _say_how_many(keys, "supervision_batch")
    with connection.cursor() as cursor:
        cursor.execute(_with_shared(LOOK_AROUND))
        _say_how_many(cursor.rowcount, "supervision_around")


def set_aside(keys: Collection[tuple[str, str]], touched: Collection[int], *, why: str, again_in_seconds: int) -> None:
    """Put keys off that cannot be judged, so that the others go on. They are tried again later, or when touched."""
    kinds, numbers = [kind for kind, _ in keys], [number for _, number in keys]
    with connection.cursor() as cursor:
        cursor.execute(SET_ASIDE, {"kinds": kinds, "numbers": numbers, "why": why, "seconds": again_in_seconds})
        cursor.execute("DELETE FROM supervision_touched WHERE id = ANY (%s)", [list(touched)])


def _with_shared(query: LiteralString) -> sql.Composed:
    return sql.SQL(query).format(shared=sql.SQL(SHARED))


def _say_how_many(rows: int, table: str, column: str = "number") -> None:
    """Let the planner know that a scratch table is large; of small ones it thinks well enough."""
    if rows >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ANALYZE {} ({})").format(sql.Identifier(table), sql.Identifier(column)))


def seconds_until_due() -> float | None:
    """Real seconds until there is something to judge: 0 = now; None = nothing is foreseen. One indexed look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_due_in()")
        (seconds,) = cursor.fetchone() or (None,)
    return None if seconds is None else float(seconds)
