"""Watching those who watch: when a count is too high, or too low, for chance. An alarm accuses nobody.

Every limit follows from how many false alarms a year are allowed, shared among all tests of the year.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, lgamma, log
from typing import Final

INDICATORS: Final = {
    "silences": "静默与稍后提醒",
    "false_granted": "裁定误报成立",
    "exceptions": "引用例外结案",
    "withdrawn": "人工撤回发现",
    "late_entry": "补录超过24小时",
    "back_dated": "红色之后倒签",
    "record_changed": "发现之后改动记录",
    "case_lowered": "案件降类或并案",
    "draws_voided": "抽取作废或重新封存",
    "reassigned": "更换阅卷人",
    "cards_eased": "退回未升红或当日销号",
    "points_by_hand": "手工积分、恢复与工作日变更",
    "looks": "需要之外的查阅与导出",
    "rules_off": "停用规则或移动阈值",
}
"""Rates per opportunity that oversight watches, by name (design of oversight: indicators)."""
FALSE_ALARMS_A_YEAR: Final = 12
LEAST_EXPECTED: Final = 1
OVERDISPERSED: Final = Fraction(3, 2)


def error_of(budget: int, tests: int) -> float:
    """The error that one test may have, so that all of a year together give `budget` false alarms."""
    return budget / tests


def expected(city_events: int, city_chances: int, chances: int) -> float:
    """What chance would give a unit: the rate of all others times its own opportunities, at least one."""
    return max(LEAST_EXPECTED, city_events / city_chances * chances) if city_chances else LEAST_EXPECTED


@dataclass(frozen=True)
class Counts:
    """The distribution of a count: Poisson of a mean, or negative binomial where `k` says how it spreads."""

    mean: float
    k: float | None = None

    def terms(self) -> Iterator[float]:
        """P(0), P(1), … without end."""
        x = 0
        while True:
            yield exp(self._log(x))
            x += 1

    def _log(self, x: int) -> float:
        if self.k is None:
            return x * log(self.mean) - self.mean - lgamma(x + 1)
        k, share = self.k, self.mean / (self.mean + self.k)
        return lgamma(x + k) - lgamma(k) - lgamma(x + 1) + k * log(1 - share) + x * log(share)

    def at_most(self, x: int) -> float:
        """P(X ≤ x)."""
        return sum(term for _n, term in zip(range(x + 1), self.terms(), strict=False))

    def at_least(self, x: int) -> float:
        """P(X ≥ x)."""
        return max(0.0, 1 - self.at_most(x - 1)) if x else 1.0

    def limit(self, error: float) -> int:
        """The smallest count whose probability of being reached is at most the error."""
        above = 1.0
        for x, term in enumerate(self.terms()):
            if above <= error:
                return x
            above -= term
        raise AssertionError("the terms have no end")


def spread_of(counts: Iterable[int]) -> float | None:
    """k of a negative binomial, by moments, from a year's counts; None where they spread no more than Poisson."""
    values = list(counts)
    mean = sum(values) / len(values) if values else 0.0
    if len(values) < 2 or not mean:
        return None
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean**2 / (variance - mean) if variance > mean else None


def indicator_counts(mean: float, year: Iterable[int]) -> Counts:
    """How an indicator's counts spread: negative binomial where variance over mean was above 1.5 in the year."""
    values = list(year)
    k = spread_of(values)
    average = sum(values) / len(values) if values else 0.0
    is_wide = k is not None and average * (1 + average / k) > OVERDISPERSED * average
    return Counts(mean, k if is_wide else None)


def is_alarm(found: int, mean: float, *, error: float, k: float | None = None) -> bool:
    """Whether so many are too many for chance."""
    return found >= Counts(mean, k).limit(error)


def silence(weekly: float, k: float | None, *, weeks: int, found: int) -> float:
    """How likely it is to see at most so many alerts in some weeks: NB(jμ, jk), Poisson where nothing spreads more."""
    return Counts(weekly * weeks, None if k is None else k * weeks).at_most(found)


def is_too_quiet(weekly: float, k: float | None, *, weeks: int, found: int, error: float) -> bool:
    """Whether a station is quieter than chance would leave it."""
    return silence(weekly, k, weeks=weeks, found=found) <= error


def silent_weeks(counts: Sequence[int]) -> int:
    """Over how many weeks up to the last one quiet is judged: as many as had nothing at all in a row, at least one.

    So each week is one test of a unit, and a run of silence counts as what it is.
    """
    run = next((n for n, count in enumerate(reversed(counts)) if count), len(counts))
    return max(1, run)


@dataclass(frozen=True)
class Hush:
    """How quiet a unit was in its last weeks: beside how many alerts a week of the time before, how likely that is."""

    weeks: int
    found: int
    weekly: float
    probability: float


def hush(counts: Sequence[int]) -> Hush | None:
    """The quiet at the end of some weeks, judged by the weeks before it; None where nothing was heard before.

    Takes   counts: alerts of each week, the last whole one at the end.
    """
    weeks = silent_weeks(counts)
    before, last = counts[:-weeks], sum(counts[-weeks:])
    if not any(before):
        return None
    weekly = sum(before) / len(before)
    return Hush(weeks, last, weekly, silence(weekly, spread_of(before), weeks=weeks, found=last))


def longest_gap(weekly: float, *, error: float) -> float:
    """The weeks without a finding of a rare rule that chance leaves: ln(1/α)/λ."""
    return -log(error) / weekly
