"""How much a score would differ another time: the influence of each case, and the interval from it."""

import polars as pl

from zhunsheng.core.points.policy import Policy

HOLDER: list[str] = ["holder", "period"]


def spreads(
    own: pl.DataFrame, scored: pl.DataFrame, tallies: pl.DataFrame, entries: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The spread s of each total, in hundredths: holder, period, spread = √Σ u², u the influence of one case.

    Volume: its part of the hours that are paid, 0 once the cap is reached. Shares: weight · (points / Σ points) ·
    (x − p) / n. Deductions: what they took. All re-based as the total is. `own` are the rows of the ledger.
    """
    rows = own.join(entries.select("entry", "points", "is_share", "sign"), on="entry").join(
        scored.select(*HOLDER, "hours", "volume", "ratio", "base"), on=HOLDER
    )
    most = float(policy.cap.at_most) if policy.cap else float("inf")
    is_paid = (pl.col("volume") > 0) & (pl.col("ratio") < most) & (pl.col("hours") > 0)
    volume = pl.when(is_paid).then(pl.col("volume") * pl.col("amount") / pl.col("hours")).otherwise(0.0)
    hours = rows.filter((pl.col("block") == "volume") & ~pl.col("is_share")).with_columns(u=volume)
    faults = rows.filter((pl.col("block") != "volume") & ~pl.col("is_share")).with_columns(
        u=pl.col("amount").cast(pl.Float64)
    )
    shares = _of_shares(rows.filter("is_share"), tallies, entries, policy)
    columns = [*HOLDER, "group", "u", "base"]
    every = pl.concat([part.select(columns) for part in (hours, faults, shares)])
    return (
        every.with_columns(u=10_000 * pl.col("u") / pl.col("base"))
        .group_by(*HOLDER, "group")
        .agg(pl.col("u").sum())
        .group_by(HOLDER)
        .agg(spread=(pl.col("u") ** 2).sum().sqrt())
    )


def _of_shares(rows: pl.DataFrame, tallies: pl.DataFrame, entries: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    judged = tallies.join(entries.filter("is_share").select("entry", "block", "points"), on="entry").filter(
        pl.col("x").is_not_null()
    )
    of = judged.group_by(*HOLDER, "block").agg(of=pl.col("points").sum())
    weights = pl.DataFrame(
        {"block": list(policy.blocks), "weight": [100 * weight for weight in policy.blocks.values()]}
    )
    shares = (
        judged.join(of, on=[*HOLDER, "block"])
        .join(weights, on="block")
        .select(*HOLDER, "entry", "x", "n", "of", "weight")
    )
    return rows.join(shares, on=[*HOLDER, "entry"]).with_columns(
        u=pl.col("weight")
        * pl.col("points")
        / pl.col("of")
        * (pl.col("kept") - pl.col("x") * pl.col("judged"))
        / pl.col("n")
    )
