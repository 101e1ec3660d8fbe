"""Quantiles of Student's t for whole degrees of freedom, from its closed form."""

from functools import cache
from math import atan, cos, pi, sin, sqrt
from typing import Final

STEPS: Final = 80


def within(t: float, df: int) -> float:
    """The probability that |T| is at most t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(df))
    if df == 1:
        return 2 * angle / pi
    first = 2 if df % 2 else 1
    term = cos(angle) if df % 2 else 1.0
    total = term
    for k in range(first, df - 2, 2):
        term *= k / (k + 1) * cos(angle) ** 2
        total += term
    return (2 / pi) * (angle + sin(angle) * total) if df % 2 else sin(angle) * total


@cache
def quantile(df: int, confidence: float = 0.95) -> float:
    """How many standard errors hold the truth with so much confidence, on both sides."""
    low, high = 0.0, 1000.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, df) < confidence else (low, middle)
    return high
