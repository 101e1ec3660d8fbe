"""Case weights, measured: standard minutes of a type of case, shrunk to the common mean where little is known."""

from dataclasses import dataclass
from math import inf
from typing import Final

import polars as pl

from zhunsheng.core.points import tables as t

MOST_RATIO: Final = 4
"""The heaviest type weighs at most so many times the lightest."""

MINUTES: Final = pl.Schema({"unit": pl.String(), "case.type": pl.String(), "minutes": pl.Int64()})
"""What cases that are closed took: a row each."""


@dataclass(frozen=True)
class TypeMinutes:
    """What was measured of a type of case, and what it counts."""

    type: str
    cases: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Weight:
    """Standard minutes of a type: how far its own mean is believed (B), and its share of the average case."""

    type: str
    belief: float
    minutes: int
    share: float
    unshrunk: float


def weigh(measured: list[TypeMinutes]) -> list[Weight]:
    """Shrink the means of types towards their common mean (DerSimonian–Laird). Types of fewer than two cases, or whose
    cases all took the same, are believed as they are."""
    squares = [one.deviation**2 / one.cases if one.cases > 1 else inf for one in measured]
    known = [(one.mean, s2) for one, s2 in zip(measured, squares, strict=True) if 0 < s2 < inf]
    common, tau2 = _common(known) if known else (0.0, 0.0)
    beliefs = [1.0 if s2 == 0 else tau2 / (tau2 + s2) if s2 < inf else 0.0 for s2 in squares]
    minutes = [common + b * (one.mean - common) for one, b in zip(measured, beliefs, strict=True)]
    minutes = _bounded(minutes)
    cases = sum(one.cases for one in measured)
    average = sum(one.cases * m for one, m in zip(measured, minutes, strict=True)) / cases
    plain = sum(one.cases * one.mean for one in measured) / cases
    return [
        Weight(one.type, b, round(m), m / average, one.mean / plain)
        for one, b, m in zip(measured, beliefs, minutes, strict=True)
    ]


def _common(known: list[tuple[float, float]]) -> tuple[float, float]:
    """The common mean, and the variance between types."""
    w = [1 / s2 for _, s2 in known]
    total = sum(w)
    mean = sum(wi * m for wi, (m, _) in zip(w, known, strict=True)) / total
    q = sum(wi * (m - mean) ** 2 for wi, (m, _) in zip(w, known, strict=True))
    scale = total - sum(wi**2 for wi in w) / total
    tau2 = max(0.0, (q - (len(known) - 1)) / scale) if scale > 0 else 0.0
    again = [1 / (s2 + tau2) for _, s2 in known]
    return sum(wi * m for wi, (m, _) in zip(again, known, strict=True)) / sum(again), tau2


def _bounded(minutes: list[float]) -> list[float]:
    """No type weighs more than four times the lightest."""
    least = min(minutes)
    return [min(one, MOST_RATIO * least) for one in minutes]


def weights_table(cases: pl.DataFrame, *, year: int) -> pl.DataFrame:
    """The weights of each unit from the cases of all the others: tables.WEIGHTS. Nobody moves his own weight.

    Takes   cases: MINUTES. Where one unit is all there is, its own cases have to do.
    """
    units = cases["unit"].unique().sort().to_list()
    parts = []
    for unit in units:
        others = cases.filter(pl.col("unit") != unit) if len(units) > 1 else cases
        rows = (
            others.group_by("case.type")
            .agg(n=pl.len(), mean=pl.col("minutes").mean(), deviation=pl.col("minutes").std().fill_null(0.0))
            .sort("case.type")
        )
        measured = [TypeMinutes(*row) for row in rows.iter_rows()]
        parts += [(year, unit, one.type, one.minutes) for one in weigh(measured)]
    return pl.DataFrame(parts, schema=t.WEIGHTS, orient="row")
