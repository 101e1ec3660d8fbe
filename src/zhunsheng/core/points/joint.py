"""Joint work: what one thing earns, shared among those who took part, to the last hundredth."""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Final

import polars as pl

MOST: Final = 4
"""So many officers at most share one thing."""
EVENLY: Final = lcm(*range(1, MOST + 1))


def role_weights(roles: Mapping[str, Fraction]) -> pl.DataFrame:
    """Roles as whole numbers that stand to one another as the fractions do. Columns role, rank, weight."""
    scale = lcm(*(share.denominator for share in roles.values()), 1) * EVENLY
    rows = [(name, n, int(share * scale)) for n, (name, share) in enumerate(roles.items())]
    return pl.DataFrame(rows, schema={"role": pl.String, "rank": pl.Int64, "weight": pl.Int64}, orient="row")


def shared(rows: pl.DataFrame, roles: Mapping[str, Fraction]) -> pl.DataFrame:
    """Share the `whole` of each `key` among the rows of it, by role; within a role evenly.

    Takes   rows: key, officer, role, whole (hundredths, the same in all rows of a key). At most four officers of a key
            count: by role in the policy's order, then by officer. A role that nobody has leaves the others its share.
    Returns the rows that count, with numerator, denominator and amount; the amounts of a key sum to its whole.
    """
    ranked = (
        rows.join(role_weights(roles), on="role", how="left", maintain_order="left")
        .with_columns(pl.col("rank").fill_null(len(roles)), pl.col("weight").fill_null(0))
        .sort("key", "rank", "officer")
        .filter(pl.int_range(pl.len()).over("key") < MOST)
    )
    has_role = pl.col("weight").sum().over("key") > 0
    weighed = ranked.with_columns(
        numerator=pl.when(has_role).then(pl.col("weight") // pl.len().over("key", "role")).otherwise(EVENLY)
    ).with_columns(denominator=pl.col("numerator").sum().over("key"))
    return largest_remainder(weighed).drop("rank", "weight")


def largest_remainder(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `amount`: whole · numerator / denominator in whole hundredths, which sum to the whole of each key.

    What is left after rounding down goes one by one to the largest remainders, ties by officer.
    """
    exact = pl.col("whole") * pl.col("numerator")
    floored = rows.with_columns(amount=exact // pl.col("denominator"), rest=exact % pl.col("denominator"))
    left = pl.col("whole") - pl.col("amount").sum().over("key")
    order = pl.struct(-pl.col("rest"), pl.col("officer")).rank("ordinal").over("key").cast(pl.Int64)
    return (
        floored.with_columns(left=left, order=order)
        .with_columns(amount=pl.col("amount") + (pl.col("order") <= pl.col("left")).cast(pl.Int64))
        .drop("rest", "left", "order")
    )
