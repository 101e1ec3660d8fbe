"""Parquet → typed rows. A column is text, whole number, truth, date, time or list of text; nothing else is read."""

from pathlib import Path
from typing import Final

import polars as pl

from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.table import check_header, tidy

MAGIC: Final = b"PAR1"
DAMAGED: Final = "The file is damaged or cut off: write it again."
READ: Final = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Categorical, pl.Enum)


def read_parquet(path: Path, issues: Issues, *, columns: set[str] | None = None) -> tuple[pl.DataFrame, bool]:
    """Rows and #row (the first is 1), and whether they are the file's cells as they stand, none of them made tidy.

    `columns` are those wanted (None: all); those not there are left out.

    Raises  InputRefused: no Parquet, damaged, a column of a type that cannot be a cell.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            issues.add("not a Parquet file.", "Name the file after what it is, or write it as Parquet.")
            issues.refuse()
    try:
        schema = pl.read_parquet_schema(path)
        check_header(list(schema), issues, row=0)
        wanted = [name for name in schema if columns is None or name in columns]
        _check_types({name: schema[name] for name in wanted}, issues)
        rows = pl.read_parquet(path, columns=wanted, glob=False, use_statistics=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as wrong:
        issues.add(f"cannot be read as Parquet ({type(wrong).__name__}).", DAMAGED)
        issues.refuse()
    texts = [pl.col(name).cast(pl.String) for name in wanted if isinstance(schema[name], pl.Categorical | pl.Enum)]
    rows = rows.with_columns(*texts, pl.int_range(1, rows.height + 1, dtype=pl.Int64).alias(ROW))
    tidied = tidy(rows, issues)
    return tidied, tidied is rows and not texts


def _check_types(schema: dict[str, pl.DataType], issues: Issues) -> None:
    for name, dtype in schema.items():
        is_list = isinstance(dtype, pl.List) and dtype.inner == pl.String
        if not (dtype in READ or dtype.is_integer() or is_list):
            issues.add(
                f"of type {dtype}, which no cell has.", "Write it as text, whole number, date or time.", column=name
            )
    issues.refuse()
