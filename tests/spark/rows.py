"""Tables of the cluster beside those of one machine."""

import polars as pl
from polars.testing import assert_frame_equal
from pyspark.sql import DataFrame


def collected(table: DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """A table of Spark as a frame."""
    frame = pl.from_arrow(table.toArrow())
    assert isinstance(frame, pl.DataFrame)
    return frame.cast(schema)


def assert_same_rows(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """The same rows as often, in any order."""
    assert_frame_equal(in_order(found), in_order(expected))


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows sorted by all that they say; a list counts as its text."""
    lists = [pl.col(name).list.join("\x1f") for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(lists).sort(frame.columns)
