"""What a cluster finds is what one machine finds, row for row."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession

from tests.spark.killing import killing
from tests.spark.rows import assert_same_rows, collected
from tests.spark.world import last
from tests.story import law
from zhunsheng.cli import main
from zhunsheng.commands.outcome import RED
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.files.archive import append
from zhunsheng.scale.check import CannotScale, Question, check, read_events
from zhunsheng.scale.frames import TABLES

SMALL = 1_500
"""Events to judge at once: so few that every worker has several tasks."""
REACHING = {
    "officer.two-acts-at-once",
    "person.two-places-at-once",
    "place.waiting-room",
    "intake.alarm-registered",
    "unit.repeated-breaches",
}
"""Checks that hold together more than a case."""


def tables_of(judged: Judgement) -> Mapping[str, pl.DataFrame]:
    return {"clocks": judged.clocks, "verdicts": judged.verdicts, "findings": judged.findings}


def test_the_command_finds_what_one_machine_finds(log: Path, events: pl.DataFrame, tmp_path: Path) -> None:
    """Every rule and every check that is shipped, those that reach over cases included."""
    judged = judge(events, law(), as_of=last(events))
    assert set(judged.findings["rule"]) >= REACHING
    words = ["scale", "check", str(log), str(tmp_path / "out"), "--master", "local[2]"]
    words += ["--as-of", last(events).isoformat(), "--conf", "spark.sql.shuffle.partitions=4"]
    assert main(words) == RED
    for name, expected in tables_of(judged).items():
        assert_same_rows(pl.read_parquet(tmp_path / "out" / name / "*.parquet").cast(TABLES[name]), expected)


def test_with_an_executor_killed_a_cluster_finds_the_same(
    spark: SparkSession, events: pl.DataFrame, tmp_path: Path
) -> None:
    """From an archive, as it was known on a day. The executor dies with rows that it had judged and not handed over."""
    append(events, tmp_path / "archive", parts=3)
    as_of = last(events) - timedelta(days=60)
    asked = Question(law(), as_of, as_of - timedelta(days=1), SMALL)
    told = check(read_events(spark, str(tmp_path / "archive")), asked, wrap=killing(tmp_path / "killed"))
    judged = judge(events, law(), as_of=as_of, known_at=asked.known_at)
    for name, expected in tables_of(judged).items():
        assert_same_rows(collected(told[name], TABLES[name]), expected)
    assert (tmp_path / "killed").exists()


def test_what_is_no_event_table_is_refused(spark: SparkSession, events: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(CannotScale, match="no Parquet of events"):
        read_events(spark, str(tmp_path / "nowhere"))
    events.head(1).drop("unit").write_parquet(tmp_path / "short.parquet")
    with pytest.raises(CannotScale, match="column 'unit' is missing"):
        read_events(spark, str(tmp_path / "short.parquet"))
