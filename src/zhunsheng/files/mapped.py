"""Rows of another system, read through a mapping → rows under the names of the event table."""

from itertools import cycle
from typing import Final

import polars as pl

from zhunsheng.files.facts import PREFIX, SEPARATOR
from zhunsheng.files.mapping import PLACEHOLDER, ROW_NUMBER, Block, Cell, Mapping
from zhunsheng.files.refusal import ROW, Issues

MOMENTS: Final = ("at", "until", "recorded_at")


def map_rows(rows: pl.DataFrame, mapping: Mapping, issues: Issues) -> pl.DataFrame:
    """One event for each row and [[event]] whose `when` holds and whose `at` is not empty.

    Takes   columns of the file (text, null = empty, or typed) and #row.
    Returns text columns named like the event table and fact.<id>, and #row. Raises InputRefused for a missing column.
    """
    for name in sorted((mapping.columns or set()) - set(rows.columns)):
        issues.add("the column is missing.", "Correct the mapping, or name the right file.", column=name)
    issues.refuse()
    parts = [_block(rows, block, mapping, issues) for block in mapping.blocks]
    return pl.concat(parts, how="diagonal")


def _block(rows: pl.DataFrame, block: Block, mapping: Mapping, issues: Issues) -> pl.DataFrame:
    for name, allowed in block.when.items():
        if isinstance(allowed, bool):
            rows = rows.filter(pl.col(name).is_not_null() == allowed)
        else:
            rows = rows.filter(pl.col(name).cast(pl.String).fill_null("").is_in(list(allowed)))
    at = block.cells["at"]
    if len(at.columns) == 1:
        rows = rows.filter(pl.col(at.columns[0]).is_not_null())
    columns = {ROW: rows[ROW], "type": _value(rows, block.type, issues)}
    for name, cell in block.cells.items():
        columns[name] = _moment(rows, cell) if name in MOMENTS else _value(rows, cell, issues)
    for name, cell in block.facts.items():
        columns[PREFIX + name] = _value(rows, cell, issues)
    for name, precision in block.precisions.items():
        columns[f"{name}_precision"] = pl.Series([precision] * rows.height, dtype=pl.String)
    mapped = pl.DataFrame(columns)
    if "officers" in mapped.columns and mapping.officers_separator != SEPARATOR:
        mapped = mapped.with_columns(
            pl.col("officers").str.replace_all(mapping.officers_separator, SEPARATOR, literal=True)
        )
    return mapped


def _moment(rows: pl.DataFrame, cell: Cell) -> pl.Series:
    """A column of dates or datetimes keeps its type; the reader of times knows what it states."""
    names = cell.columns
    if len(names) == 1 and cell.template == f"{{{names[0]}}}":
        return rows[names[0]]
    return rows.select(_text(rows, cell)).to_series()


def _value(rows: pl.DataFrame, cell: Cell, issues: Issues) -> pl.Series:
    """The text of a cell in every row, its words turned into ours."""
    if cell.constant is not None:
        return pl.Series([cell.constant] * rows.height, dtype=pl.String)
    texts = rows.select(_text(rows, cell)).to_series()
    if not cell.words:
        return texts
    values = texts.replace_strict(
        list(cell.words), list(cell.words.values()), default=cell.other, return_dtype=pl.String
    )
    unknown = values.is_null() & texts.is_not_null()
    text = "a word that the mapping does not list."
    issues.where(unknown, rows[ROW], cell.columns[0], text, "List it under `values`, or state `other`.", values=texts)
    return values if cell.other is None else pl.select(pl.when(texts.is_not_null()).then(values)).to_series()


def _text(rows: pl.DataFrame, cell: Cell) -> pl.Expr:
    """A template filled in; empty where any of its columns is."""
    parts = [
        _column(rows, part) if is_name else pl.lit(part)
        for is_name, part in zip(cycle([False, True]), PLACEHOLDER.split(cell.template), strict=False)
        if part
    ]
    return pl.concat_str(parts, ignore_nulls=False)


def _column(rows: pl.DataFrame, name: str) -> pl.Expr:
    if name == ROW_NUMBER and name not in rows.columns:
        return pl.col(ROW).cast(pl.String)
    dtype = rows.schema[name]
    if isinstance(dtype, pl.List):
        return pl.col(name).list.join(SEPARATOR)
    return pl.col(name).cast(pl.String)
