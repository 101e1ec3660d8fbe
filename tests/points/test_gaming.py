"""A policy played against: the shipped one holds every strategy, a naive one visibly does not."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.points.book import POLICIES, ROOT, facts
from tests.points.ledger_story import shipped
from zhunsheng.city.gaming.nudge import NUDGES, failing_tests, nudged
from zhunsheng.city.gaming.play import Gain, play
from zhunsheng.city.gaming.strategies import STRATEGIES
from zhunsheng.cli import main
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.policy import Policy

NAIVE = ROOT / "examples" / "points" / "count_policy.toml"


def read(path: str) -> Policy:
    """A policy of a file, whether or not the gate lets it load."""
    policy = judge_policy((ROOT / path).read_text("utf-8"), facts()).policy
    assert policy is not None
    return policy


def gains(policy: Policy, codes: Sequence[str], seeds: int) -> dict[str, Gain]:
    chosen = [one for one in STRATEGIES if one.code in codes]
    return {gain.strategy.code: gain for gain in play(policy, facts(), seeds=seeds, strategies=chosen)}


def test_story_10_the_shipped_policy_holds_all_fourteen_strategies() -> None:
    found = gains(shipped(), [one.code for one in STRATEGIES], seeds=3)
    assert len(found) == 14
    assert [code for code, gain in found.items() if not gain.passes] == []
    assert found["S5"].upper <= 0  # a detention more costs time and earns nothing


def test_a_policy_of_stations_is_played_against_by_all_of_a_station() -> None:
    found = gains(shipped("station_unit"), ["S1", "S5", "S9", "S12", "S13"], seeds=4)
    # It pays neither numbers of cases nor days: one more of either changes nothing but luck
    assert [abs(found[code].mean) < 0.002 for code in ("S1", "S12")] == [True, True]
    assert found["S5"].upper <= 0  # a detention more can only be broken
    assert found["S9"].mean < -0.03  # the telephone count has what nobody recorded
    assert found["S13"].mean < 0  # what is ended in haste has more problems
    assert [code for code, gain in found.items() if not gain.passes] == []


def test_points_off_for_each_late_case_pay_a_station_for_doing_fewer_and_coercion_takes_time() -> None:
    policy = shipped("station_unit")
    late = next(one for one in shipped().entries if one.id == "overdue")
    found = gains(replace(policy, entries=(*policy.entries, late)), ["S5"], seeds=4)
    assert found["S5"].mean > 0
    assert not found["S5"].passes


def test_a_station_is_measured_by_honest_ones_and_not_by_those_that_play_too() -> None:
    policy = shipped("station_unit")
    work = replace(shipped().entries[0], share="")
    blocks = {**policy.blocks, "volume": 30, "quality": 40, "timeliness": 20, "effect": 10}
    paying = replace(policy, blocks=blocks, entries=(work, *policy.entries), weights=shipped().weights)
    assert gains(paying, ["S13"], seeds=3)["S13"].mean > 0.02  # half the minutes for a third of the cases: more cases


def test_story_10_with_volume_30_and_no_cap_cherry_picking_and_hasty_endings_pay() -> None:
    policy = shipped()
    blocks = {**policy.blocks, "volume": 30, "quality": 30}
    found = gains(replace(policy, blocks=blocks, cap=None), ["S2", "S13"], seeds=3)
    assert [code for code, gain in found.items() if not gain.passes] == ["S2", "S13"]


def test_a_naive_policy_of_counts_pays_for_splitting_coercing_and_hasty_endings() -> None:
    found = gains(read("examples/points/count_policy.toml"), ["S1", "S5", "S13"], seeds=3)
    assert [code for code, gain in found.items() if not gain.passes] == ["S1", "S5", "S13"]
    assert found["S1"].mean > 0.2  # 30 % of the cases have two numbers or three


def test_story_9_no_nudge_lifts_anybodys_score_under_the_shipped_policy() -> None:
    found = list(nudged(shipped(), facts()))
    assert len(found) == len(NUDGES) == 13
    assert {one.nudge.type: one.rise for one in found if one.rise} == {}
    assert failing_tests(shipped(), found) == []  # those that the file itself states


def test_a_report_that_is_not_recorded_lowers_the_score_of_the_station() -> None:
    found = {one.nudge.type: one.rise for one in nudged(shipped("station_unit"), facts())}
    assert found["report.not_recorded"] < 0
    assert max(found.values()) <= 0


RISES = {
    "u01_detained_count.toml": "person.detained",
    "u02_admin_detention.toml": "admin_detention.executed",
    "u04_solved.toml": "case.solved",
    "u13_place_entries.toml": "person.brought_in",
    "u23_unsolved_deduct.toml": "case.not_filed",
    "u30_end_field.toml": "decision.penalty",
    "u40_seizures.toml": "property.seized",
}


@pytest.mark.parametrize("file", RISES)
def test_the_nudge_test_finds_by_arithmetic_what_the_gate_finds_by_name(file: str) -> None:
    policy = judge_policy((POLICIES / file).read_text("utf-8"), facts()).policy
    assert policy is not None
    rising = [one.nudge.type for one in nudged(policy, facts(), only=(RISES[file],)) if one.rise > 0]
    assert rising == [RISES[file]]


def test_a_test_of_a_file_that_does_not_hold_is_named() -> None:
    policy = shipped()
    lie = replace(policy.tests[0], name="a detention pays", change=100)
    unknown = replace(policy.tests[0], name="a parade", given=({"type": "parade.held"},))
    found = list(nudged(policy, facts(), only=("person.detained",)))
    said = failing_tests(replace(policy, tests=(*policy.tests[:1], lie, unknown)), found)
    assert said[0] == "a detention pays: stated 1.00, found 0.00."
    assert said[1].startswith("a parade: 'parade.held' is no nudge.")
    assert len(said) == 2


def test_simulate_says_what_the_naive_policy_pays_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["points", "simulate", str(NAIVE), "--seeds", "2"]) == 2
    out = capsys.readouterr().out
    assert "gate: refuse PG01,PG09,PG12" in out
    assert re.search(r"count_policy@2027-01-01, 2 years: FAILS: S1, .*S13 pay more than allowed\.", out)
