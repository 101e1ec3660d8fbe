"""Events → clocks, verdicts and findings on a cluster: `repartition(key).mapInArrow(judge)`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from zhunsheng.core import schemas
from zhunsheng.core.checks.reach import Reads
from zhunsheng.core.clocks import Rulebook
from zhunsheng.files.archive import MANIFEST
from zhunsheng.scale.frames import TABLE, TABLES, TOLD, spark_schema
from zhunsheng.scale.groups import GROUP, with_groups
from zhunsheng.scale.plan import EVERYTHING, Plan, plan_of
from zhunsheng.scale.tasks import COPIES, Task, counting, judging, judging_by_key

AT_ONCE: Final = 100_000
"""Events that a task judges at once; they bound its memory (files.archive, BYTES_PER_EVENT)."""
LEAST_TASKS_PER_CORE: Final = 2


class CannotScale(ValueError):
    """The input cannot be judged on a cluster; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Question:
    """What is asked of the events."""

    rulebook: Rulebook
    as_of: datetime
    known_at: datetime | None = None
    at_once: int = AT_ONCE


def read_events(spark: SparkSession, place: str) -> DataFrame:
    """The events of a place that every executor reaches: an archive, or Parquet of schemas.EVENTS.

    Raises  CannotScale: nothing there, or not the columns of the event table.
    """
    files = _archived(spark, place) or [place]
    expected = spark_schema(schemas.EVENTS)
    try:
        actual = {field.name: field.dataType for field in spark.read.parquet(files[0]).schema}
    except AnalysisException as problem:
        raise CannotScale(f"{place}: no Parquet of events. Write one with ./zs archive add. ({problem})") from problem
    for field in expected:
        if actual.get(field.name) != field.dataType:
            raise CannotScale(
                f"{place}: column {field.name!r} is {actual.get(field.name, 'missing')}, not {field.dataType}. "
                "Bring the log into the event table with ./zs archive add."
            )
    return spark.read.schema(expected).parquet(*files)


def _archived(spark: SparkSession, place: str) -> list[str]:
    """The files of an archive that its manifest names; none where there is no manifest."""
    path = f"{place.rstrip('/')}/{MANIFEST}"
    if "://" not in place and not Path(path).is_file():
        return []
    try:
        rows = spark.read.text(path, wholetext=True).collect()
    except AnalysisException:
        return []
    return [f"{place.rstrip('/')}/{name}" for name in sorted(json.loads(rows[0][0])["files"])]


def check(
    events: DataFrame, question: Question, *, wrap: Callable[[Task], Task] = lambda task: task
) -> dict[str, DataFrame]:
    """Judge events (schemas.EVENTS) as `core.judge.judge` does: the same clocks, verdicts and findings, in no order.

    `wrap` goes around what a task does with its cases.
    """
    plan = plan_of(question.rulebook)
    tasks = tasks_for(events, question.at_once)
    grouped = with_groups(events).persist()
    parts = [_alone(grouped, plan, question, tasks, wrap)]
    if plan.by_key:
        parts.append(_by_key(grouped, plan, question, tasks))
    if plan.counting:
        parts.append(_counted(parts, plan, tasks))
    whole = reduce(DataFrame.union, parts)
    return {
        name: whole.where(f.col(TABLE) == name).select(*map(f.col, schema.names())) for name, schema in TABLES.items()
    }


def tasks_for(events: DataFrame, at_once: int) -> int:
    """How many tasks: so that each has about so many events, and every core has some."""
    cores: int = events.sparkSession.sparkContext.defaultParallelism
    return int(max(LEAST_TASKS_PER_CORE * cores, -(-events.count() // at_once)))


def _alone(grouped: DataFrame, plan: Plan, question: Question, tasks: int, wrap: Callable[[Task], Task]) -> DataFrame:
    """What rests on cases and incidents that name each other."""
    task = wrap(judging(plan.alone, as_of=question.as_of, known_at=question.known_at))
    own = grouped.repartition(tasks, GROUP).select(*map(f.col, schemas.EVENTS.names()))
    return own.mapInArrow(task, spark_schema(TOLD)).persist()


def _by_key(grouped: DataFrame, plan: Plan, question: Question, tasks: int) -> DataFrame:
    """What a check holds together by a key of its own."""
    task = judging_by_key(plan, buckets=tasks, as_of=question.as_of, known_at=question.known_at)
    copies = reduce(DataFrame.union, (_copies(grouped, key, plan.reads[key], tasks) for key in plan.by_key))
    return copies.repartition(tasks, "reach", "bucket").mapInArrow(task, spark_schema(TOLD)).persist()


def _copies(grouped: DataFrame, key: str, reads: Reads, buckets: int) -> DataFrame:
    """The events that the checks of a key read, in the bucket of each value that their group of cases names: COPIES.

    Also what may take them back (a correction may have another type), and what says to which case an incident belongs.
    """
    value = _value(key)
    keyed = grouped.where(f.col("type").isin(*reads.keyed)).select(GROUP, value.alias("value"))
    number = f.lit(0) if key == EVERYTHING else f.crc32(f.coalesce("value", GROUP).cast("binary")) % buckets
    at = keyed.select(GROUP, number.cast("long").alias("bucket")).distinct()
    read = f.col("type").isin(*reads.types) | (f.col("version") != 1) | f.col("incident").isNotNull()
    if reads.every_fact:
        read = read | f.col("facts").isNotNull()
    own = grouped.where(read).join(at, GROUP).withColumn("reach", f.lit(key))
    return own.select(*map(f.col, COPIES.names()))


def _value(key: str) -> Any:
    if key == EVERYTHING:
        return f.lit("")
    return f.explode_outer("officers") if key == "officer" else f.col(key)


def _counted(parts: Sequence[DataFrame], plan: Plan, tasks: int) -> DataFrame:
    """Checks that count the findings of all the others, unit by unit."""
    findings = reduce(DataFrame.union, parts).where(f.col(TABLE) == "findings")
    named = findings.where(f.col("unit").isNotNull()).select(*map(f.col, schemas.FINDINGS.names()))
    return named.repartition(tasks, "unit").mapInArrow(counting(plan.counting), spark_schema(TOLD)).persist()
