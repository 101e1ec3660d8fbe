"""Points on a cluster: the ledger that one machine posts, and its sums."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession

from tests.points.book import facts
from tests.points.ledger_story import SHANGHAI, shipped
from tests.spark.rows import assert_same_rows, collected
from tests.spark.world import last
from tests.story import law
from zhunsheng.core.judge import judge
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.from_events import case_facts, rules_of_facts
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.scale.check import read_events
from zhunsheng.scale.points import CannotSum, PointsQuestion, ledger_and_sums

BEGINS, ENDS = (datetime(2026, month, 1, tzinfo=SHANGHAI) for month in (2, 4))
SUMS = pl.Schema(
    {
        **{name: t.LEDGER[name] for name in ("policy", "holder", "period", "entry", "amount", "kept", "judged")},
        "rows": pl.Int64(),
    }
)


def policy() -> Policy:
    """The shipped policy, in force from the first day of the year."""
    return replace(shipped(), in_force=date(2026, 1, 1))


def question(events: pl.DataFrame, *policies: Policy) -> PointsQuestion:
    """Everybody is a case officer of a station; every kind of case takes ten hours."""
    book = law()
    ids = [*(rule.id for rule in book.rules), *(check.id for check in book.checks)]
    officers = events.select(officer=pl.col("officers").explode()).drop_nulls().unique()
    kinds = pl.DataFrame({"case.type": ["criminal", "administrative", "traffic_accident", "traffic_violation"]})
    units = events.select("unit").drop_nulls().unique()
    return PointsQuestion(
        policies=policies,
        known=facts(),
        rules=rules_of_facts(facts(), ids, {check.code: check.id for check in book.checks}),
        officers=officers.with_columns(
            pl.lit("station").alias("unit.kind"), pl.lit("case_officer").alias("officer.post")
        ),
        weights=units.join(kinds, how="cross")
        .with_columns(year=pl.lit(2026, pl.Int32), minutes=pl.lit(600, pl.Int64))
        .select(t.WEIGHTS.names()),
        zone=book.vocabulary.zone,
        begins=BEGINS,
        ends=ENDS,
    )


def test_a_cluster_posts_what_one_machine_posts(
    spark: SparkSession, log: Path, events: pl.DataFrame, tmp_path: Path
) -> None:
    """The rows of the ledger and their sums, with a correction that took an event to another case."""
    asked = question(events, policy())
    findings = judge(events, law(), as_of=last(events)).findings
    findings.write_parquet(tmp_path / "findings.parquet")
    found = case_facts(events, findings, asked.rules, asked.officers, begins=BEGINS, ends=ENDS)
    expected = ledger(found, asked.policies, asked.known, weights=asked.weights, zone=asked.zone)
    assert expected["amount"].sum() > 0
    assert expected["judged"].sum() > 0
    on_spark = ledger_and_sums(read_events(spark, str(log)), spark.read.parquet(str(tmp_path)), asked, 4)
    assert_same_rows(collected(on_spark["ledger"], t.LEDGER), expected)
    sums = expected.group_by("policy", "holder", "period", "entry").agg(
        pl.col("amount", "kept", "judged").sum(), rows=pl.len().cast(pl.Int64)
    )
    assert_same_rows(collected(on_spark["sums"], SUMS), sums.select(SUMS.names()))


def test_what_counts_once_a_period_is_refused(spark: SparkSession, log: Path, events: pl.DataFrame) -> None:
    """The work on a case, paid once a month whatever the number of cases: no group of cases knows of the others."""
    first = policy().entries[0]
    once = replace(policy(), entries=(replace(first, measure="flag"),))
    table = read_events(spark, str(log))
    with pytest.raises(CannotSum, match="once a period"):
        ledger_and_sums(table, table, question(events, once), 4)
