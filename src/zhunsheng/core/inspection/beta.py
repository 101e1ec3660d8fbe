"""The Beta distribution: its quantiles give intervals where no finite frame is drawn from."""

from math import exp, lgamma, log
from typing import Final

HALVINGS: Final = 100
TERMS: Final = 400
TINY: Final = 1e-300


def below(x: float, a: float, b: float) -> float:
    """P(B ≤ x), B of Beta(a, b), by the continued fraction of the incomplete beta function (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - below(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d₁/(1 + d₂/(1 + …)), from the front (Lentz)."""
    c, d, value = 1.0, 0.0, 1.0
    for n in range(1, TERMS):
        m, is_odd = divmod(n, 2)
        if is_odd:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _nonzero(1 + step * d)
        c = _nonzero(1 + step / c)
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def quantile(p: float, a: float, b: float) -> float:
    """The value that a Beta(a, b) stays under with probability p. A parameter of 0 puts all weight on that end."""
    if a <= 0:
        return 0.0
    if b <= 0:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle, a, b) < p else (low, middle)
    return (low + high) / 2


def clopper_pearson(found: float, of: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share that was seen `found` times in `of`; both may be effective numbers."""
    tail = (1 - confidence) / 2
    return quantile(tail, found, of - found + 1), quantile(1 - tail, found + 1, of - found)
