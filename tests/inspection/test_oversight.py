"""Limits of alarms follow from the false alarms a year that are allowed: the design's section 10."""

import random
from collections.abc import Iterator
from math import exp

import pytest

from zhunsheng.core.inspection.oversight import (
    FALSE_ALARMS_A_YEAR,
    INDICATORS,
    Counts,
    Week,
    error_of,
    expected,
    hush,
    indicator_counts,
    is_alarm,
    is_too_quiet,
    longest_gap,
    silence,
    spread_about,
    spread_of,
)

MANY = error_of(12, len(INDICATORS) * 30 * 12)
QUIET = error_of(1, 30 * 13)


def test_the_error_of_a_test_is_the_budget_over_all_tests_of_the_year() -> None:
    assert len(INDICATORS) * 30 * 12 == 5040
    assert round(MANY, 5) == 0.00238
    assert round(QUIET, 5) == 0.00256


@pytest.mark.parametrize(("mean", "limit"), [(0.5, 4), (1, 6), (2.6, 9), (5, 13), (10, 21)])
def test_limits_are_those_of_the_design(mean: float, limit: int) -> None:
    assert Counts(mean).limit(MANY) == limit
    assert Counts(mean).at_least(limit) <= MANY < Counts(mean).at_least(limit - 1)


def test_18_nine_back_dated_entries_against_2_6_are_an_alarm_and_eight_are_none() -> None:
    assert round(Counts(2.6).at_least(9), 5) == 0.00149
    assert round(Counts(2.6).at_least(8), 5) == 0.00533
    assert is_alarm(9, 2.6, error=MANY)
    assert not is_alarm(8, 2.6, error=MANY)


def test_what_is_expected_of_a_unit_is_the_rate_of_the_others_and_at_least_one() -> None:
    assert expected(26, 1000, 100) == pytest.approx(2.6)
    assert expected(1, 1000, 100) == 1
    assert expected(0, 0, 100) == 1


def test_counts_that_spread_more_than_chance_are_judged_by_the_negative_binomial() -> None:
    wide = [0, 12, 1, 0, 9, 0, 14, 2, 0, 0, 11, 1]
    even = [2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3]
    assert indicator_counts(4, wide).k is not None
    assert indicator_counts(4, even).k is None
    assert indicator_counts(4, wide).limit(MANY) > indicator_counts(4, even).limit(MANY)
    assert spread_of([]) is None


def test_19_a_station_with_14_alerts_a_week_that_is_silent_for_one_is_too_quiet() -> None:
    assert round(silence(14, 5, weeks=1, found=0), 5) == 0.00126
    assert is_too_quiet(14, 5, weeks=1, found=0, error=QUIET)
    assert not is_too_quiet(14, 5, weeks=1, found=1, error=QUIET)  # why: 0.0059


def test_one_silent_week_of_a_small_station_says_nothing_and_two_do() -> None:
    assert round(silence(6, 3, weeks=1, found=0), 3) == 0.037
    assert round(silence(6, 3, weeks=2, found=0), 5) == 0.00137
    assert not is_too_quiet(6, 3, weeks=1, found=0, error=QUIET)
    assert is_too_quiet(6, 3, weeks=2, found=0, error=QUIET)


def test_a_rare_rule_may_be_silent_for_so_many_weeks() -> None:
    assert longest_gap(0.86, error=QUIET) == pytest.approx(6.94, abs=0.005)


def test_a_run_of_silence_is_one_test_of_all_its_weeks() -> None:
    # why: 2 and 10 a week in turn are 6 on average with a variance of 16.6, so k = 36/10.6 = 3.4
    before = [2, 10] * 13
    one, two = hush(alike(*before, 0)), hush(alike(*before, 0, 0))
    assert one is not None
    assert two is not None
    assert (one.weeks, one.weekly, two.weeks, two.found) == (1, 6, 2, 0)
    assert one.probability > QUIET > two.probability
    busy = hush(alike(*before, 0, 3))
    assert busy is not None
    assert (busy.weeks, busy.found) == (1, 3)  # the week before was another test
    assert hush(alike(*[0] * 27)) is None


