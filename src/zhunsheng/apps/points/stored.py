"""The tables of points as frames, out and in; and the one row that writers take first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.points.models import Revision
from zhunsheng.apps.supervision.frames import copied_in, copied_out, selected
from zhunsheng.core.points import tables as t
from zhunsheng.core.schemas import INSTANT

STAGING: Final = "points_staging"
NOBODY: Final = UUID(int=0)
RECORDED: Final = pl.Schema({"recorded_at": INSTANT})


@contextmanager
def whole() -> Iterator[None]:
    """Everybody's rows, for the length of the block: a median rests on the rows of colleagues, who are not shown.

    Must run inside a transaction.
    """
    with session_settings(session_scope(None)):
        yield


def hold() -> None:
    """Take the turn to write until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO points_revision (one, stamp) VALUES (true, gen_random_uuid())"
            " ON CONFLICT (one) DO UPDATE SET stamp = points_revision.stamp"
        )


def touch() -> None:
    """Say that something was written: what was computed before is old. Whoever holds the turn calls it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE points_revision SET stamp = gen_random_uuid()")


def stamp() -> UUID:
    """Of the last who wrote."""
    row = Revision.objects.first()
    return row.stamp if row else NOBODY


def facts(condition: LiteralString = "true", **values: Any) -> pl.DataFrame:
    """tables.POINT_FACTS under a condition on `t`, whose values stand in braces."""
    return _rows("points_fact", t.POINT_FACTS, condition, values)


def acts(condition: LiteralString = "true", **values: Any) -> pl.DataFrame:
    """tables.POINT_ACTS under a condition."""
    return _rows("points_act", t.POINT_ACTS, condition, values)


def entries(condition: LiteralString = "true", **values: Any) -> pl.DataFrame:
    """tables.LEDGER under a condition."""
    return _rows("points_entry", t.LEDGER, condition, values)


def closings(every: str) -> pl.DataFrame:
    """tables.CLOSINGS of the periods of one length."""
    return _rows("points_closing", t.CLOSINGS, "t.every = {every}", {"every": every})


def weights() -> pl.DataFrame:
    """tables.WEIGHTS."""
    return _rows("points_weight", t.WEIGHTS, "true", {})


def exposure(*, by: datetime) -> pl.DataFrame:
    """tables.EXPOSURE as recorded by an instant: of each holder and period the last row."""
    return _last("points_exposure", t.EXPOSURE, ["holder", "period"], by)


def said_by_roster(period: date) -> pl.DataFrame:
    """tables.EXPOSURE of a period as the roster gave it last; what two persons changed is left out."""
    schema = pl.Schema({**t.EXPOSURE, **RECORDED})
    condition: LiteralString = "t.period = {period} AND t.cause = 'roster' ORDER BY t.recorded_at, t.id"
    rows = _rows("points_exposure", schema, condition, {"period": period})
    return rows.unique("holder", keep="last", maintain_order=True).select(t.EXPOSURE.names())


def bounds(*, by: datetime) -> pl.DataFrame:
    """tables.BOUNDS as recorded by an instant: of each unit and period the last row."""
    return _last("points_bound", t.BOUNDS, ["unit", "period"], by)


def add(table: str, frame: pl.DataFrame) -> None:
    """Append the rows of a frame."""
    if frame.is_empty():
        return
    # Row security refuses COPY into a table: the rows come by way of one of this session's own.
    names = sql.SQL(", ").join(sql.Identifier(name) for name in frame.columns)
    ours, target = sql.Identifier(STAGING), sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA").format(ours, names, target)
        )
    copied_in(frame, STAGING)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, names, names, ours))
        cursor.execute(sql.SQL("DROP TABLE {}").format(ours))
    touch()


def _last(table: str, schema: pl.Schema, key: list[str], by: datetime) -> pl.DataFrame:
    whole_schema = pl.Schema({**schema, **RECORDED})
    rows = _rows(table, whole_schema, "t.recorded_at <= {by} ORDER BY t.recorded_at, t.id", {"by": by})
    last = rows.unique(key, keep="last", maintain_order=True)
    return last.select(schema.names()).sort(key)


def _rows(table: str, schema: pl.Schema, condition: LiteralString, values: dict[str, Any]) -> pl.DataFrame:
    filled = sql.SQL(condition).format(**{name: sql.Literal(value) for name, value in values.items()})
    columns, name = selected(schema, "t"), sql.Identifier(table)
    return copied_out(sql.SQL("SELECT {} FROM {} t WHERE {}").format(columns, name, filled), schema)
