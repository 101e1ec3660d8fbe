"""An archive of events: added to, verified, and judged in parts as the whole is."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.backtest.late import with_late_and_corrected
from tests.story import RULEBOOK
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.core.backtest.history import split_by_reach
from zhunsheng.core.judge import judge
from zhunsheng.files.archive import BYTES_PER_EVENT, FIXED_BYTES, ArchiveRefused, append, read_parts, verify


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    """Sixty cases, corrected here and there; one correction takes an event to another case."""
    book = load_rulebook(RULEBOOK)
    events = with_late_and_corrected(generate(60, 3, book.vocabulary, book.calendar).events, 0.05, 3)
    moved = events.filter(pl.col("case").is_not_null())[[5]]
    elsewhere = events.filter((pl.col("case") != moved["case"][0]).fill_null(value=False))["case"][0]
    again = moved.with_columns(
        version=pl.lit(900, dtype=pl.Int64),
        case=pl.lit(elsewhere),
        recorded_at=pl.col("recorded_at") + timedelta(days=2),
    )
    return pl.concat([events, again]).sort("recorded_at")


def test_in_parts_it_is_judged_as_the_whole_is(log: pl.DataFrame, tmp_path: Path) -> None:
    """Written in two appends, read in parts of at most two hundred events: the same findings, row for row."""
    half = log["recorded_at"][log.height // 2]
    assert append(log.filter(pl.col("recorded_at") <= half), tmp_path / "a", parts=4).known == 0
    added = append(log, tmp_path / "a")
    assert added.rows + added.known == log.height
    assert verify(tmp_path / "a") == log.height
    book, _ = split_by_reach(load_rulebook(RULEBOOK))
    as_of = log["at"].max()
    parts = list(read_parts(tmp_path / "a", memory_bytes=FIXED_BYTES + 200 * BYTES_PER_EVENT))
    assert len(parts) > 4
    found = pl.concat([judge(part, book, as_of=as_of).findings for part in parts])  # type: ignore[arg-type]
    whole = judge(log, book, as_of=as_of).findings  # type: ignore[arg-type]
    columns = [name for name, dtype in whole.schema.items() if dtype != pl.List(pl.String())]
    assert found.sort(columns).equals(whole.sort(columns))


def test_said_twice_it_is_there_once(log: pl.DataFrame, tmp_path: Path) -> None:
    append(log, tmp_path / "a")
    assert append(log, tmp_path / "a").rows == 0
    assert verify(tmp_path / "a") == log.height


def test_a_changed_a_missing_and_a_strange_file_are_named(log: pl.DataFrame, tmp_path: Path) -> None:
    append(log, tmp_path / "a", parts=2)
    file = min((tmp_path / "a").rglob("0001.parquet"))
    content = file.read_bytes()
    file.write_bytes(content[:-9] + b"x" + content[-8:])
    with pytest.raises(ArchiveRefused, match=r"0001.parquet: not as it was written"):
        verify(tmp_path / "a")
    file.rename(file.with_name("0009.parquet"))
    with pytest.raises(ArchiveRefused, match=r"0001.parquet: missing"):
        verify(tmp_path / "a")
    file.write_bytes(content)
    with pytest.raises(ArchiveRefused, match=r"0009.parquet: not in the manifest"):
        verify(tmp_path / "a")


def test_what_is_no_archive_and_what_says_no_time_is_refused(log: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="no manifest"):
        verify(tmp_path)
    silent = log.head(1).with_columns(recorded_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    with pytest.raises(ArchiveRefused, match="when it was recorded"):
        append(silent, tmp_path / "a")
