"""Months of draws, counted by quarter. `python -m tests.inspection.months` runs 10,000 of them, nightly."""

import random
import sys
from collections.abc import Sequence
from math import erfc, exp, sqrt

from zhunsheng.core.inspection.draw import draw

QUARTERS = 4
MONTHS = 10_000
FILES, DRAWN = 300, 27  # so many a month that ten thousand months end within minutes


def drawn_quarters(*, months: int, files: int, drawn: int) -> list[int]:
    """How many picks fall into each quarter of the month; files arrive evenly."""
    ids = [f"A{n:05d}" for n in range(files)]
    counts = [0] * QUARTERS
    for month in range(months):
        seed = random.Random(month).randbytes(32)
        for pick in draw(seed, plan="P", stratum="S", ids=ids, count=drawn):
            counts[int(pick.id[1:]) * QUARTERS // files] += 1
    return counts


def drawn_days(*, months: int, files: int, drawn: int, days: int = 30) -> list[int]:
    """The same by day of the month."""
    ids = [f"A{n:05d}" for n in range(files)]
    counts = [0] * days
    for month in range(months):
        seed = random.Random(month).randbytes(32)
        for pick in draw(seed, plan="P", stratum="S", ids=ids, count=drawn):
            counts[int(pick.id[1:]) * days // files] += 1
    return counts


def coin_with_a_cap(*, months: int, files: int, chance: float, cap: int) -> list[float]:
    """The share that a coin reads of each quarter if it stops at a cap: the best-known public sampler."""
    counts = [0] * QUARTERS
    for month in range(months):
        coin, read = random.Random(month), 0
        for n in range(files):
            if read < cap and coin.random() < chance:
                counts[n * QUARTERS // files] += 1
                read += 1
    return [count * QUARTERS / (months * files) for count in counts]


def chi_square_p(counts: Sequence[int], *, share: float = 0) -> float:
    """The probability of counts at least so uneven, were all alike.

    Takes   share: of the files that are drawn; without replacement counts spread less, by what is left in the frame.
    """
    even = sum(counts) / len(counts)
    value = sum((count - even) ** 2 / even for count in counts) / (1 - share)
    return upper_tail(value, len(counts) - 1)


def upper_tail(value: float, df: int) -> float:
    """P(χ² > value) for whole degrees of freedom (Abramowitz and Stegun 26.4.4 and 26.4.5)."""
    x = sqrt(value)
    total = erfc(x / sqrt(2)) if df % 2 else exp(-value / 2)
    term = sqrt(2 / 3.141592653589793) * exp(-value / 2) * x if df % 2 else exp(-value / 2)
    for k in range(1, (df - 1) // 2 + 1) if df % 2 else range(1, df // 2):
        total += term if df % 2 else 0.0
        term *= value / (2 * k + 1) if df % 2 else value / (2 * k)
        total += 0.0 if df % 2 else term
    return total


def main() -> int:
    """10,000 months: the same chance for every day of the month."""
    counts = drawn_days(months=MONTHS, files=FILES, drawn=DRAWN)
    p = chi_square_p(counts, share=DRAWN / FILES)
    worst = max(abs(count / (MONTHS * FILES / len(counts)) - DRAWN / FILES) for count in counts)
    sys.stdout.write(
        f"{MONTHS} months, {DRAWN} of {FILES}: p = {p:.3f}, furthest day {worst:.5f} from {DRAWN / FILES}\n"
    )
    return 0 if p > 0.01 and worst < 0.02 else 1


if __name__ == "__main__":
    sys.exit(main())
