"""How long a city takes on one machine and on Spark, and how much of that is for starting at all."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
from pyspark.sql import SparkSession

from zhunsheng.city.make import generate
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.scale.check import Question, check, read_events


def measured(
    start: Callable[[], SparkSession], rulebook: Rulebook, folder: Path, *, cases: int, seed: int, at_once: int
) -> dict[str, float]:
    """Seconds from the events as Parquet to the three tables as Parquet: on one machine (`local`), on Spark without its
    start (`spark`), and its start (`start`); how many `events`, and how many `cores` Spark had.

    Both have judged a small city before, so that no compiler and no cold process is in the figures but `start`.
    """
    few, many = (_written(folder, count, seed, rulebook) for count in (min(cases, 300), cases))
    as_of = _last(many)
    _locally(few, rulebook, as_of, folder / "local-few")
    local = _seconds(lambda: _locally(many, rulebook, as_of, folder / "local"))
    begun = time.perf_counter()
    with start() as spark:
        started = time.perf_counter() - begun
        first = _seconds(lambda: _on_spark(spark, few, Question(rulebook, as_of, at_once=at_once), folder / "few"))
        whole = _seconds(lambda: _on_spark(spark, many, Question(rulebook, as_of, at_once=at_once), folder / "spark"))
        cores = spark.sparkContext.defaultParallelism
    events = pl.scan_parquet(many).select(pl.len()).collect().item()
    return {"events": events, "cores": cores, "start": started + first, "local": local, "spark": whole}


def _written(folder: Path, cases: int, seed: int, rulebook: Rulebook) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"events-{cases}.parquet"
    generate(cases, seed, rulebook.vocabulary, rulebook.calendar).events.write_parquet(path)
    return path


def _locally(events: Path, rulebook: Rulebook, as_of: datetime, out: Path) -> None:
    judged = judge(pl.read_parquet(events), rulebook, as_of=as_of)
    out.mkdir()
    for name in ("clocks", "verdicts", "findings"):
        getattr(judged, name).write_parquet(out / f"{name}.parquet")


def _on_spark(spark: SparkSession, events: Path, asked: Question, out: Path) -> None:
    for name, table in check(read_events(spark, str(events)), asked).items():
        table.write.parquet(str(out / name))
    spark.catalog.clearCache()


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _last(events: Path) -> datetime:
    latest = pl.scan_parquet(events).select(pl.col("at").max()).collect().item()
    assert isinstance(latest, datetime)  # a city has events
    return latest
