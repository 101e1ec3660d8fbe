"""One file → its events, in this process. `read.py` does the same in a child process with limits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.csv_file import read_csv
from zhunsheng.files.duplicates import FILE, collapse
from zhunsheng.files.events import to_events
from zhunsheng.files.jsonl_file import read_jsonl
from zhunsheng.files.mapped import map_rows
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.parquet_file import read_parquet
from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.xes_file import read_xes
from zhunsheng.files.xlsx_file import read_xlsx

SUFFIXES: Final = (".csv", ".parquet", ".xlsx", ".jsonl", ".ndjson", ".xes", ".xes.gz")


@dataclass(frozen=True)
class Loaded:
    """The events of one file: schemas.EVENTS with #row; its rows, those that no [[event]] wanted, repetitions dropped.

    `is_canonical`: the file is Parquet and holds exactly these events, column for column.
    """

    events: pl.DataFrame
    rows_in: int
    rows_without_event: int = 0
    repeated: int = 0
    is_canonical: bool = False


def load_file(path: Path, *, vocabulary: Vocabulary, mapping: Mapping | None = None) -> Loaded:
    """Read a file whole. Raises InputRefused with every issue that could be told at once."""
    how = mapping or Mapping()
    issues = Issues(path.name, how.sheet)
    rows, are_as_stored = _rows(path, how, issues)
    named = map_rows(rows, how, issues) if how.blocks else rows
    clockwork = how.clockwork(vocabulary.zone)
    typed = to_events(named, vocabulary, clockwork, issues, source=how.source or _stem(path))
    events = typed.events
    kept = collapse(events.with_columns(pl.lit(path.name).alias(FILE))).drop(FILE)
    return Loaded(
        events=kept,
        rows_in=rows.height,
        rows_without_event=rows.height - (events[ROW].n_unique() if how.blocks else rows.height),
        repeated=events.height - kept.height,
        is_canonical=are_as_stored and typed.are_as_given and kept.height == rows.height,
    )


def load_table(path: Path) -> pl.DataFrame:
    """The rows of a table as they are: text (null = empty) and #row. Raises InputRefused."""
    return _rows(path, Mapping(), Issues(path.name))[0]


def suffix_of(path: Path) -> str | None:
    """The suffix by which a file is read, lower case; None where it is none of ours."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def _stem(path: Path) -> str:
    return path.name[: -len(suffix_of(path) or "")]


def _rows(path: Path, how: Mapping, issues: Issues) -> tuple[pl.DataFrame, bool]:
    """The rows of a file, and whether they are typed cells that stand in the file just so."""
    suffix = suffix_of(path)
    if suffix is None:
        issues.add("of no kind that can be read.", f"Use one of {', '.join(SUFFIXES)}.")
    elif not path.is_file():
        issues.add("there is no such file.", "Check the path.")
    issues.refuse()
    if suffix == ".parquet":
        return read_parquet(path, issues, columns=how.columns)
    return _text_rows(path, suffix, how, issues), False


def _text_rows(path: Path, suffix: str | None, how: Mapping, issues: Issues) -> pl.DataFrame:
    if suffix in (".xes", ".xes.gz"):
        return read_xes(path, issues, columns=how.columns)
    if suffix == ".xlsx":
        return read_xlsx(path, issues, sheet=how.sheet, header_row=how.header_row)
    if suffix in (".jsonl", ".ndjson"):
        return read_jsonl(path.read_bytes(), issues, encoding=how.encoding)
    return read_csv(
        path.read_bytes(), issues, delimiter=how.delimiter, encoding=how.encoding, header_row=how.header_row
    )
