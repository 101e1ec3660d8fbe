"""Rows as frames: PostgreSQL's COPY out and in, inside the transaction that is open."""

import io
from typing import Final

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.core import schemas

INSTANT_FORMAT: Final = "%Y-%m-%dT%H:%M:%S%.6f+00:00"
READ_FORMAT: Final = "%Y-%m-%d %H:%M:%S%.f"
NULL: Final = r"\N"
BETWEEN: Final = "\x1f"  # members of a list, in one text
LIST: Final = pl.List(pl.String())
NUMBERS: Final = pl.List(pl.Int64())


def copied_out(query: sql.Composable, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a query, whose columns are those of the schema in its order; lists come as text, see `selected`."""
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, NULL {})").format(query, sql.Literal(NULL))
    # Row by row: held until they are joined, so many objects would have every object of the process looked through.
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            text.write(row)
    if not text.tell():
        return pl.DataFrame(schema=schema)
    text.seek(0)
    read = pl.read_csv(
        text,
        has_header=False,
        schema={name: pl.String() if _as_text(dtype) else dtype for name, dtype in schema.items()},
        null_values=NULL,
        empty_string_is_null=False,
    )
    return read.with_columns(_read(name, dtype) for name, dtype in schema.items() if _as_text(dtype))


def selected(schema: pl.Schema, table: str) -> sql.Composable:
    """The columns of a schema, out of a table, as `copied_out` reads them."""
    return sql.SQL(", ").join(_selected(sql.Identifier(table, name), dtype) for name, dtype in schema.items())


def copied_in(frame: pl.DataFrame, table: str) -> None:
    """Add the rows of a frame to a table that has columns of these names."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
    text = frame.with_columns(_written(name, dtype) for name, dtype in frame.schema.items() if dtype in (LIST, NUMBERS))
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        rows.write(text.write_csv(include_header=False, datetime_format=INSTANT_FORMAT))


def content_digest(frame: pl.DataFrame) -> pl.Series:
    """A number for each row that tells it from its earlier self. Not for keys: another release of the library may
    number otherwise, and then rows are merely written again."""
    texts = [pl.col(name).list.join(BETWEEN) for name, dtype in frame.schema.items() if dtype == LIST]
    return frame.with_columns(texts).hash_rows(seed=7).reinterpret(signed=True).alias("digest")


def _as_text(dtype: pl.DataType) -> bool:
    return dtype in (schemas.INSTANT, LIST, NUMBERS, pl.Boolean())


def _read(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == schemas.INSTANT:  # the session's zone is UTC: every instant ends in +00
        return column.str.head(-3).str.to_datetime(READ_FORMAT, time_unit="us").dt.replace_time_zone("UTC")
    if dtype in (LIST, NUMBERS):
        # The text of a list without members is empty, and null stays null.
        members = column.str.split(BETWEEN).list.filter((pl.element() != "") | (pl.element().len() > 1))
        return members.cast(dtype)
    return column == "t"


def _selected(column: sql.Composable, dtype: pl.DataType) -> sql.Composable:
    return sql.SQL("array_to_string({}, chr(31))").format(column) if dtype in (LIST, NUMBERS) else column


def _written(name: str, dtype: pl.DataType) -> pl.Expr:
    quoted = '"' + pl.element().str.replace_all(r"([\\\"])", r"\$1") + '"'
    members = pl.col(name).list.eval(quoted) if dtype == LIST else pl.col(name).cast(LIST)
    return ("{" + members.list.join(",") + "}").alias(name)
