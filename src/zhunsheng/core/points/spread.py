"""How far a score could lie from what it would be another time, under the same habits: below it, and above.

Each part has limits of its own (limits.py): a share those of kept of judged, confirmed faults those of a count, volume
those of its hours, cut where it is capped. The distances to them are added as squares, block by block and over the
blocks: G. Y. Zou, W. Huang and X. Zhang, A note on confidence interval estimation for a linear function of binomial
proportions, Computational Statistics & Data Analysis 53 (2009) 1080–1085. One case may be in several parts: squares are
multiplied by what the influences of its parts are together, over what they are each alone.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from zhunsheng.core.points.limits import Z, count_limits, share_limits, sum_limits
from zhunsheng.core.points.policy import BLOCKS, Policy

HOLDER: Final = ["holder", "period"]
EXACT: Final = 6
PART: Final = [*HOLDER, "block", "below", "above", "due"]


def spreads(
    own: pl.DataFrame, scored: pl.DataFrame, tallies: pl.DataFrame, entries: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The distances below and above each total, and its spread s for bands, in hundredths, re-based as the total is.

    `due` is what the faults would cost that he has had none of, at the rate of his peers: it widens only the interval.

    Takes   own: the rows of the ledger; scored: holders with blocks, hours and base (scores.py); tallies, entries: of
            scores.py.
    Returns holder, period, spread, below, above; spread is the mean distance over the quantile, 1.96.
    """
    shares = _shares(tallies, entries, policy)
    influences = _influences(own, shares, entries)
    parts = pl.concat([_of_shares(shares), _of_faults(tallies, scored, entries)])
    blocks = _of_blocks(parts, scored, influences, policy)
    volume = _of_volume(own, scored, entries, policy)
    return (
        pl.concat([blocks, volume])
        .group_by(HOLDER)
        .agg((pl.col("below") ** 2).sum().sqrt(), (pl.col("above") ** 2).sum().sqrt(), pl.col("due").sum())
        .join(scored.select(*HOLDER, "base"), on=HOLDER)
        .with_columns(pl.col("below", "above", "due") * 10_000 / pl.col("base"))
        .select(
            *HOLDER,
            "above",
            below=pl.col("below") + pl.col("due"),
            spread=(pl.col("below") + pl.col("above")) / (2 * Z),
        )
        # Sums of floats differ in their last place by the order of the rows; what is printed may not.
        .with_columns(pl.col("spread", "below", "above").round(EXACT))
    )


