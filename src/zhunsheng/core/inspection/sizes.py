"""How many files must be read for a claim, and which claim so many files can bear."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from statistics import NormalDist
from typing import Final

from zhunsheng.core.inspection.hypergeometric import ERROR, is_likely, least_excluded

Z: Final = NormalDist().inv_cdf(0.975)


class ClaimRefused(ValueError):
    """A sample cannot bear a claim; the message says what it can."""


@dataclass(frozen=True)
class Claim:
    """With at most so many `problems` among `drawn` of `size` files: fewer than `faulty` files are, at 95 %."""

    size: int
    drawn: int
    problems: int
    faulty: int

    @property
    def rate(self) -> Fraction:
        """The share that the true one is below."""
        return Fraction(self.faulty, self.size)


def tolerated(size: int, rate: Fraction) -> int:
    """How many faulty files the tolerable rate means: ⌈pN⌉, exactly."""
    return ceil(rate * size)


def size_for(size: int, rate: Fraction, problems: int = 0) -> int:
    """The smallest sample that, with at most so many problems, shows at 95 % that the rate is below the tolerable one.

    Raises  ClaimRefused where even reading every file could not show it.
    """
    faulty = tolerated(size, rate)
    if faulty <= problems:
        raise ClaimRefused(
            f"{size} 件中容许 {faulty} 件有问题，发现 {problems} 件时不能说低于此数。请降低允许的问题件数。"
        )
    low, high = problems, size
    while low + 1 < high:
        middle = (low + high) // 2
        if is_likely(problems, size, faulty, middle, ERROR):
            low = middle
        else:
            high = middle
    return high


def claim(size: int, drawn: int, problems: int = 0) -> Claim:
    """What a sample can say if at most so many problems are found in it."""
    if not 0 < drawn <= size:
        raise ClaimRefused(f"{size} 件里抽不出 {drawn} 件。请改件数。")
    return Claim(size, drawn, problems, least_excluded(size, drawn, problems))


def bear(size: int, drawn: int, rate: Fraction, problems: int = 0) -> Claim:
    """The claim that the rate is below `rate`, if the sample bears it.

    Raises  ClaimRefused, with what it can say and how many files the claim needs.
    """
    can = claim(size, drawn, problems)
    if can.faulty <= tolerated(size, rate):
        return can
    needs = size_for(size, rate, problems)
    seen = "无问题" if not problems else f"最多 {problems} 件有问题"
    raise ClaimRefused(
        f"{size} 件抽 {drawn} 件，{seen}也只能说低于 {percent(can.rate)}；要说低于 {percent(rate)}，至少抽 {needs} 件。"
    )


def size_for_precision(size: int, rate: float, within: float) -> int:
    """The sample whose interval is about ± `within` where the rate is near `rate` (Cochran, finite population)."""
    endless = Z**2 * rate * (1 - rate) / within**2
    return ceil(endless / (1 + (endless - 1) / size))


def percent(rate: Fraction) -> str:
    """A rate with one decimal, rounded half up, without a float on the way."""
    tenths = (rate * 1000 + Fraction(1, 2)).__floor__()
    return f"{tenths // 10}.{tenths % 10}%"
