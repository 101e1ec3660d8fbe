"""The risk stream: which open cases are worth reading first. It gives tasks, never a rate."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from zhunsheng.core.inspection.beta import clopper_pearson
from zhunsheng.core.inspection.draw import mark

POINTS: Final = {
    "red_overdue": 5,
    "red": 3,
    "yellow": 1,
    "ask": 1,
    "reopened": 3,
    "late_entry_after_red": 3,
    "complaint": 2,
    "trial_rule": 2,
}
HALVED_EVERY_DAYS: Final = 30
LEAST_BUDGET: Final = 3
SHARE: Final = Fraction(5, 100)


@dataclass(frozen=True)
class Sign:
    """An open finding or circumstance of a case. `rule` tells apart what counts once; `days` is how old it is."""

    case: str
    rule: str
    kind: str
    days: int

    @property
    def points(self) -> Fraction:
        """What it counts now: halved for every thirty days."""
        return Fraction(POINTS[self.kind], 2 ** (max(0, self.days) // HALVED_EVERY_DAYS))


def scores(signs: Iterable[Sign]) -> dict[str, Fraction]:
    """The points of each case; a rule counts once per case, with its highest sign."""
    best: dict[tuple[str, str], Fraction] = {}
    for sign in signs:
        key = (sign.case, sign.rule)
        best[key] = max(best.get(key, Fraction(0)), sign.points)
    found: dict[str, Fraction] = {}
    for (case, _rule), points in best.items():
        found[case] = found.get(case, Fraction(0)) + points
    return found


def budget(files: int) -> int:
    """How many files a station reads a week: a twentieth of its open and closed ones, at least three."""
    return max(LEAST_BUDGET, ceil(SHARE * files))


def chosen(
    scored: Mapping[str, Fraction], units: Mapping[str, str], seldom_read: Collection[str], *, count: int, seed: bytes
) -> tuple[str, ...]:
    """The cases to read: by points, ties by lot. A third of the budget goes to the units that were read least.

    Takes   units: the unit of each case; seldom_read: units least read in the last quarter.
    """
    order = sorted(scored, key=lambda case: (-scored[case], mark(seed, f"risk|{case}")))
    reserved = [case for case in order if units[case] in seldom_read][: count // 3]
    others = [case for case in order if case not in reserved][: count - len(reserved)]
    return tuple(sorted([*reserved, *others], key=order.index))


@dataclass(frozen=True)
class Lift:
    """How many times as often a file that was looked for has a problem as one that was drawn."""

    value: float
    low: float
    high: float


def lift(risk: tuple[int, int], random: tuple[int, int]) -> Lift | None:
    """The lift with a cautious interval, from the ends of both shares' intervals; None while either has no file.

    Takes   (files with problems, files read) of each stream. They are compared here and never added.
    """
    if not risk[1] or not random[1]:
        return None
    of_risk, of_random = clopper_pearson(*risk), clopper_pearson(*random)
    value = (risk[0] / risk[1]) / (random[0] / random[1]) if random[0] else float("inf")
    low = of_risk[0] / of_random[1]
    high = of_risk[1] / of_random[0] if of_random[0] else float("inf")
    return Lift(value, low, high)
