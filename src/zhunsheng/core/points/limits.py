"""Limits of 95 % of shares, counts and sums of counted things, with as much outside on either side.

The second-order corrected limits of T. T. Cai, One-sided confidence intervals in discrete distributions, Journal of
Statistical Planning and Inference 131 (2005) 63–88: in closed form, and no narrower than they say where nearly
everything, or nearly nothing, was kept, as those of the normal approximation are.
"""

from statistics import NormalDist
from typing import Final

import polars as pl

Z: Final = NormalDist().inv_cdf(0.975)
SHIFT: Final = Z**2 / 3 + 1 / 6
SLOPE: Final = 13 / 18 * Z**2 + 17 / 18
EXTRA: Final = Z**2 / 18 + 7 / 36

Limits = tuple[pl.Expr, pl.Expr]


def share_limits(kept: pl.Expr, judged: pl.Expr) -> Limits:
    """Below and above the share kept of so many judged, from 0 to 1. `judged` is above 0."""
    share = kept / judged
    spread = share * (1 - share)
    middle = (kept + SHIFT) / (judged + 2 * SHIFT)
    reach = Z * ((spread + (EXTRA - SLOPE * spread) / judged).clip(lower_bound=0) / judged).sqrt()
    low, high = (middle - reach).clip(0, 1), (middle + reach).clip(0, 1)
    return pl.min_horizontal(share, low), pl.max_horizontal(share, high)


def count_limits(count: pl.Expr) -> Limits:
    """Below and above the mean of which a count was seen (Poisson). It may be no whole number: an effective count."""
    reach = Z * (count + EXTRA).sqrt()
    return pl.min_horizontal(count, (count + SHIFT - reach).clip(lower_bound=0)), count + SHIFT + reach


def sum_limits(total: pl.Expr, squares: pl.Expr) -> Limits:
    """Below and above the mean of a sum of amounts, as many as come (compound Poisson), from Σ h and Σ h².

    As if total² / squares things had come, each of squares / total: the same mean and variance.
    """
    each = squares / total
    low, high = count_limits(total / each)
    return each * low, each * high
