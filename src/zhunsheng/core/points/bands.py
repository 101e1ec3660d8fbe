"""Bands instead of places: what cannot be told apart stands in one band.

Ranks of small numbers are mostly chance (Goldstein and Spiegelhalter, 1996). All pairs are compared at once, so that
all rank sets together hold the true ranks with at least 95 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

ERROR: Final = 0.05
NORMAL: Final = NormalDist()


@dataclass(frozen=True)
class Standing:
    """Where one of a group stands: the places it may have, and its band, both counted from 1."""

    first: int
    last: int
    band: int


def critical(count: int) -> float:
    """How many standard errors apart two of so many must be, that every pair may be called apart."""
    pairs = count * (count - 1)
    return NORMAL.inv_cdf(1 - ERROR / pairs) if pairs else inf


def is_surely_above(upper: tuple[float, float], lower: tuple[float, float], z: float) -> bool:
    """Whether one (value, spread) is above another for sure. Without any spread a difference is sure."""
    apart = sqrt(upper[1] ** 2 + lower[1] ** 2)
    return upper[0] > lower[0] if apart == 0 else (upper[0] - lower[0]) / apart > z


def standings(values: Sequence[float], spreads: Sequence[float], names: Sequence[str]) -> list[Standing]:
    """The standing of each, in the order given. Equal values stand by name."""
    own = list(zip(values, spreads, strict=True))
    z = critical(len(own))
    counts = _counts(np.asarray(values, np.float64), np.asarray(spreads, np.float64), z)
    bands = _bands(own, names, z)
    return [Standing(1 + above, len(own) - below, bands[n]) for n, (above, below) in enumerate(counts)]


def _counts(values: NDArray[np.float64], spreads: NDArray[np.float64], z: float) -> Iterator[tuple[int, int]]:
    """For each, how many are surely above it and how many below: is_surely_above of every pair, a row at a time."""
    squares = spreads * spreads
    for value, square in zip(values, squares, strict=True):
        apart, difference = np.sqrt(squares + square), values - value
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(apart == 0, difference, difference / apart)
        least = np.where(apart == 0, 0.0, z)
        yield int(np.count_nonzero(ratio > least)), int(np.count_nonzero(-ratio > least))


def _bands(own: Sequence[tuple[float, float]], names: Sequence[str], z: float) -> dict[int, int]:
    """The first opens band 1; each next joins while it is not surely below the band's first, else opens a new one."""
    order = sorted(range(len(own)), key=lambda n: (-own[n][0], names[n]))
    bands: dict[int, int] = {}
    band, head = 0, -1
    for n in order:
        if head < 0 or is_surely_above(own[head], own[n], z):
            band, head = band + 1, n
        bands[n] = band
    return bands


def shrunk(values: Sequence[float], spreads: Sequence[float]) -> list[float]:
    """Values drawn towards their common mean by how little is known of each (DerSimonian–Laird)."""
    if len(values) < 2 or min(spreads) <= 0:
        return list(values)
    weights = [1 / s**2 for s in spreads]
    total = sum(weights)
    mean = sum(w * y for w, y in zip(weights, values, strict=True)) / total
    q = sum(w * (y - mean) ** 2 for w, y in zip(weights, values, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    tau2 = max(0.0, (q - (len(values) - 1)) / scale)
    again = [1 / (s**2 + tau2) for s in spreads]
    common = sum(w * y for w, y in zip(again, values, strict=True)) / sum(again)
    return [
        common + tau2 / (tau2 + s**2) * (y - common) if tau2 else common for y, s in zip(values, spreads, strict=True)
    ]
