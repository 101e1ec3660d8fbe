"""Checks that count findings: a unit with more than so many in a window."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.core import check as c
from zhunsheng.core import schemas
from zhunsheng.core.checks.events import Ints

ONE: Final = ("rule", "case", "incident", "subject", "epoch", "start_event")
ABOUT: Final = (*ONE, "event")


def count_findings(findings: pl.DataFrame, checks: Sequence[c.Check]) -> pl.DataFrame:
    """The verdicts of checks that count findings (schemas.FINDINGS), schemas.VERDICTS in canonical order."""
    tables = [_counted(findings, check, check.body) for check in checks if isinstance(check.body, c.Count)]
    tables = [table for table in tables if table.height]
    if not tables:
        return pl.DataFrame(schema=schemas.VERDICTS)
    return pl.concat(tables).sort(schemas.VERDICT_ORDER, nulls_last=False)


def _counted(findings: pl.DataFrame, check: c.Check, body: c.Count) -> pl.DataFrame:
    """One verdict for each finding with which its unit comes to have too many, having had no more than allowed with the
    one before. A clock counts once, with its first finding."""
    if not body.of_findings:
        return pl.DataFrame(schema=schemas.VERDICTS)
    columns = (*ABOUT, "unit", "found_at", "events", "cases")
    own = (
        findings.filter(pl.col("kind").is_in(body.of_findings) & pl.col("unit").is_not_null())
        .select(columns)
        .sort("unit", "found_at", *ABOUT, nulls_last=False)
        .unique(
            ["unit", "rule", "case", "incident", "subject", "epoch", "start_event"], keep="first", maintain_order=True
        )
        .with_row_index("row")
    )
    if own.is_empty():
        return pl.DataFrame(schema=schemas.VERDICTS)
    begins, first, place = _windows(own, body)
    is_over = place - first + 1 > body.at_most
    before = np.concatenate([[False], is_over[:-1]]) & (place > begins)
    over = np.flatnonzero(is_over & ~before)
    pairs = pl.DataFrame({"place": over, "row": [list(range(first[n], n + 1)) for n in over]}).explode("row")
    pairs = pairs.with_columns(pl.col("row").cast(pl.UInt32)).join(own, on="row")
    named = pl.when(pl.col("events").is_not_null()).then("events").otherwise(pl.concat_list("start_event"))
    belongs = (
        pl.when(pl.col("cases").is_not_null()).then("cases").otherwise(pl.concat_list(pl.coalesce("case", "incident")))
    )
    rested = (
        pairs.with_columns(named.alias("events"), belongs.alias("cases"))
        .group_by("place")
        .agg(
            pl.col("start_event").sort_by("row").first().alias("first_event"),
            pl.col("events").explode().drop_nulls().unique().sort(),
            pl.col("cases").explode().drop_nulls().unique().sort(),
        )
        .sort("place")
    )
    about = own[over]
    return about.select(
        pl.lit(check.id).alias("rule"),
        pl.lit(len(check.versions), dtype=pl.Int32).alias("rule_version"),
        pl.col("unit").alias("subject"),
        "case",
        pl.when(pl.col("case").is_null()).then("incident").alias("incident"),
        pl.lit(None, dtype=pl.String).alias("person"),
        "unit",
        pl.lit("unknown" if check.is_asking else "broken").alias("kind"),
        pl.lit(check.level).alias("level"),
        "found_at",
        pl.lit(None, dtype=schemas.INSTANT).alias("closed_at"),
        rested["first_event"].alias("start_event"),
        pl.coalesce("start_event", "event").alias("event"),
        rested["events"],
        rested["cases"],
        pl.lit("inferred" if check.is_asking else None, dtype=pl.String).alias("reason"),
    ).select(schemas.VERDICTS.names())


def _windows(own: pl.DataFrame, body: c.Count) -> tuple[Ints, Ints, Ints]:
    """For each finding the place of the first one of its unit, of the first one in its window, and its own."""
    unit = own["unit"].rle_id().to_numpy().astype(np.int64)
    at = own["found_at"].to_physical().to_numpy()
    place = np.arange(len(at))
    begins = np.searchsorted(unit, unit, side="left")
    if body.within is None:
        return begins, begins, place
    span = int(at.max() - at.min()) + body.within.us + 2
    line = unit * span + (at - at.min())  # one line on which units follow one another, farther apart than any window
    first = np.maximum(np.searchsorted(line, line - body.within.us, side="right"), begins)
    return begins, first, place
