"""Which checks are judged case by case, and which by a key of their own."""

from dataclasses import replace

from tests.story import law
from zhunsheng.core import check as c
from zhunsheng.core.checks.reach import reads_of
from zhunsheng.scale.plan import EVERYTHING, key_of, plan_of


def test_every_rule_and_check_is_in_one_pass() -> None:
    plan = plan_of(law())
    by_key = [check.id for rulebook in plan.by_key.values() for check in rulebook.judged_checks()]
    passes = [*(check.id for check in plan.alone.judged_checks()), *by_key, *(check.id for check in plan.counting)]
    assert sorted(passes) == sorted(check.id for check in law().judged_checks())
    assert plan.alone.judged() == law().judged()
    assert set(plan.by_key) == {"officer", "person", "place"}


def test_a_check_whose_ends_are_found_by_neither_case_nor_key_is_judged_by_one_task() -> None:
    (check,) = (check for check in law().checks if check.id == "officer.two-acts-at-once")
    assert isinstance(check.body, c.Overlap)
    assert key_of(check) == "officer"
    assert key_of(replace(check, body=replace(check.body, ends_by=("item",)))) == EVERYTHING


def test_what_a_check_reads_includes_what_states_a_fact_of_the_case() -> None:
    """A case becomes criminal by the event that converts it, which states nothing in words."""
    checks = [check for check in law().judged_checks() if "case_kind" in check.words]
    reads = reads_of(checks[:1], law().vocabulary)
    assert reads.every_fact
    assert {"case.converted_criminal", "case.converted_administrative"} <= set(reads.types)
    assert not {"case.converted_criminal", "case.converted_administrative"} & set(reads.keyed)
