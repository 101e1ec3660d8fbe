"""The same as core.backtest, day by day: everything is judged anew at the end of each day."""

from typing import Final

import polars as pl

from zhunsheng.core.backtest.days import Days
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import finding_keys
from zhunsheng.core.judge import judge
from zhunsheng.core.standing import within_persons

ABOUT: Final = ("rule", "case", "incident", "subject", "person", "epoch", "kind", "level", "found_at")
SAID: Final = ("key", "from_day", "to_day", *ABOUT)


def said_day_by_day(events: pl.DataFrame, rulebook: Rulebook, days: Days) -> pl.DataFrame:
    """Every finding with the days on which it stands without a break."""
    own = within_persons(rulebook)
    tables = [_of_day(events, own, days, n) for n in range(-1, len(days))]
    every = pl.concat(tables).sort("key", "day")
    begins = (pl.col("key") != pl.col("key").shift(1)) | (pl.col("day") != pl.col("day").shift(1) + 1)
    spans = every.with_columns(span=begins.fill_null(value=True).cum_sum())
    told = spans.group_by("span", maintain_order=True).agg(
        pl.col("key", *ABOUT).first(), from_day=pl.col("day").min(), to_day=pl.col("day").max()
    )
    return told.select(SAID).sort("key", "from_day")


def _of_day(events: pl.DataFrame, rulebook: Rulebook, days: Days, n: int) -> pl.DataFrame:
    end = days.end(n)
    findings = judge(events, rulebook, as_of=end, known_at=end).findings
    keyed = findings.with_columns(finding_keys(findings).alias("key"), day=pl.lit(n, dtype=pl.Int64))
    return keyed.select("key", "day", *ABOUT).unique("key", keep="first", maintain_order=True)
