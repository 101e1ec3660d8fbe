"""What every table of text must fulfil, whichever format it came in."""

from typing import Final

import polars as pl

from zhunsheng.files.refusal import ROW, Issues

MOST_COLUMNS: Final = 1000
LONGEST_CELL: Final = 100_000
SAMPLE: Final = 100_000
"""Rows that say whether the values of a column repeat."""
FEW: Final = 0.95
"""The share of different values below which each is looked at once."""


def check_header(header: list[str], issues: Issues, *, row: int) -> None:
    """Names that are there, differ, and are not too many. Raises InputRefused."""
    if len(header) > MOST_COLUMNS:
        issues.add(f"{len(header)} columns; at most {MOST_COLUMNS}.", "Export the columns that are needed.", row=row)
        issues.refuse()
    for place, name in enumerate(header, 1):
        if not name.strip():
            issues.add(f"column {place} has no name.", "Name every column, or remove the empty ones.", row=row)
        elif name != name.strip() or not name.isprintable():
            issues.add(
                f"the name of column {place} has blanks or control characters around it.", "Remove them.", row=row
            )
        elif name.startswith("#"):
            issues.add(f"the name of column {place} begins with #.", "Rename it.", row=row)
    for name in sorted({name for name in header if header.count(name) > 1}):
        issues.add("the column is there twice.", "Rename or remove one.", row=row, column=name)
    issues.refuse()


def tidy(rows: pl.DataFrame, issues: Issues) -> pl.DataFrame:
    """Cells without surrounding blanks, empty ones null; refuses a repeated header, NUL and immense cells.

    Returns `rows` itself where they are tidy already.
    """
    names = [name for name in rows.columns if name != ROW and rows.schema[name] == pl.String]
    names = [name for name in names if rows[name].null_count() < rows.height]
    if not names:
        return rows
    values = _values(rows.select(names))
    untidy = _those(values, (pl.all().str.strip_chars() != pl.all()) | (pl.all() == ""))
    if untidy:
        stripped = {name: pl.col(name).str.strip_chars() for name in untidy}
        rows = rows.with_columns(pl.when(text != "").then(text).alias(name) for name, text in stripped.items())
        values |= {name: rows[name] for name in untidy}
    again = rows.filter(pl.col(name) == name for name in names[:1]).filter(pl.col(name) == name for name in names)
    if again.height:
        every = pl.Series([True] * again.height)
        issues.where(every, again[ROW], names[0], "the header again.", "Two files were joined: keep one header.")
    _refuse_cells(rows, values, issues)
    return rows


def _values(texts: pl.DataFrame) -> dict[str, pl.Series]:
    """What stands in each column: every value once where they are seen to repeat, else the column."""
    some = {name: texts[name].head(SAMPLE).drop_nulls() for name in texts.columns}
    few = [name for name, sample in some.items() if sample.n_unique() < len(sample) * FEW]
    once = texts.select(pl.col(name).unique().implode() for name in few)
    return {name: once[name].explode() if name in few else texts[name] for name in texts.columns}


def _those(values: dict[str, pl.Series], wrong: pl.Expr) -> list[str]:
    """The columns of which any value is wrong."""
    return [name for name, column in values.items() if column.to_frame().select(wrong.any()).item()]


def _refuse_cells(rows: pl.DataFrame, values: dict[str, pl.Series], issues: Issues) -> None:
    faults = {
        "a NUL character.": (pl.all().str.find("\0", literal=True).is_not_null(), "Remove it where the file is made."),
        f"a cell of more than {LONGEST_CELL} bytes.": (
            pl.all().str.len_bytes() > LONGEST_CELL,
            "Is a quote left open?",
        ),
    }
    for text, (is_wrong, remedy) in faults.items():
        for name in _those(values, is_wrong):
            bad = rows.select(name).select(is_wrong).to_series().fill_null(value=False)
            issues.where(bad, rows[ROW], name, text, remedy)
    issues.refuse()
