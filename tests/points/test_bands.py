"""Intervals hold the truth as often as they say; bands and medians are those worked out by hand."""

import numpy as np
import pytest

from zhunsheng.core.points.bands import critical, is_surely_above, standings
from zhunsheng.core.points.board import hours_interval, score_interval
from zhunsheng.core.points.student import quantile
from zhunsheng.core.points.volume import medians_of_others, upper_bound
from zhunsheng.core.points.weights import TypeMinutes, weigh

PERIODS = 1500
HOURS = np.array([544, 851, 1145, 414, 947]) / 60
MIX = np.array([120, 40, 25, 60, 6]) / 251


def coverage_of_hours(expected: int, seed: int) -> float:
    """How often the interval of a period holds the hours that are expected of it."""
    rng = np.random.default_rng(seed)
    truth = expected * float(MIX @ HOURS)
    held = 0
    for cases in rng.poisson(expected, PERIODS):
        interval = hours_interval(rng.choice(HOURS, size=cases, p=MIX).tolist())
        held += interval.low <= truth <= interval.high
    return held / PERIODS


@pytest.mark.parametrize("expected", [30, 60])
def test_the_interval_of_hours_holds_the_truth_93_to_97_times_in_a_hundred(expected: int) -> None:
    assert 0.93 <= coverage_of_hours(expected, seed=9) <= 0.97


@pytest.mark.parametrize("cases", [30, 60])
def test_the_interval_of_a_share_holds_the_truth_93_to_97_times_in_a_hundred(cases: int) -> None:
    # A score of two blocks of 50: each the share of cases kept, 0.9 and 0.8; u = 50.00 · ((x − p) + (y − q)) / n a case
    rng = np.random.default_rng(9)
    truth, held = 5000 * 0.9 + 5000 * 0.8, 0
    for _ in range(PERIODS):
        kept = rng.random((2, cases)) < np.array([[0.9], [0.8]])
        p = kept.mean(axis=1, keepdims=True)
        u = (5000 * (kept - p) / cases).sum(axis=0)
        interval = score_interval(float(5000 * p.sum()), float(np.sqrt((u**2).sum())), cases)
        held += interval.low <= truth <= interval.high
    assert 0.93 <= held / PERIODS <= 0.97


def test_rank_sets_hold_all_true_ranks_at_once_at_least_95_times_in_a_hundred() -> None:
    rng = np.random.default_rng(9)
    truth = np.array([96.1, 94.0, 93.2, 90.5, 88.7, 84.0])
    spreads = [0.8, 1.1, 1.9, 0.9, 1.5, 1.2]
    held = 0
    for _ in range(400):
        seen = (truth + rng.standard_normal(6) * spreads).tolist()
        found = standings(seen, spreads, list("abcdef"))
        held += all(one.first <= rank <= one.last for rank, one in enumerate(found, 1))
    assert held / 400 >= 0.95


def test_equals_without_spread_share_a_band_and_order_by_name() -> None:
    found = standings([90.0, 90.0, 80.0], [0.0, 0.0, 0.0], ["b", "a", "c"])
    assert [(one.first, one.last, one.band) for one in found] == [(1, 2, 1), (1, 2, 1), (3, 3, 2)]


def test_one_alone_stands_in_band_one() -> None:
    (alone,) = standings([90.0], [1.0], ["a"])
    assert (alone.first, alone.last, alone.band) == (1, 1, 1)


def test_quantiles_of_t_are_those_of_the_tables() -> None:
    tables = {1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 14: 2.145, 30: 2.042, 120: 1.980}
    assert {df: round(quantile(df), 3) for df in tables} == tables


def test_the_bound_of_a_rate_is_that_of_clopper_and_pearson() -> None:
    # none in 58: 1 − 0.05^(1/58) = 0.0503; all bad: 1
    assert upper_bound(0, 58) == pytest.approx(1 - 0.05 ** (1 / 58), abs=1e-9)
    assert upper_bound(5, 5) == 1.0
    # 1 in 20: the rate at which 0 or 1 in 20 has probability 0.05
    rate = upper_bound(1, 20)
    assert (1 - rate) ** 20 + 20 * rate * (1 - rate) ** 19 == pytest.approx(0.05, abs=1e-9)


def test_the_median_of_others_leaves_oneself_out_and_whoever_was_hardly_there() -> None:
    rates = np.array([1.0, 2.0, 3.0, 10.0, 50.0])
    counts = np.array([True, True, True, True, False])
    # of 2, 3, 10 → 3; of 1, 3, 10 → 3; of 1, 2, 10 → 2; of 1, 2, 3 → 2; the one who was hardly there: of all four 2.5
    assert medians_of_others(rates, counts).tolist() == [3.0, 3.0, 2.0, 2.0, 2.5]
    assert np.isnan(medians_of_others(np.array([1.0]), np.array([True]))[0])


def test_weights_of_types_are_shrunk_as_worked_out() -> None:
    # docs/points-format.md, Case weights: n, mean, sd → B, minutes, share of the average case
    measured = [
        TypeMinutes("盗窃", 120, 540, 260),
        TypeMinutes("故意伤害", 40, 860, 420),
        TypeMinutes("诈骗", 25, 1480, 900),
        TypeMinutes("醉驾", 60, 410, 150),
        TypeMinutes("家暴", 6, 1900, 1100),
    ]
    found = weigh(measured)
    assert [round(one.belief, 3) for one in found] == [0.984, 0.889, 0.521, 0.989, 0.149]
    assert [one.minutes for one in found] == [544, 851, 1145, 414, 947]
    assert [round(one.share, 3) for one in found] == [0.861, 1.348, 1.814, 0.656, 1.500]


def test_no_type_weighs_more_than_four_times_the_lightest() -> None:
    found = weigh([TypeMinutes("a", 500, 100, 10), TypeMinutes("b", 500, 900, 10)])
    assert found[1].minutes == 4 * found[0].minutes


def test_counting_row_by_row_is_comparing_every_pair() -> None:
    rng = np.random.default_rng(9)
    values, spreads = rng.integers(0, 50, 60).astype(float), rng.integers(0, 4, 60).astype(float)  # some without spread
    names = [f"{n:02}" for n in range(60)]
    z = critical(60)
    own = list(zip(values, spreads, strict=True))
    for one, standing in zip(own, standings(values.tolist(), spreads.tolist(), names), strict=True):
        assert standing.first == 1 + sum(is_surely_above(other, one, z) for other in own)
        assert standing.last == 60 - sum(is_surely_above(one, other, z) for other in own)
