"""How far readers agree, and how much they find: Cohen's κ of two blind readings, sensitivity on planted files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from zhunsheng.core.inspection.beta import clopper_pearson

Z: Final = NormalDist().inv_cdf(0.975)
REWRITE_BELOW: Final = 0.40
WITHHOLD_BELOW: Final = 0.20


@dataclass(frozen=True)
class Agreement:
    """κ with its 95 % interval, and how often both said the same."""

    observed: float
    kappa: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What follows for the questions: keep, rewrite, or withhold their rates."""
        if self.low < WITHHOLD_BELOW:
            return "withhold"
        return "rewrite" if self.low < REWRITE_BELOW else "keep"


def kappa(table: Sequence[Sequence[int]]) -> Agreement | None:
    """Cohen's κ = (p_o − p_e)/(1 − p_e), s.e. √(p_o(1−p_o)/n)/(1−p_e). None where chance alone explains all.

    Takes   table: rows the first reader's answers, columns the second's, in the same order.
    """
    total = sum(map(sum, table))
    if not total:
        return None
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    observed = sum(table[n][n] for n in range(len(table))) / total
    chance = sum(row * column for row, column in zip(rows, columns, strict=True)) / total**2
    if chance == 1:
        return None
    value = (observed - chance) / (1 - chance)
    error = sqrt(observed * (1 - observed) / total) / (1 - chance)
    return Agreement(observed, value, value - Z * error, value + Z * error)


def cross_table(pairs: Sequence[tuple[str, str]], answers: Sequence[str]) -> list[list[int]]:
    """The answers of two readers to the same questions, counted."""
    counts: Mapping[tuple[str, str], int] = {pair: pairs.count(pair) for pair in set(pairs)}
    return [[counts.get((first, second), 0) for second in answers] for first in answers]


@dataclass(frozen=True)
class Detection:
    """What readers found of what was planted: the share, with its exact 95 % interval."""

    found: int
    planted: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Found of planted."""
        return self.found / self.planted


def detection(found: int, planted: int) -> Detection | None:
    """Sensitivity, or the share of false problems; None while nothing was planted."""
    return Detection(found, planted, *clopper_pearson(found, planted)) if planted else None
