"""Intervals hold the truth as often as they say; bands and medians are those worked out by hand."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.points.coverage import UNITS, covered
from zhunsheng.core.points.bands import critical, is_surely_above, standings
from zhunsheng.core.points.limits import count_limits, share_limits, sum_limits
from zhunsheng.core.points.volume import medians_of_others, upper_bound
from zhunsheng.core.points.weights import TypeMinutes, weigh


@pytest.mark.parametrize(("cases", "rate"), [(12, 0.03), (12, 0.2), (40, 0.08)])
def test_the_interval_of_a_score_holds_the_truth_93_to_97_times_in_a_hundred(cases: int, rate: float) -> None:
    # 1,200 officers who expect as many cases with as many problems: python -m tests.points.nightly has the whole table
    found = covered(cases, rate, holders=1200)
    assert 0.93 <= found.held <= 0.975


def test_the_interval_of_a_stations_score_holds_the_truth_too() -> None:
    found = covered(300, 0.08, holders=300, name=UNITS)
    assert 0.92 <= found.held <= 0.98  # 300 stations tell it to 1.3 points of a hundred


def test_who_broke_nothing_is_not_known_for_certain() -> None:
    # 100 of 100 was seen in twelve cases; whoever fails one in twenty has that more often than not: 0.95^12 = 0.54
    rows = pl.DataFrame({"kept": [12.0, 120.0], "judged": [12.0, 120.0]})
    low, high = share_limits(pl.col("kept"), pl.col("judged"))
    found = rows.select(low=low.round(3), high=high)
    # why: (12 + 1.4472) / 14.8944 = 0.9028; 1.96 · √(0.4078 / 12 / 12) = 0.1043
    assert found["low"][0] == pytest.approx(0.9028 - 0.1043, abs=1e-3)
    assert found["low"][1] > 0.97
    assert found["high"].to_list() == [1.0, 1.0]


def test_limits_of_a_count_are_those_worked_out() -> None:
    # why: z² = 3.8415; shift 3.8415/3 + 1/6 = 1.4472, extra 3.8415/18 + 7/36 = 0.4079; 14: 15.4472 ± 1.96 · √14.4079
    low, high = count_limits(pl.col("count"))
    found = pl.DataFrame({"count": [0.0, 14.0]}).select(low=low, high=high)
    assert found["low"].to_list() == pytest.approx([0.0, 15.4472 - 7.4396], abs=1e-3)
    assert found["high"].to_list() == pytest.approx([1.4472 + 1.2517, 15.4472 + 7.4396], abs=1e-3)


@given(st.lists(st.floats(0.5, 20), min_size=2, max_size=60))
@settings(max_examples=30, deadline=None)
def test_limits_of_hours_lie_around_them_and_grow_with_them(hours: list[float]) -> None:
    total, squares = sum(hours), sum(h * h for h in hours)
    rows = pl.DataFrame({"t": [total, 2 * total], "q": [squares, 4 * squares]})  # the second: the same in half hours
    low, high = sum_limits(pl.col("t"), pl.col("q"))
    found = rows.select(low=low, high=high)
    assert found["low"][0] < total < found["high"][0]
    assert found.row(1) == pytest.approx([2 * value for value in found.row(0)])


@given(st.integers(1, 500), st.data())
@settings(max_examples=30, deadline=None)
def test_limits_of_a_share_hold_it_and_are_the_mirror_of_what_was_not_kept(judged: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, judged))
    rows = pl.DataFrame({"kept": [kept, judged - kept], "judged": [judged, judged]}).cast(pl.Float64)
    low, high = share_limits(pl.col("kept"), pl.col("judged"))
    (one, other) = rows.select(low, high.alias("high")).rows()
    assert 0 <= one[0] <= kept / judged <= one[1] <= 1
    assert one == pytest.approx((1 - other[1], 1 - other[0]))


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