def _shares(tallies: pl.DataFrame, entries: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The shares that were judged, with `part`: what the whole of it is of the score, in hundredths."""
    judged = tallies.join(entries.filter("is_share").select("entry", "block", "points"), on="entry").filter(
        pl.col("x").is_not_null() & (pl.col("block") != "volume")
    )
    weights = pl.DataFrame(
        {"block": list(policy.blocks), "weight": [100 * weight for weight in policy.blocks.values()]}
    )
    of = pl.col("points").sum().over(*HOLDER, "block")
    return judged.join(weights, on="block").with_columns(part=pl.col("weight") * pl.col("points") / of)


def _of_shares(shares: pl.DataFrame) -> pl.DataFrame:
    """Distances of each share. One that is shrunk to the unit moves by its own files only."""
    read = shares.filter(pl.col("judged") > 0).with_columns(pl.col("kept").clip(0, pl.col("judged")))
    share, part = pl.col("kept") / pl.col("judged"), pl.col("part") * pl.col("judged") / pl.col("n")
    low, high = share_limits(pl.col("kept"), pl.col("judged"))
    found = read.with_columns(below=part * (share - low), above=part * (high - share), due=pl.lit(0.0))
    # Where nothing was broken in several shares, that says of all of them together what it says of the heaviest alone.
    order = pl.col("below").rank("ordinal", descending=True).over(*HOLDER, pl.col("kept") == pl.col("judged"))
    is_said = (pl.col("kept") == pl.col("judged")) & (order > 1)
    return found.with_columns(below=pl.when(is_said).then(0.0).otherwise("below")).select(PART)


def _of_faults(tallies: pl.DataFrame, scored: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Distances of each kind of confirmed fault. Who had none is due as many another time as his peers have a case."""
    deducting = entries.filter((pl.col("sign") == "deduct") & (pl.col("block") != "volume") & (pl.col("points") > 0))
    found = tallies.join(deducting.select("entry"), on="entry").select(*HOLDER, "entry", taken=-pl.col("amount"))
    group = ["peers", "period", "entry"]
    counted = (
        scored.select(*HOLDER, "peers", "cases")
        .join(deducting.select("entry", "block", "points"), how="cross")
        .join(found, on=[*HOLDER, "entry"], how="left")
        .with_columns(count=(pl.col("taken").fill_null(0) / pl.col("points")).clip(lower_bound=0))
        .with_columns(rate=pl.col("count").sum().over(group) / pl.col("cases").sum().over(group))
        .with_columns(expected=pl.when(pl.col("rate").is_finite()).then(pl.col("rate") * pl.col("cases")).otherwise(0))
    )
    count, points = pl.col("count"), pl.col("points")
    low, high = count_limits(count)
    return counted.with_columns(
        below=pl.when(count > 0).then(points * (high - count)).otherwise(0.0),
        above=points * (count - low),
        due=pl.when(count > 0).then(0.0).otherwise(points * pl.col("expected")),
    ).select(PART)


def _influences(own: pl.DataFrame, shares: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """What each case moves each part: holder, period, block, entry, case, u. Volume, which only counts, is left out."""
    case = pl.coalesce("group", "fact_key")
    judged = own.join(shares.select(*HOLDER, "entry", "block", "x", "n", "part"), on=[*HOLDER, "entry"]).with_columns(
        u=pl.col("part") * (pl.col("kept") - pl.col("x") * pl.col("judged")) / pl.col("n")
    )
    faults = own.join(
        entries.filter((pl.col("sign") == "deduct") & (pl.col("block") != "volume")).select("entry"), on="entry"
    ).with_columns(u=pl.col("amount").cast(pl.Float64))
    columns = [*HOLDER, "block", "entry", case.alias("case"), "u"]
    return (
        pl.concat([judged.select(columns), faults.select(columns)])
        .group_by(*HOLDER, "block", "entry", "case")
        .agg(pl.col("u").sum())
    )


def _together(influences: pl.DataFrame, over: Sequence[str], parts: Sequence[str]) -> pl.DataFrame:
    """How much the squares of sums over `parts` are of the sums of squares: columns of `over`, and together."""
    return (
        influences.group_by(*over, *parts, "case")
        .agg(pl.col("u").sum())
        .group_by(*over, "case")
        .agg(both=pl.col("u").sum() ** 2, each=(pl.col("u") ** 2).sum())
        .group_by(over)
        .agg(together=pl.col("both").sum() / pl.col("each").sum())
        .with_columns(pl.when(pl.col("together").is_finite()).then("together").otherwise(1.0))
    )


def _of_blocks(parts: pl.DataFrame, scored: pl.DataFrame, influences: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Distances of each block, cut where the block ends: at nothing and at its weight."""
    squares = [(pl.col(name) ** 2).sum() for name in ("below", "above")]
    sums = parts.group_by(*HOLDER, "block").agg(*squares, pl.col("due").sum())
    inner = _together(influences, [*HOLDER, "block"], ["entry"])
    outer = _together(influences, HOLDER, ["block"]).rename({"together": "over_blocks"})
    below, above = ((pl.col("together").fill_null(1.0) * pl.col(name)).sqrt() for name in ("below", "above"))
    here, scale = pl.coalesce("value", "taken"), pl.col("over_blocks").fill_null(1.0).sqrt()
    low = _cut(-below)
    return (
        _values(scored, policy)
        .join(sums, on=[*HOLDER, "block"])
        .join(inner, on=[*HOLDER, "block"], how="left")
        .join(outer, on=HOLDER, how="left")
        .with_columns(
            below=scale * (here - low).clip(lower_bound=0),
            above=scale * (_cut(above) - here).clip(lower_bound=0),
            due=(low - _cut(-below - pl.col("due"))).clip(lower_bound=0),
        )
        .select(PART)
    )


def _cut(by: pl.Expr) -> pl.Expr:
    """A block that far from what it is, cut at nothing and at its weight; a neutral one only loses."""
    counted = (pl.col("free") + by).clip(0, pl.col("most"))
    return pl.when(pl.col("value").is_not_null()).then(counted).otherwise((pl.col("taken") + by).clip(upper_bound=0))


def _values(scored: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The blocks of each holder: value as it counts, `free` before it is cut, what was taken off, the most it gives."""
    every = []
    for name in BLOCKS[1:]:
        share, counts, taken = (pl.col(f"{name}.{part}").fill_null(0) for part in ("share", "counts", "deducted"))
        every.append(
            scored.select(
                *HOLDER,
                block=pl.lit(name),
                value=pl.col(name).cast(pl.Float64),
                free=(share + counts + taken).cast(pl.Float64),
                taken=taken.cast(pl.Float64),
                most=pl.lit(100.0 * policy.blocks[name]),
            )
        )
    return pl.concat(every)


def _of_volume(own: pl.DataFrame, scored: pl.DataFrame, entries: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Distances of volume: those of the hours, each case with its own, as the score pays them."""
    paying = entries.filter((pl.col("block") == "volume") & ~pl.col("is_share")).select("entry")
    hours = (
        own.join(paying, on="entry")
        .group_by(*HOLDER, case=pl.coalesce("group", "fact_key"))
        .agg(h=pl.col("amount").sum().cast(pl.Float64))
        .group_by(HOLDER)
        .agg(worked=pl.col("h").sum(), squares=(pl.col("h") ** 2).sum())
        .filter(pl.col("worked") > 0)
    )
    most = float(policy.cap.at_most) if policy.cap else float("inf")
    full = 100.0 * policy.blocks["volume"]
    uncut = full * pl.col("ratio") / (most if policy.cap else 1.0)
    low, high = sum_limits(pl.col("worked"), pl.col("squares"))
    paid_low = (uncut * low / pl.col("worked")).clip(upper_bound=full if policy.cap else None)
    below = (pl.col("volume") - paid_low).clip(lower_bound=0)
    above = pl.when(pl.col("ratio") < most).then(uncut * (high / pl.col("worked") - 1)).otherwise(0.0)
    return (
        scored.filter(pl.col("volume") > 0)
        .join(hours, on=HOLDER)
        .with_columns(block=pl.lit("volume"), below=below, above=above, due=pl.lit(0.0))
        .select(PART)
    )
