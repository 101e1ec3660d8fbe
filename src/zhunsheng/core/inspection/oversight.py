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
    """How quiet a unit was in its last weeks: beside how many alerts a week it would have had, how likely that is."""

    weeks: int
    found: int
    weekly: float
    probability: float


@dataclass(frozen=True)
class Week:
    """One week of a unit: its alerts, and how many clocks were open in it. `is_known`: every feed was heard of."""

    alerts: int
    clocks: int
    is_known: bool = True


def hush(weeks: Sequence[Week]) -> Hush | None:
    """The quiet at the end of some weeks, judged by the weeks before it; None where nothing was heard before.

    Expected are the alerts per open clock of the weeks before, times the clocks that were open in the weeks judged. A
    week in which a feed was down says nothing of how loud a unit is, and is left out of what it is judged by.
    Takes   weeks: the last whole one at the end.
    """
    length = silent_weeks([week.alerts for week in weeks])
    before, last = [week for week in weeks[:-length] if week.is_known], weeks[-length:]
    heard, open_ = sum(week.alerts for week in before), sum(week.clocks for week in before)
    if not heard:
        return None
    # A unit whose alerts come of checks alone has no clock to count by: each of its weeks is like the others.
    rate = heard / open_ if open_ else heard / len(before)
    means = [rate * (week.clocks if open_ else 1) for week in (*before, *last)]
    weekly, found = sum(means[-length:]) / length, sum(week.alerts for week in last)
    spread = spread_about([week.alerts for week in before], means[:-length])
    probability = silence(weekly, spread, weeks=length, found=found) if weekly else 1.0
    return Hush(length, found, weekly, probability)


def spread_about(counts: Sequence[int], means: Sequence[float]) -> float | None:
    """k of a negative binomial, by moments, from counts about means of their own; None where they spread no more than
    Poisson. Where all means are alike it is `spread_of`."""
    size = len(counts)
    if size < 2:
        return None
    squares = sum((count - mean) ** 2 for count, mean in zip(counts, means, strict=True)) * size / (size - 1)
    excess = squares - sum(means)
    return sum(mean**2 for mean in means) / excess if excess > 0 else None


def longest_gap(weekly: float, *, error: float) -> float:
    """The weeks without a finding of a rare rule that chance leaves: ln(1/α)/λ."""
    return -log(error) / weekly
