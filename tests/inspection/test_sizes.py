"""Sizes of samples, and the claims that they bear: the table of the design, worked out there by another program."""

import itertools
from fractions import Fraction
from math import ceil, comb

import pytest

from zhunsheng.core.inspection.hypergeometric import TAIL, at_most, interval
from zhunsheng.core.inspection.sizes import ClaimRefused, bear, claim, percent, size_for, size_for_precision
from zhunsheng.core.inspection.strata import AllocationRefused, FrameFile, allocate, shrunk_rate, strata

FIVE, TEN = Fraction(5, 100), Fraction(10, 100)
TABLE = [  # files: below 5 % with none, below 10 % with none, below 10 % with one, ± 5 points near 10 %
    (60, 38, 23, 34, 43),
    (120, 47, 26, 40, 65),
    (300, 54, 28, 43, 95),
    (500, 56, 28, 44, 109),
    (3000, 58, 29, 46, 133),
]


@pytest.mark.parametrize(("files", "five", "ten", "ten_with_one", "within"), TABLE)
def test_a_claim_needs_as_many_files_as_the_table_says(
    files: int, five: int, ten: int, ten_with_one: int, within: int
) -> None:
    assert size_for(files, FIVE) == five
    assert size_for(files, TEN) == ten
    assert size_for(files, TEN, 1) == ten_with_one
    assert size_for_precision(files, 0.10, 0.05) == within


def test_300_files_with_one_or_two_problems_need_83_and_108() -> None:
    assert [size_for(300, FIVE, problems) for problems in (1, 2)] == [83, 108]


def test_11_a_budget_of_40_of_300_is_refused_and_offered_what_it_can_say() -> None:
    # why: 40 clean files leave up to 20 faulty ones likely, so that 21 of 300 is the first number they exclude
    assert claim(300, 40).faulty == 21
    with pytest.raises(ClaimRefused, match=r"只能说低于 7\.0%.*至少抽 54 件"):
        bear(300, 40, FIVE)
    assert bear(300, 54, FIVE).rate == FIVE


def test_20_clean_files_of_60_say_no_more_than_below_11_7_percent() -> None:
    # why: 7 faulty of 60; C(53,20)/C(60,20) = 0.0483 and with 6 faulty C(54,20)/C(60,20) = 0.0767
    assert Fraction(comb(53, 20), comb(60, 20)) <= FIVE < Fraction(comb(54, 20), comb(60, 20))
    assert percent(claim(60, 20).rate) == "11.7%"


@pytest.mark.parametrize(
    ("files", "drawn", "problems", "ends"),
    [(60, 38, 0, (0, 3)), (300, 54, 2, (2, 35)), (300, 95, 9, (16, 47)), (500, 56, 3, (7, 71)), (9, 9, 4, (4, 4))],
)
def test_the_interval_of_one_stratum_is_exact(files: int, drawn: int, problems: int, ends: tuple[int, int]) -> None:
    assert interval(files, drawn, problems) == ends


def test_an_interval_found_by_halving_is_the_one_found_by_looking_at_every_number() -> None:
    for files in range(1, 13):
        for drawn in range(1, files + 1):
            for problems in range(drawn + 1):
                likely = [
                    faulty
                    for faulty in range(problems, files - drawn + problems + 1)
                    if at_most(problems, files, faulty, drawn) > TAIL
                    and (not problems or 1 - at_most(problems - 1, files, faulty, drawn) > TAIL)
                ]
                assert interval(files, drawn, problems) == (min(likely), max(likely))


@pytest.mark.parametrize(("files", "drawn"), [(12, 5), (20, 8), (30, 30)])
def test_the_interval_holds_every_true_number_at_least_95_times_in_a_hundred(files: int, drawn: int) -> None:
    for faulty in range(files + 1):
        held = sum(
            Fraction(comb(faulty, k) * comb(files - faulty, drawn - k), comb(files, drawn))
            for k in range(max(0, drawn - files + faulty), min(faulty, drawn) + 1)
            if interval(files, drawn, k)[0] <= faulty <= interval(files, drawn, k)[1]
        )
        assert held >= 1 - FIVE


def test_a_claim_is_false_at_most_once_in_twenty_whatever_the_truth_and_claims_no_less_than_it_can() -> None:
    for files, drawn in itertools.product(range(1, 15), repeat=2):
        for problems in range(min(drawn, 3)):
            if drawn > files:
                continue
            said = claim(files, drawn, problems).faulty  # fewer than so many are faulty
            for faulty in range(said, files + 1):
                assert at_most(problems, files, faulty, drawn) <= FIVE  # so few problems are seldom seen then
            assert at_most(problems, files, said - 1, drawn) > FIVE


@pytest.mark.parametrize("problems", [0, 1, 2])
def test_no_smaller_sample_bears_the_claim(problems: int) -> None:
    for files in range(8, 61, 4):
        for rate in (FIVE, TEN, Fraction(1, 3)):
            faulty = ceil(rate * files)
            if faulty <= problems:
                with pytest.raises(ClaimRefused):
                    size_for(files, rate, problems)
                continue
            bearing = [n for n in range(1, files + 1) if n > problems and at_most(problems, files, faulty, n) <= FIVE]
            assert size_for(files, rate, problems) == min(bearing, default=files)


def test_a_cell_below_eight_joins_the_next_of_its_station_and_never_another_station() -> None:
    files = [FrameFile(f"A{n}", "north", "criminal", "filed") for n in range(3)]
    files += [FrameFile(f"B{n}", "north", "criminal", "refused") for n in range(9)]
    files += [FrameFile(f"C{n}", "north", "theft", "filed") for n in range(2)]
    files += [FrameFile(f"D{n}", "south", "criminal", "filed") for n in range(4)]
    found = strata(files)
    # why: 3 + 9 make the first, the 2 that are left join it, the south has 4 and stays alone
    assert [(one.name.split("|")[0], len(one.ids)) for one in found] == [("north", 14), ("south", 4)]


def test_two_are_drawn_of_each_stratum_and_the_rest_by_size_and_spread() -> None:
    # why: 2 + 2 are given; the other 6 by 90·√(0.1·0.9) = 27 to 30·√(0.5·0.5) = 15, so 3.857 and 2.143
    found = allocate({"large": 90, "mixed": 30}, {"large": TEN, "mixed": Fraction(1, 2)}, 10)
    assert found == {"large": 2 + 4, "mixed": 2 + 2}


def test_no_stratum_gives_more_files_than_it_has() -> None:
    assert allocate({"a": 100, "b": 5, "c": 3}, dict.fromkeys("abc", Fraction(1, 2)), 60) == {"a": 52, "b": 5, "c": 3}


def test_too_few_files_for_two_each_are_refused() -> None:
    with pytest.raises(AllocationRefused, match="分成 2 层，每层至少抽两件"):
        allocate({"a": 10, "b": 10}, {"a": TEN, "b": TEN}, 3)
    with pytest.raises(AllocationRefused, match="共 20 件，不能抽 21 件"):
        allocate({"a": 10, "b": 10}, {"a": TEN, "b": TEN}, 21)


def test_last_years_rate_is_shrunk_by_ten_files_of_the_city() -> None:
    assert shrunk_rate(1, 4, TEN) == Fraction(2, 14)  # why: 1 of 4, and 1 of 10
