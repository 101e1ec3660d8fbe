"""Boards: comparable groups, bands with intervals, per hundred cases; places only where a policy has a reason."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from zhunsheng.core.points import tables as t
from zhunsheng.core.points.bands import standings
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.schemas import assert_schema

MOST: Final = 10_000
LEAST_CASES: Final = 2


def score_interval(total: int | None, below: float, above: float, cases: int) -> tuple[int | None, int | None]:
    """Where a score would be another time, with 95 %, in whole hundredths from 0 to 100.00. One case tells nothing."""
    if total is None:
        return None, None
    if cases < LEAST_CASES:
        return 0, MOST
    return max(0, round(total - below)), min(MOST, max(total, round(total + above)))


def board(scores: pl.DataFrame, rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The boards of every period and comparable group: tables.BOARD, in order of group, band and name.

    Takes   scores: tables.SCORES; rows: the rows of tables.LEDGER that count.
    Whoever has too few cases or days is listed without band, rank set or place.
    """
    faults = _faults(rows, policy)
    parts = [
        _group(part, policy)
        for part in assert_schema(scores, t.SCORES, "scores").partition_by("period", "peers", maintain_order=True)
    ]
    whole = pl.concat(parts) if parts else pl.DataFrame(schema=t.BOARD).drop("per_hundred")
    found = (
        whole.join(faults, on=["holder", "period"], how="left", maintain_order="left")
        .with_columns(
            per_hundred=pl.when(pl.col("cases") > 0).then(10_000 * pl.col("faults").fill_null(0) // pl.col("cases"))
        )
        .select(t.BOARD.names())
        .sort("period", "peers", "band", "place", "holder", nulls_last=True)
    )
    return assert_schema(found, t.BOARD, "board")


def _faults(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Confirmed faults that stand, by holder and period: a deduction is one, and what undoes it takes one away."""
    deducting = [entry.id for entry in policy.entries if entry.sign == "deduct"]
    own = rows.filter((pl.col("policy") == policy.id) & pl.col("entry").is_in(deducting))
    return own.group_by("holder", "period").agg(faults=(-pl.col("amount").sign()).sum())


def _group(scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One comparable group of one period."""
    ranked = scores.filter("is_ranked")
    stand = standings(ranked["total"].to_list(), ranked["spread"].to_list(), ranked["holder"].to_list())
    by_name = dict(zip(ranked["holder"].to_list(), stand, strict=True))
    places = _places(ranked, policy)
    rows = []
    for row in scores.iter_rows(named=True):
        standing = by_name.get(row["holder"])
        low, high = score_interval(row["total"], row["below"] or 0.0, row["above"] or 0.0, row["cases"])
        rows.append(
            {
                **{name: row[name] for name in ("period", "peers", "holder", "unit", "total", "cases", "half_days")},
                "low": low,
                "high": high,
                "band": standing.band if standing else None,
                "first": standing.first if standing else None,
                "last": standing.last if standing else None,
                "place": places.get(row["holder"]),
            }
        )
    schema = {name: dtype for name, dtype in t.BOARD.items() if name != "per_hundred"}
    return pl.DataFrame(rows, schema=schema)


def _places(ranked: pl.DataFrame, policy: Policy) -> dict[str, int]:
    """Places, where the policy publishes them with its reason; equal totals share one."""
    if policy.publish.mode != "full" or not policy.publish.reason.strip():
        return {}
    totals = ranked["total"].to_list()
    return {
        name: 1 + sum(other > total for other in totals)
        for name, total in zip(ranked["holder"].to_list(), totals, strict=True)
    }


@dataclass(frozen=True)
class Published:
    """A board as it was printed: its bytes never change, whatever is found later."""

    policy: str
    period: date
    watermark: datetime  # what had been recorded by then
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def publish(found: pl.DataFrame, policy: Policy, *, period: date, watermark: datetime, head: str = "") -> Published:
    """The canonical text of a board. Recomputing from the log at the watermark gives the same bytes.

    Takes   found: tables.BOARD of that period; head: the log head at the watermark.
    """
    own = found.filter(pl.col("period") == period).sort("peers", "holder")
    lines = [
        f"policy {policy.version}",
        f"period {period.isoformat()}",
        f"watermark {watermark.isoformat()}",
        f"head {head}",
        "\t".join(own.columns),
        *("\t".join("" if cell is None else str(cell) for cell in row) for row in own.iter_rows()),
    ]
    return Published(policy.id, period, watermark, "\n".join(lines) + "\n")


def corrected(printed: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """更正后: holder, period, printed, now and difference of every total that changed since a board was printed."""
    return (
        printed.select("holder", "period", printed="total")
        .join(now.select("holder", "period", now="total"), on=["holder", "period"], how="full", coalesce=True)
        .with_columns(difference=pl.col("now").fill_null(0) - pl.col("printed").fill_null(0))
        .filter(pl.col("difference") != 0)
        .sort("period", "holder")
    )
