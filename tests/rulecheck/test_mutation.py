"""The mutation run itself: it makes rules that differ, and it notices when the tests of a rule are too few."""

from dataclasses import replace

from tests.rulecheck.check_mutants import check_mutants
from tests.rulecheck.mutants import mutants
from tests.rulecheck.mutation import RULEBOOK, mutate, mutate_check, reasons
from zhunsheng.book import load_rulebook

BOOK = load_rulebook(RULEBOOK)
RULES = {rule.id: rule for rule in BOOK.rules}
CHECKS = {check.id: check for check in BOOK.checks}
REQUEST = RULES["criminal.detention.request-arrest"]


def test_every_mutant_differs_from_its_rule_and_no_name_is_used_twice() -> None:
    for rule in BOOK.rules:
        found = list(mutants(rule))
        assert len({name for name, _ in found}) == len(found), rule.id
        assert all(mutant != rule for _, mutant in found), rule.id


def test_every_number_of_a_rule_is_flipped() -> None:
    names = {name for name, _ in mutants(REQUEST)}
    assert {"version[0].limit[0].amount +1", "extension 7d.amount +1", "extension 30d.amount -1"} <= names


def test_all_mutants_of_the_arrest_request_are_killed() -> None:
    result = mutate(BOOK, REQUEST)
    assert result.survivors == ()
    assert result.total > 30


def test_with_its_tests_taken_away_but_one_mutants_survive() -> None:
    assert "leads.red +" in mutate(BOOK, replace(REQUEST, tests=REQUEST.tests[:1])).survivors


def test_every_mutant_of_a_check_differs_from_it_and_no_name_is_used_twice() -> None:
    for check in BOOK.checks:
        found = list(check_mutants(check))
        assert len({name for name, _ in found}) == len(found), check.id
        assert all(mutant != check for _, mutant in found), check.id


def test_every_number_length_and_side_of_a_check_is_flipped() -> None:
    names = {name for check in BOOK.checks for name, _ in check_mutants(check)}
    assert {
        "count.at_most +1",
        "absent.within -1 minute",
        "span.at_most +1 month",
        "span.outside from -1 minute",
        "version[0].require[0].officers negated",
        "match.agree quantity to differ",
        "while.holds",
        "level",
    } <= names


def test_all_mutants_of_a_short_check_are_killed_and_survive_without_its_tests() -> None:
    check = CHECKS["place.medical"]
    assert mutate_check(BOOK, check).survivors == ()
    assert "absent.within +1 minute" in mutate_check(BOOK, replace(check, tests=check.tests[:1])).survivors


def test_reasons_name_rules_that_exist() -> None:
    assert reasons().keys() <= RULES.keys() | CHECKS.keys()
