"""A reader who tries to tell planted files from the others: what is seen of each, weighed by how it differs."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, pvariance

Row = Sequence[float]


def separation(planted: Sequence[Row], true: Sequence[Row]) -> float:
    """How well a file can be told by what is seen of it: the area under the curve of a linear classifier, learnt on one
    half of the files and tried on the other, both ways. 0.5: by chance; 1: surely."""
    even, odd = slice(0, None, 2), slice(1, None, 2)
    return fmean(
        _tried(_weights(planted[one], true[one]), planted[other], true[other])
        for one, other in ((even, odd), (odd, even))
    )


def _tried(weights: Sequence[float], planted: Sequence[Row], true: Sequence[Row]) -> float:
    return _area(_scores(weights, planted), _scores(weights, true))


def _weights(planted: Sequence[Row], true: Sequence[Row]) -> list[float]:
    weights = []
    for ours, theirs in zip(zip(*planted, strict=True), zip(*true, strict=True), strict=True):
        spread = sqrt(pvariance([*ours, *theirs]))
        weights.append((fmean(ours) - fmean(theirs)) / spread**2 if spread else 0.0)
    return weights


def _scores(weights: Sequence[float], rows: Sequence[Row]) -> list[float]:
    return [sum(weight * value for weight, value in zip(weights, row, strict=True)) for row in rows]


def _area(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How often a planted file scores above another; a tie is half."""
    pairs = [(one > other) + (one == other) / 2 for one in ours for other in theirs]
    return fmean(pairs)
