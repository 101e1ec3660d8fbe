"""An archive of events: added to, verified, and judged in parts as the whole is."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backtest.late import with_late_and_corrected
from tests.story import RULEBOOK
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.core.backtest.history import split_by_reach
from zhunsheng.core.backtest.linked import linked_groups
from zhunsheng.core.judge import judge
from zhunsheng.core.schemas import EVENTS
from zhunsheng.files.archive import BYTES_PER_EVENT, FIXED_BYTES, ArchiveRefused, append, read_parts, verify

Told = tuple[str | None, str | None, str]
told = st.tuples(
    st.sampled_from([None, "A1", "A2", "A3", "A4", "A5"]),
    st.sampled_from([None, "J1", "J2", "J3", "J4", "J5"]),
    st.integers(0, 20).map(lambda n: f"e{n:02}"),
).filter(lambda row: row[0] or row[1])
"""The case and the incident that an event names, and which event it is: told again it is corrected."""


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


@given(st.lists(told, min_size=1, max_size=30), st.integers(1, 4), st.integers(1, 12))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_judged_together_is_read_together_however_late_it_turns_out(
    tmp_path: Path, rows: list[Told], appends: int, most: int
) -> None:
    """Cases and incidents that name each other, and corrections that take an event elsewhere, in several appends: every
    event is read once, and none in another piece than what hangs together with it."""
    events = as_events(rows)
    folder = tmp_path / f"{uuid4()}"
    size = -(-events.height // appends)
    for part in events.iter_slices(size):
        append(part, folder, parts=3)
    pieces = list(read_parts(folder, memory_bytes=FIXED_BYTES + most * BYTES_PER_EVENT))
    read = pl.concat([piece.with_columns(piece=pl.lit(n)) for n, piece in enumerate(pieces)])
    assert read.drop("piece").sort("recorded_at").equals(events.sort("recorded_at"))
    groups = events.select("recorded_at").with_columns(group=pl.Series(linked_groups(events, by_person=False)))
    split = read.join(groups, on="recorded_at").group_by("group").agg(pl.col("piece").n_unique())
    assert split["piece"].max() == 1


def as_events(rows: list[Told]) -> pl.DataFrame:
    """Rows of case, incident and the event that is told (or told again), one a minute."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    seen: Counter[str] = Counter()
    events = []
    for n, (case, incident, event) in enumerate(rows):
        seen[event] += 1
        moment = start + timedelta(minutes=n)
        fixed = {"source": "s", "id": event, "version": seen[event], "void": False, "type": "case.filed"}
        about = {"case": case, "incident": incident, "at": moment, "at_precision": "minute", "recorded_at": moment}
        events.append(dict.fromkeys(EVENTS) | fixed | about)
    return pl.DataFrame(events, schema=EVENTS, orient="row")


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
