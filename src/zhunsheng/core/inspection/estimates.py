"""Rates of the random stream with their intervals. A file of the risk stream enters only as part of a stratum that was
read whole; everything else of it is refused here, so that the two streams cannot be added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import sqrt
from typing import Final

from zhunsheng.core.inspection.beta import quantile
from zhunsheng.core.inspection.hypergeometric import ERROR, TAIL, interval, least_excluded

UNCLEAR_AT_MOST: Final = Fraction(10, 100)
LEAST_READ: Final = 2


class Stream(StrEnum):
    """Why a file was read. A rate comes of the lot alone; what was looked for tells of tasks."""

    RANDOM = "random"
    RISK = "risk"


class RateRefused(ValueError):
    """No rate follows from these files; the message says why."""


@dataclass(frozen=True)
class Read:
    """What was read of a stratum: `size` files, `read` of them, so many with problems, so many nobody could tell.

    What nobody could tell counts neither as pass nor as problem.
    """

    size: int
    read: int
    problems: int
    unclear: int = 0
    stream: Stream = Stream.RANDOM

    @property
    def told(self) -> int:
        """Files that were read and of which something could be told."""
        return self.read - self.unclear


@dataclass(frozen=True)
class Rate:
    """A rate of problems and its 95 % interval, all in [0, 1]. `unclear`: the share that nobody could tell."""

    value: float
    low: float
    high: float
    unclear: Fraction = Fraction(0)


def rate(parts: Sequence[Read]) -> Rate:
    """The rate of problems among all files of the strata, with its interval.

    One stratum drawn from, others read whole: exact. No problem in what was drawn: the exact bound. Else the stratified
    estimate with the interval of its effective size. Where nobody could tell of more than a tenth, both bounds: as if
    none of those were a problem, and as if all were.
    Raises  RateRefused where a stratum cannot bear it.
    """
    _check(parts)
    unclear = Fraction(sum(part.unclear for part in parts), sum(part.read for part in parts))
    middle = _rate([Read(part.size, part.told, part.problems, 0, part.stream) for part in parts])
    if unclear <= UNCLEAR_AT_MOST:
        return Rate(middle.value, middle.low, middle.high, unclear)
    best = _rate([Read(part.size, part.read, part.problems, 0, part.stream) for part in parts])
    worst = _rate([Read(part.size, part.read, part.problems + part.unclear, 0, part.stream) for part in parts])
    return Rate(middle.value, best.low, worst.high, unclear)


def upper_bound(parts: Sequence[Read]) -> float:
    """The one-sided 95 % upper bound of the rate of problems among all files of the strata, in [0, 1].

    One stratum drawn from, or no problem in what was drawn: exact, the largest number of faulty files under which so
    few problems would be seen with more than 5 %. Else the quantile of the effective size, as in `rate`. Where nobody
    could tell of more than a tenth, those count as problems.
    Raises  RateRefused as `rate` does.
    """
    _check(parts)
    unclear = Fraction(sum(part.unclear for part in parts), sum(part.read for part in parts))
    if unclear > UNCLEAR_AT_MOST:
        return _highest([Read(part.size, part.read, part.problems + part.unclear) for part in parts])
    return _highest([Read(part.size, part.told, part.problems) for part in parts])


def _highest(parts: Sequence[Read]) -> float:
    total = sum(part.size for part in parts)
    drawn = [part for part in parts if part.told < part.size]
    counted = sum(part.problems for part in parts if part.told == part.size)
    if not any(part.problems for part in drawn):
        return (counted + most_faulty_unseen(drawn)) / total
    if len(drawn) == 1:
        (only,) = drawn
        return (counted + least_excluded(only.size, only.told, only.problems) - 1) / total
    p, n = float(_value(parts)), effective_size(parts)
    return quantile(1 - float(ERROR), p * n + 1, n - p * n)


def _check(parts: Sequence[Read]) -> None:
    if not parts or not any(part.read for part in parts):
        raise RateRefused("还没有查阅的案卷，不能给出问题率。")
    for part in parts:
        if not 0 <= part.problems <= part.told <= part.read <= part.size:
            raise RateRefused(f"{part.size} 件中查了 {part.read} 件、问题 {part.problems} 件：数目对不上。请核对。")
        if part.stream is Stream.RISK and part.read < part.size:
            raise RateRefused("风险件只有全部查完才能计入问题率：两条线不能相加。")
        if part.told < min(part.size, LEAST_READ) and part.told < part.size:
            raise RateRefused(f"一层 {part.size} 件只查了 {part.told} 件，看不出差异。请至少查 {LEAST_READ} 件。")


def _rate(parts: Sequence[Read]) -> Rate:
    total = sum(part.size for part in parts)
    drawn = [part for part in parts if part.told < part.size]
    counted = sum(part.problems for part in parts if part.told == part.size)
    value = _value(parts)
    if len(drawn) <= 1:  # what was read whole adds its count to both ends
        low, high = interval(drawn[0].size, drawn[0].told, drawn[0].problems) if drawn else (0, 0)
        return Rate(float(value), (counted + low) / total, (counted + high) / total)
    if not any(part.problems for part in drawn):
        return Rate(float(value), counted / total, (counted + most_faulty_unseen(drawn)) / total)
    return _effective(parts)


def _effective(parts: Sequence[Read]) -> Rate:
    """The interval of a binomial of the effective size n* = p(1−p)/v, at most N (Korn and Graubard)."""
    p, n = float(_value(parts)), effective_size(parts)
    return Rate(p, quantile(float(TAIL), p * n, n - p * n + 1), quantile(1 - float(TAIL), p * n + 1, n - p * n))


def standard_error(parts: Sequence[Read]) -> float:
    """√v of the stratified estimate."""
    return sqrt(_variance(parts))


def effective_size(parts: Sequence[Read]) -> float:
    """n* of the stratified estimate: how many independent files would say as much; at most all of them."""
    total, value = sum(part.size for part in parts), _value(parts)
    spread = _variance(parts)
    return float(min(Fraction(total), value * (1 - value) / spread)) if spread else float(total)


def _value(parts: Sequence[Read]) -> Fraction:
    total = sum(part.size for part in parts)
    return sum((Fraction(part.size * part.problems, part.told) for part in parts), Fraction(0)) / total


def _variance(parts: Sequence[Read]) -> Fraction:
    """v = Σ W²(1 − n/N)·p(1−p)/(n−1).

    A stratum in which nothing, or everything, was a problem spreads as the whole does: that it spreads not at all is
    not known, and taking it so left the interval of small strata without the truth six times in a hundred.
    """
    total, whole = sum(part.size for part in parts), _value(parts)
    spread = Fraction(0)
    for part in parts:
        if part.told < part.size:
            share = Fraction(part.problems, part.told)
            share = whole if share in (0, 1) else share
            weight = Fraction(part.size, total)
            left = 1 - Fraction(part.told, part.size)
            spread += weight**2 * left * share * (1 - share) / (part.told - 1)
    return spread


def most_faulty_unseen(parts: Iterable[Read], level: Fraction = ERROR) -> int:
    """How many files may be faulty where none was found in any stratum: the largest ΣK with Π P(0 | K) ≥ level.

    One more faulty file in a stratum multiplies by (N−K−n)/(N−K), which falls with K. So the largest product of each
    total takes the largest factor each time, and no table over all totals is needed.
    """
    heap = [(-_factor(part.size, part.told, 0), n, 0) for n, part in enumerate(parts)]
    sizes = {n: (part.size, part.told) for n, part in enumerate(parts)}
    heapify(heap)
    product, faulty = Fraction(1), 0
    while heap:
        factor, n, known = heappop(heap)
        product *= -factor
        if product < level:
            return faulty
        faulty += 1
        heappush(heap, (-_factor(*sizes[n], known + 1), n, known + 1))
    return faulty


def _factor(size: int, told: int, faulty: int) -> Fraction:
    left = size - faulty
    return Fraction(left - told, left) if left > told else Fraction(0)


def weighted_rate(picks: Iterable[tuple[bool, Fraction]]) -> Fraction:
    """Σ(d/π) ÷ Σ(1/π): the rate where files had unequal chances.

    Takes   picks: whether a file has a problem, and its inclusion probability.
    """
    with_problem, all_ = Fraction(0), Fraction(0)
    for is_problem, inclusion in picks:
        all_ += 1 / inclusion
        with_problem += is_problem / inclusion
    if not all_:
        raise RateRefused("还没有查阅的案卷，不能给出问题率。")
    return with_problem / all_
