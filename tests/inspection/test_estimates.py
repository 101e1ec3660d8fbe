"""Rates, their intervals, and what may not be called a rate. Expected numbers are those of the design's section 6.4."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from math import comb, prod

import pytest

from zhunsheng.core.inspection.agreement import cross_table, detection, kappa
from zhunsheng.core.inspection.beta import below, clopper_pearson, quantile
from zhunsheng.core.inspection.estimates import (
    RateRefused,
    Read,
    Stream,
    effective_size,
    most_faulty_unseen,
    rate,
    standard_error,
    upper_bound,
    weighted_rate,
)
from zhunsheng.core.inspection.hypergeometric import at_most
from zhunsheng.core.inspection.risk import Sign, budget, chosen, lift, scores

THREE = [Read(180, 30, 2), Read(90, 30, 4), Read(30, 20, 1)]
SEED = bytes(32)


def rounded(*values: float) -> list[float]:
    return [round(100 * value, 1) for value in values]


def test_strata_give_8_5_percent_and_never_the_raw_8_75() -> None:
    # why: 0.6·2/30 + 0.3·4/30 + 0.1·1/20 = 0.04 + 0.04 + 0.005
    found = rate(THREE)
    assert rounded(found.value, found.low, found.high) == [8.5, 3.6, 16.4]
    assert round(100 * standard_error(THREE), 2) == 2.99
    assert round(effective_size(THREE), 2) == 87.28


def test_14_risk_files_are_a_stratum_read_whole_and_12_2_percent_appears_nowhere() -> None:
    # why: (6 + 278·4/60)/300 = 24.53/300; the ends are 6 + the exact ends of (278, 60, 4), 7 and 42
    found = rate([Read(22, 22, 6, stream=Stream.RISK), Read(278, 60, 4)])
    assert rounded(found.value, found.low, found.high) == [8.2, 4.3, 16.0]
    assert 12.2 not in rounded(found.value, found.low, found.high)


def test_risk_files_that_were_not_all_read_are_refused_a_rate() -> None:
    with pytest.raises(RateRefused, match="两条线不能相加"):
        rate([Read(22, 20, 6, stream=Stream.RISK), Read(278, 60, 4)])


@pytest.mark.parametrize(
    "parts", [[], [Read(10, 0, 0)], [Read(10, 5, 6)], [Read(10, 1, 0)], [Read(10, 11, 0)], [Read(10, 5, 3, 3)]]
)
def test_what_cannot_bear_a_rate_is_refused(parts: list[Read]) -> None:
    with pytest.raises(RateRefused):
        rate(parts)


def test_one_stratum_has_the_exact_interval() -> None:
    found = rate([Read(300, 54, 2)])
    assert rounded(found.low, found.high) == [0.7, 11.7]


def test_a_frame_that_was_read_whole_is_a_count() -> None:
    found = rate([Read(20, 20, 3)])
    assert (found.low, found.value, found.high) == (0.15, 0.15, 0.15)


def test_no_problem_in_any_stratum_gives_the_exact_bound_and_not_that_of_the_pool() -> None:
    for sizes in ([(12, 4), (9, 5)], [(8, 2), (8, 6), (5, 3)]):
        every = itertools.product(*(range(size - read + 1) for size, read in sizes))
        likely = [
            sum(faulty)
            for faulty in every
            if _product(at_most(0, size, k, read) for (size, read), k in zip(sizes, faulty, strict=True))
            >= Fraction(5, 100)
        ]
        assert most_faulty_unseen([Read(size, read, 0) for size, read in sizes]) == max(likely)
        found = rate([Read(size, read, 0) for size, read in sizes])
        assert (found.low, found.high) == (0, max(likely) / sum(size for size, _read in sizes))


def _product(values: Iterable[Fraction]) -> Fraction:
    whole = Fraction(1)
    for value in values:
        whole *= value
    return whole


def test_unequal_chances_are_weighed() -> None:
    # why: a problem at π = 1/2 stands for 2 files, three kept files at π = 1/4 for 12: 2/14
    assert weighted_rate([(True, Fraction(1, 2)), *[(False, Fraction(1, 4))] * 3]) == Fraction(1, 7)


def test_what_nobody_could_tell_counts_as_neither_and_its_share_is_given() -> None:
    found = rate([Read(300, 54, 2, 4)])
    assert found.value == pytest.approx(2 / 50)
    assert found.unclear == Fraction(4, 54)


def test_above_a_tenth_both_bounds_are_given() -> None:
    # why: 8 of 54 are 15 %; low as if none of the 8 were a problem, high as if all were: 2 and 10 of 54
    found = rate([Read(300, 54, 2, 8)])
    assert found.low == rate([Read(300, 54, 2)]).low
    assert found.high == rate([Read(300, 54, 10)]).high


Cells = list[tuple[int, int, int]]  # of each stratum: files, read, faulty
RARE = 1e-9


def chances(cells: Cells) -> Iterator[tuple[float, list[Read]]]:
    """Every sample that may be drawn of some strata, by its counts, with its probability; what is rarer than RARE is
    left out, and so counts as missed."""
    of_each = []
    for size, read, faulty in cells:
        ways = comb(size, read)
        found = range(max(0, read - size + faulty), min(read, faulty) + 1)
        of_each.append([(comb(faulty, k) * comb(size - faulty, read - k) / ways, Read(size, read, k)) for k in found])
    for cell_by_cell in itertools.product(*of_each):
        chance = prod(one for one, _read in cell_by_cell)
        if chance > RARE:
            yield chance, [read for _one, read in cell_by_cell]


def coverage(cells: Cells, holds: Callable[[list[Read], float], bool]) -> float:
    """How often what is said of a month holds: summed over every sample, so that no luck is in it."""
    truth = sum(faulty for _size, _read, faulty in cells) / sum(size for size, _read, _faulty in cells)
    return sum(chance for chance, parts in chances(cells) if holds(parts, truth))


def in_interval(parts: list[Read], truth: float) -> bool:
    found = rate(parts)
    return found.low - 1e-9 <= truth <= found.high + 1e-9


def under_bound(parts: list[Read], truth: float) -> bool:
    return upper_bound(parts) >= truth - 1e-9


THREE_CELLS: list[Cells] = [
    [(180, 30, 14), (90, 30, 11), (30, 20, 2)],
    [(200, 40, 20), (100, 20, 3)],
    [(60, 12, 6), (40, 8, 2), (20, 5, 1)],
    [(30, 6, 2), (24, 6, 2), (18, 6, 1)],
]


@pytest.mark.parametrize("cells", THREE_CELLS)
def test_the_interval_of_strata_holds_the_truth_at_least_95_times_in_a_hundred(cells: Cells) -> None:
    assert coverage(cells, in_interval) >= 0.95


@pytest.mark.parametrize("cells", THREE_CELLS)
def test_the_bound_of_strata_holds_at_least_95_times_in_a_hundred(cells: Cells) -> None:
    assert coverage(cells, under_bound) >= 0.95


def test_quantiles_of_beta_invert_its_probability() -> None:
    for a, b in ((0.5, 3.0), (2.0, 2.0), (17.0, 4.0), (8.0, 90.5)):
        for p in (0.025, 0.5, 0.975):
            assert below(quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-9)
    assert below(0.3, 1, 1) == pytest.approx(0.3)  # why: Beta(1, 1) is even


def test_16_two_readings_agree_with_kappa_0_70_and_17_of_20_planted_files_are_found() -> None:
    found = kappa([(61, 5, 1), (4, 15, 2), (0, 3, 9)])
    assert found is not None
    assert [round(value, 2) for value in (found.observed, found.kappa, found.low, found.high)] == [
        0.85,
        0.7,
        0.56,
        0.84,
    ]
    assert found.verdict == "keep"
    assert [round(end, 2) for end in clopper_pearson(17, 20)] == [0.62, 0.97]
    assert [round(end, 2) for end in clopper_pearson(0, 12)] == [0.0, 0.26]
    planted = detection(17, 20)
    assert planted is not None
    assert planted.share == 0.85


def test_readings_that_hardly_agree_are_rewritten_and_below_0_20_withheld() -> None:
    weak = kappa([(30, 20), (15, 35)])  # why: p_o 0.65, p_e 0.5, κ 0.30, lower end 0.11
    assert weak is not None
    assert weak.verdict == "withhold"
    middle = kappa([(80, 20), (20, 80)])  # why: κ 0.60, s.e. 0.0566, lower end 0.49
    assert middle is not None
    assert middle.verdict == "keep"
    assert kappa([(10, 0), (0, 0)]) is None
    assert kappa([]) is None
    assert cross_table([("pass", "pass"), ("pass", "problem")], ["pass", "problem"]) == [[1, 1], [0, 0]]


def test_a_case_scores_by_open_findings_each_rule_once_halved_every_thirty_days() -> None:
    signs = [
        Sign("A1", "R1", "red_overdue", 0),
        Sign("A1", "R1", "yellow", 0),  # the same rule: only its worst counts
        Sign("A1", "R2", "red", 30),
        Sign("A2", "R1", "ask", 61),
    ]
    assert scores(signs) == {"A1": 5 + Fraction(3, 2), "A2": Fraction(1, 4)}
    assert [budget(files) for files in (10, 60, 100, 101)] == [3, 3, 5, 6]


def test_a_third_of_the_budget_goes_to_the_units_that_were_read_least() -> None:
    points = {f"A{n}": Fraction(n) for n in range(1, 7)}
    units = {f"A{n}": "often" if n > 1 else "seldom" for n in range(1, 7)}
    # why: three may be read, one of them of the unit seldom read, though its case has the fewest points
    assert chosen(points, units, {"seldom"}, count=3, seed=SEED) == ("A6", "A5", "A1")


def test_the_streams_are_compared_as_a_lift_and_never_added() -> None:
    found = lift((6, 22), (4, 60))
    assert found is not None
    assert found.value == pytest.approx((6 / 22) / (4 / 60))
    assert found.low < found.value < found.high
    assert lift((0, 0), (4, 60)) is None


def test_the_bound_of_one_stratum_is_exact_and_one_sided() -> None:
    # why: least number of 300 that 2 problems in 54 exclude at 5 %, less one; by trying every number
    likely = [k for k in range(2, 249) if at_most(2, 300, k, 54) > Fraction(5, 100)]
    assert upper_bound([Read(300, 54, 2)]) == max(likely) / 300
    assert upper_bound([Read(300, 54, 2)]) < rate([Read(300, 54, 2)]).high


def test_without_a_problem_the_bound_is_that_of_all_strata_together() -> None:
    parts = [Read(12, 4, 0), Read(9, 5, 0)]
    assert upper_bound(parts) == most_faulty_unseen(parts) / 21


def test_what_was_read_whole_adds_its_count_to_the_bound() -> None:
    assert upper_bound([Read(20, 20, 3)]) == 3 / 20


def test_above_a_tenth_that_nobody_could_tell_the_bound_counts_them_as_problems() -> None:
    assert upper_bound([Read(300, 54, 2, 8)]) == upper_bound([Read(300, 54, 10)])
