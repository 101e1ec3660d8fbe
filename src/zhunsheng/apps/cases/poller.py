"""The poller: reads a view of another system's database, from a watermark on, and records what is new.

The watermark moves in the transaction that records the rows. Rows that the other side commits late, with an earlier
watermark, are caught by reading an overlap again: what is recorded already is known and changes nothing.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
import sqlalchemy as sa

from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import Receipt, record_events
from zhunsheng.apps.cases.models import Source, SourceProgress
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.events import to_events
from zhunsheng.files.mapped import map_rows
from zhunsheng.files.mapping import Mapping, load_mapping
from zhunsheng.files.refusal import ROW, InputRefused, Issues

ROWS_AT_ONCE: Final = 5_000
KEYS: Final = {"view", "watermark", "overlap_seconds", "mapping"}


class PollerRefused(ValueError):
    """The description of a view cannot be used, or its rows cannot be read; what, and what to do."""


@dataclass(frozen=True)
class View:
    """A view to read: its name, the column that grows with every change, and how its rows become events."""

    name: str
    watermark: str
    overlap: timedelta
    mapping: Mapping


def load_view(path: Path, vocabulary: Vocabulary) -> View:
    """Read the description of a view: TOML with view, watermark, overlap_seconds and the path of a mapping.

    Raises  PollerRefused, MappingRefused, OSError.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    if table.keys() != KEYS:
        raise PollerRefused(f"{path.name}：应恰好有 {', '.join(sorted(KEYS))}，现有 {', '.join(sorted(table))}。")
    mapping = load_mapping(path.parent / table["mapping"], vocabulary)
    return View(table["view"], table["watermark"], timedelta(seconds=table["overlap_seconds"]), mapping)


def poll(*, source: Source, engine: sa.Engine, view: View, vocabulary: Vocabulary) -> list[Receipt]:
    """Record everything from the watermark on, a batch at a time; each batch moves the watermark.

    Raises  PollerRefused if a row cannot be read: the watermark then stays before its batch.
    """
    receipts: list[Receipt] = []
    for rows in _batches(engine, view, since=_since(source, view)):
        events = _events(rows, source, view, vocabulary)
        with as_source(source.id):
            receipts.append(record_events(events, recorder=f"source:{source.id}", second_person=source.second_person))
            _advance(source, rows[view.watermark].max())
    return receipts


def _since(source: Source, view: View) -> datetime | None:
    progress = SourceProgress.objects.filter(source=source).first()
    return progress.watermark - view.overlap if progress else None


def _batches(engine: sa.Engine, view: View, *, since: datetime | None) -> Iterator[pl.DataFrame]:
    table = sa.table(view.name)
    column: sa.ColumnClause[Any] = sa.column(view.watermark)
    query = sa.select(sa.text("*")).select_from(table).order_by(column)
    if since is not None:
        query = query.where(column >= since)
    # A server-side cursor: a backlog of years does not come into memory at once.
    with engine.connect().execution_options(stream_results=True, max_row_buffer=ROWS_AT_ONCE) as connection:
        result = connection.execute(query)
        names = list(result.keys())
        first = 1
        for part in result.partitions(ROWS_AT_ONCE):
            frame = pl.DataFrame([tuple(row) for row in part], schema=names, orient="row", infer_schema_length=None)
            yield frame.with_columns(pl.int_range(first, first + frame.height, dtype=pl.Int64).alias(ROW))
            first += frame.height


def _events(rows: pl.DataFrame, source: Source, view: View, vocabulary: Vocabulary) -> pl.DataFrame:
    issues = Issues(view.name)
    try:
        named = map_rows(rows, view.mapping, issues)
        clockwork = view.mapping.clockwork(vocabulary.zone)
        events = to_events(named, vocabulary, clockwork, issues, source=source.id).events
    except InputRefused as problem:
        raise PollerRefused(f"{view.name} 的内容读不懂，水位停在这一批之前：\n{problem}") from problem
    return events.drop(ROW).with_columns(source=pl.lit(source.id))


def _advance(source: Source, watermark: Any) -> None:
    if not isinstance(watermark, datetime):
        raise PollerRefused(f"水位列应为时间，现为 {type(watermark).__name__}。请指明另一列。")
    reached = watermark if watermark.tzinfo else watermark.replace(tzinfo=UTC)
    SourceProgress.objects.update_or_create(source=source, defaults={"watermark": reached, "at": clock.now()})