def alike(*counts: int, clocks: int = 40) -> list[Week]:
    """Weeks in which as many clocks were open."""
    return [Week(count, clocks) for count in counts]


def test_what_is_expected_of_a_unit_follows_the_clocks_that_it_has_open() -> None:
    # why: 26 weeks of 12 alerts on 40 clocks are 0.3 a clock; 2 clocks left make 0.6, and none is likely then
    before = alike(*[12] * 26)
    few, many = hush([*before, Week(0, 2)]), hush([*before, Week(0, 40)])
    assert few is not None
    assert many is not None
    assert few.weekly == pytest.approx(0.6)
    assert few.probability == pytest.approx(exp(-0.6))
    assert few.probability > QUIET > many.probability
    # A unit that grew threefold is expected to be three times as loud: 18 of 36 are too few, 18 of 12 are not
    grown = hush([*before, Week(18, 120)])
    assert grown is not None
    assert grown.weekly == pytest.approx(36)
    assert grown.probability < QUIET
    busy = hush([*before, Week(18, 40)])
    assert busy is not None
    assert busy.probability > 0.5


def test_alerts_that_follow_the_clocks_do_not_spread_and_those_that_do_not_are_measured_about_their_means() -> None:
    # why: counts that rise and fall with the clocks, 0.3 each, lie on their means
    assert spread_about([6, 12, 24], [6.0, 12.0, 24.0]) is None
    wide = [2, 10] * 13
    assert spread_about(wide, [6.0] * 26) == pytest.approx(spread_of(wide))
    assert spread_about([3], [3.0]) is None


def test_without_an_open_clock_nothing_is_expected_and_without_any_each_week_is_like_the_others() -> None:
    closed = hush([*alike(*[12] * 26), Week(0, 0)])
    assert closed is not None
    assert (closed.weekly, closed.probability) == (0, 1)
    of_checks = hush(alike(*[12] * 26, 0, clocks=0))
    assert of_checks is not None
    assert of_checks.weekly == 12
    assert of_checks.probability < QUIET


def test_weeks_in_which_a_feed_was_down_are_no_measure_of_a_unit() -> None:
    # why: 13 weeks of 6 and 13 of nothing are 3 on average, and one silent week of 3 says little; without them it is 6
    down = [Week(6, 40, is_known=True), Week(0, 40, is_known=False)] * 13
    seen = hush([*down, *alike(0, 0)])
    assert seen is not None
    assert seen.weekly == 6
    assert seen.probability < QUIET


def weeks(lots: random.Random, mean: float) -> Iterator[int]:
    """Alerts of an honest station, week by week."""
    while True:
        count, left = 0, lots.random()
        chance = exp(-mean)
        while left > chance:
            left -= chance
            count += 1
            chance *= mean / count
        yield count


def test_too_quiet_to_be_true_keeps_to_one_false_alarm_a_quarter() -> None:
    """Thirty honest stations of 4 to 24 alerts a week over sixty quarters; each week judged by the 26 before it."""
    lots, alarms, quarters = random.Random(11), 0, 60
    for station in range(30):
        source = weeks(lots, 4 + station * 20 / 29)
        counts = [next(source) for _ in range(26)]
        for _week in range(13 * quarters):
            counts.append(next(source))
            seen = hush(alike(*counts[-27:]))
            alarms += seen is not None and seen.probability <= QUIET
    assert alarms <= quarters
    assert alarms > 0  # the test is awake


def test_all_indicators_together_keep_to_twelve_false_alarms_a_year() -> None:
    """Fourteen indicators of thirty honest units over ten years: no more alarms than were allowed."""
    lots, alarms, years = random.Random(12), 0, 10
    for n in range(len(INDICATORS) * 30):
        mean = 1 + n % 9
        limit, source = Counts(mean).limit(MANY), weeks(lots, mean)
        alarms += sum(next(source) >= limit for _month in range(12 * years))
    assert 0 < alarms <= FALSE_ALARMS_A_YEAR * years
