"""Points of ended cases on a cluster: the ledger group by group of cases, then the sums of each holder."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from zhunsheng.core import schemas
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.from_events import WORK, case_facts
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.taint import taint_of
from zhunsheng.scale.frames import arrow_schema, batches_of, frame_of, spark_schema
from zhunsheng.scale.groups import GROUP, with_groups

Task = Callable[[pa.Table, pa.Table], pa.Table]
BUCKET, OF_CASE = "bucket", "bucket_of_case"


class CannotSum(ValueError):
    """A policy counts something that no group of cases knows by itself."""


@dataclass(frozen=True)
class PointsQuestion:
    """What is asked: the cases that ended from `begins` on and before `ends`, and by which policies."""

    policies: tuple[Policy, ...]
    known: FactList
    rules: pl.DataFrame  # core.points.from_events, rules_of_facts
    officers: pl.DataFrame  # columns officer, unit.kind, officer.post
    weights: pl.DataFrame  # tables.WEIGHTS
    zone: str
    begins: datetime
    ends: datetime


def ledger_and_sums(events: DataFrame, findings: DataFrame, asked: PointsQuestion, tasks: int) -> dict[str, DataFrame]:
    """The rows that the policies post for ended cases (tables.LEDGER), and their sums by policy, holder, period and
    entry.

    Takes   events: schemas.EVENTS; findings: schemas.FINDINGS, all that was found of their cases.
    Raises  CannotSum.
    """
    _refuse_flags(asked)
    bucket = (f.crc32(f.col(GROUP).cast("binary")) % tasks).cast("long")
    grouped = with_groups(events).withColumn(BUCKET, bucket).persist()
    cases = grouped.where(f.col("case").isNotNull()).select("case", f.col(BUCKET).alias(OF_CASE)).distinct()
    own = grouped.select(*map(f.col, (BUCKET, *schemas.EVENTS.names()))).groupBy(BUCKET)
    found = findings.join(cases, "case").select(*map(f.col, (OF_CASE, *schemas.FINDINGS.names()))).groupBy(OF_CASE)
    rows = own.cogroup(found).applyInArrow(posting(asked), spark_schema(t.LEDGER)).persist()
    sums = rows.groupBy("policy", "holder", "period", "entry").agg(
        *(f.sum(name).alias(name) for name in ("amount", "kept", "judged")), f.count("*").alias("rows")
    )
    return {"ledger": rows, "sums": sums}


def posting(asked: PointsQuestion) -> Task:
    """Post what whole groups of cases earn and cost: events and findings → tables.LEDGER."""

    def task(events: pa.Table, findings: pa.Table) -> pa.Table:
        facts = case_facts(
            frame_of(events.to_batches(), schemas.EVENTS),
            frame_of(findings.to_batches(), schemas.FINDINGS),
            asked.rules,
            asked.officers,
            begins=asked.begins,
            ends=asked.ends,
        )
        rows = ledger(facts, asked.policies, asked.known, weights=asked.weights, zone=asked.zone)
        return pa.Table.from_batches(list(batches_of(rows)), schema=arrow_schema(t.LEDGER))

    return task


def _refuse_flags(asked: PointsQuestion) -> None:
    """What counts once a period for a holder cannot be told from one group of his cases."""
    of_cases = {WORK, *asked.rules["fact"]}
    for policy in asked.policies:
        for entry in policy.entries:
            facts = {fact.name for fact in taint_of(entry.fact, asked.known, policy.derived).facts}
            if entry.measure == "flag" and facts & of_cases:
                raise CannotSum(
                    f"{policy.version}: {entry.id} counts {entry.fact} once a period, which no group of cases knows by "
                    "itself. Post it on one machine, or count it."
                )
