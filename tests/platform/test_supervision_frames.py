"""Rows as frames."""

import gc
from typing import Any

import polars as pl
import pytest
from psycopg import sql

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision.frames import copied_out

ROWS = 20_000
SCHEMA = pl.Schema({"n": pl.Int64(), "text": pl.String()})


@pytest.fixture
def collections() -> Any:
    """The generations that the garbage collector looked through, since it was turned on."""
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def test_many_rows_are_read_without_a_walk_through_all_objects_of_the_process(db: None, collections: list[int]) -> None:
    """A supervisor reads some hundred thousand rows a minute. Every 700 objects that stay are a collection, every
    hundredth of these looks through all that was ever loaded, a tenth of a second during which no thread goes on."""
    del db
    query = sql.SQL("SELECT n, 'row ' || n FROM generate_series(1, {}) AS n").format(sql.Literal(ROWS))
    with as_process("test"):
        collections.clear()
        rows = copied_out(query, SCHEMA)
        during = list(collections)
    assert rows.height == ROWS
    assert rows.row(-1) == (ROWS, f"row {ROWS}")
    assert len(during) < 5  # held until they are joined they gave 28


def test_no_rows_are_an_empty_frame_with_its_columns(db: None) -> None:
    del db
    with as_process("test"):
        rows = copied_out(sql.SQL("SELECT 1, 'text' WHERE false"), SCHEMA)
    assert (rows.height, rows.schema) == (0, SCHEMA)
