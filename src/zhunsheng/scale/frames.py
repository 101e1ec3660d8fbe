"""Frames of Polars as tables of Spark and back, by way of Arrow."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl
import pyarrow as pa
from pyspark.sql import types as t

from zhunsheng.core import schemas

TABLES: Final[Mapping[str, pl.Schema]] = {
    "clocks": schemas.CLOCKS,
    "verdicts": schemas.VERDICTS,
    "findings": schemas.FINDINGS,
}
TABLE: Final = "table"
TOLD: Final = pl.Schema({TABLE: pl.String(), **schemas.CLOCKS, **schemas.VERDICTS, **schemas.FINDINGS})
"""Rows of all three tables: a task has one output. What a table has not is null; columns of one name have one type."""
BATCH: Final = 50_000
"""Rows that go from a task to Spark at once."""
OF_SPARK: Final[Mapping[Any, t.DataType]] = {
    pl.String(): t.StringType(),
    pl.Int64(): t.LongType(),
    pl.Int32(): t.IntegerType(),
    pl.Boolean(): t.BooleanType(),
    pl.Date(): t.DateType(),
    schemas.INSTANT: t.TimestampType(),
    pl.List(pl.String()): t.ArrayType(t.StringType()),
}
OF_ARROW: Final[Mapping[Any, pa.DataType]] = {
    pl.String(): pa.string(),
    pl.Int64(): pa.int64(),
    pl.Int32(): pa.int32(),
    pl.Boolean(): pa.bool_(),
    pl.Date(): pa.date32(),
    schemas.INSTANT: pa.timestamp("us", tz="UTC"),
    pl.List(pl.String()): pa.list_(pa.string()),
}


def spark_schema(schema: pl.Schema) -> t.StructType:
    """The same columns for Spark, each of which may be null."""
    return t.StructType([t.StructField(name, OF_SPARK[dtype]) for name, dtype in schema.items()])


def frame_of(batches: Iterable[pa.RecordBatch], schema: pl.Schema) -> pl.DataFrame:
    """The batches of a task as one frame; without any, an empty one.

    Raises  SchemaMismatch.
    """
    read = list(batches)
    if not read:
        return pl.DataFrame(schema=schema)
    frame = pl.from_arrow(pa.Table.from_batches(read))
    assert isinstance(frame, pl.DataFrame)  # a table is never a series
    return schemas.assert_schema(frame.select(schema.names()), schema, "rows of Spark")


def arrow_schema(schema: pl.Schema) -> pa.Schema:
    """The same columns as Arrow, of the types that Spark expects."""
    return pa.schema([(name, OF_ARROW[dtype]) for name, dtype in schema.items()])


def batches_of(frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    """A frame as batches of the types that Spark expects."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(arrow_schema(frame.schema))
    yield from table.to_batches(max_chunksize=BATCH)


def told(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Some of TABLES, one beneath the other, as TOLD."""
    parts = [frame.with_columns(pl.lit(name).alias(TABLE)) for name, frame in tables.items()]
    return pl.concat([pl.DataFrame(schema=TOLD), *parts], how="diagonal")
