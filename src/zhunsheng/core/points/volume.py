"""Volume: standard hours a day beside one's peers, capped, and paid only while the sampled files are good."""

from collections.abc import Sequence
from decimal import Decimal
from math import comb
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core.points.policy import Policy, VolumeGate

RELEASED_WITHIN: Final = 2
"""Held volume is released when the gate opens again within so many periods; else it lapses."""
BISECTIONS: Final = 60


def upper_bound(problems: int, files: int, confidence: float = 0.95) -> float:
    """The one-sided upper bound of a rate after so many problems in so many files (Clopper–Pearson).

    The largest rate at which so few problems would still be seen with a probability of 1 − confidence.
    """
    if problems >= files:
        return 1.0
    low, high = problems / files, 1.0
    for _ in range(BISECTIONS):
        rate = (low + high) / 2
        few = sum(comb(files, k) * rate**k * (1 - rate) ** (files - k) for k in range(problems + 1))
        low, high = (rate, high) if few > 1 - confidence else (low, rate)
    return high


def gate_states(bounds: pl.DataFrame, gate: VolumeGate | None) -> pl.DataFrame:
    """Whether volume is paid, by unit and period: columns unit, period, volume_state.

    Takes   bounds: tables.BOUNDS, the periods known so far.
    paid: the bound is no more than the gate's, over enough files. held: it is more, or too few were read. released:
    one of the next two periods opens the gate. lapsed: both are known and neither does.
    """
    if gate is None:
        return bounds.select("unit", "period", volume_state=pl.lit("paid"))
    is_open = (pl.col("bound") <= float(gate.at_most)) & (pl.col("files") >= gate.min_sample)
    later = [pl.col("is_open").shift(-n).over("unit", order_by="period") for n in range(1, RELEASED_WITHIN + 1)]
    any_open = pl.any_horizontal(*(one.fill_null(value=False) for one in later))
    return bounds.with_columns(is_open=is_open).select(
        "unit",
        "period",
        volume_state=pl.when("is_open")
        .then(pl.lit("paid"))
        .when(any_open)
        .then(pl.lit("released"))
        .when(later[-1].is_not_null())
        .then(pl.lit("lapsed"))
        .otherwise(pl.lit("held")),
    )


def with_volume(grid: pl.DataFrame, policy: Policy, states: pl.DataFrame) -> pl.DataFrame:
    """Add peer_rate, ratio, volume_state and volume to holders with hours and half_days.

    The rate of a holder stands beside the median of his peers, himself left out, who were in post long enough.
    """
    least = 2 * policy.publish.min_exposure_days
    rate = pl.when(pl.col("half_days") > 0).then(2 * pl.col("hours") / pl.col("half_days"))
    rated = grid.with_columns(rate=rate)
    parts = [
        part.with_columns(peer_rate=medians_of_others(part["rate"].to_numpy(), (part["half_days"] >= least).to_numpy()))
        for part in rated.partition_by("period", "peers", maintain_order=True)
    ]
    joined = (pl.concat(parts) if parts else rated.with_columns(peer_rate=pl.lit(None, pl.Float64))).with_columns(
        pl.col("peer_rate").fill_nan(None)
    )
    found = joined.join(states, on=["unit", "period"], how="left", maintain_order="left").with_columns(
        pl.col("volume_state").fill_null("held" if policy.gate else "paid"),
        ratio=pl.when(pl.col("peer_rate") > 0).then(pl.col("rate") / pl.col("peer_rate")),
    )
    return _paid(found, policy.blocks["volume"], policy.cap.at_most if policy.cap else None)


def _paid(found: pl.DataFrame, weight: int, cap: Decimal | None) -> pl.DataFrame:
    most = float(cap) if cap is not None else None
    counted = pl.min_horizontal("ratio", pl.lit(most)) / most if most else pl.col("ratio")
    # What is taken back of an earlier period can leave less than nothing; it costs no more than the block.
    value = (100 * weight * counted).round().cast(pl.Int64).clip(lower_bound=0)
    is_neutral = pl.col("ratio").is_null() | (weight == 0)
    return found.with_columns(
        volume_state=pl.when(is_neutral).then(pl.lit("neutral")).otherwise("volume_state"),
    ).with_columns(
        volume=pl.when(is_neutral)
        .then(None)
        .when(pl.col("volume_state").is_in(["held", "lapsed"]))
        .then(pl.lit(0, pl.Int64))
        .otherwise(value)
    )


def medians_of_others(rates: NDArray[np.float64], counts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each, the median of the others who count; not a number where nobody else does."""
    own = np.asarray(rates, dtype=np.float64)
    eligible = np.flatnonzero(counts & ~np.isnan(own))
    order = eligible[np.argsort(own[eligible], kind="stable")]
    found = np.full(len(own), _median(own[order]))
    for place, row in enumerate(order):
        found[row] = _median_without(own[order], place)
    return found


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _median_without(values: NDArray[np.float64], place: int) -> float:
    """The median of sorted values without one of them."""
    n = len(values) - 1
    if n == 0:
        return float("nan")
    at: Sequence[int] = [(n - 1) // 2, n // 2]
    low, high = (values[k + (k >= place)] for k in at)
    return float((low + high) / 2)
