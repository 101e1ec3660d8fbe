"""Unknown is never fine, nor a breach: a fact that a check reads, taken out of its tests, is asked for by name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.rulecheck.test_unknown import is_asked_for, without
from tests.story import law
from zhunsheng.core import check as c
from zhunsheng.core.rule import RuleTest
from zhunsheng.rulecheck.inside_checks import counts_findings, verdicts_of_tests

BOOK = law()
CHECKS = {check.id: check for check in BOOK.checks}
INFERRED = "inferred"


def asked_lists(check: c.Check) -> Iterator[c.Tests]:
    """Every list of tests that a check puts to an act or to another record."""
    yield from check.unless
    for version in check.versions:
        yield from (*version.applies, *version.require)
    yield getattr(check.body, "tests", ())
    if isinstance(check.body, c.Span):
        yield from (longer.tests for longer in check.body.longer)


def facts_asked_for(check: c.Check) -> set[str]:
    """The facts and columns without which a check cannot say."""
    found = {fact for tests in asked_lists(check) for fact in is_asked_for(tests)}
    if isinstance(check.body, c.Match):
        found |= {*check.body.agree, *check.body.differ}
    if isinstance(check.body, c.Overlap):
        found |= {*check.body.differ} - {"person"}  # an act that names nobody is another question
    if isinstance(check.body, c.Order) and check.body.fact:
        found.add(check.body.fact)
    return found - check.assume.keys()


def told(check: c.Check, tests: tuple[RuleTest, ...]) -> list[Mapping[str, Any]]:
    """The verdicts on some tests of a check, each with the number of its test."""
    found = verdicts_of_tests(BOOK, replace(check, tests=tests))
    return [{"test": n, **row} for n, rows in found.items() for row in rows]


def breaches(rows: list[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """What is broken, or would be if it were not inferred."""
    return {
        (row["test"], row["event"], row["subject"], tuple(row["events"]))
        for row in rows
        if row["kind"] == "broken" or row["reason"] == INFERRED
    }


def plain(check: c.Check) -> tuple[RuleTest, ...]:
    """The tests of a check that look at all that is known."""
    return tuple(test for test in check.tests if test.known_at is None)


@cache
def breaches_of_file(name: str) -> set[tuple[Any, ...]]:
    """What is broken in the tests as they stand."""
    return breaches(told(CHECKS[name], plain(CHECKS[name])))


CASES = [
    (check.id, fact)
    for check in BOOK.checks
    if not counts_findings(check)
    for fact in sorted(facts_asked_for(check))
    if not any(fact in BOOK.vocabulary.event_types[event].states for event in check.events)
]


def test_most_checks_read_facts_that_may_be_missing() -> None:
    assert len(CASES) >= 80
    assert len({check for check, _ in CASES}) >= 55


@pytest.mark.parametrize(("name", "fact"), CASES)
def test_a_fact_that_nobody_states_is_asked_for_and_accuses_nobody(name: str, fact: str) -> None:
    # Given the tests of a check, and the same with one fact stated by nobody
    check = CHECKS[name]
    stripped = tuple(without(test, fact) for test in plain(check))
    # When they are judged
    after = told(check, stripped)
    # Then the fact is asked for by name, and what was no breach is none now
    assert f"missing_fact: {fact}" in {row["reason"] for row in after}
    assert breaches(after) <= breaches_of_file(name)


KEYED = [check.id for check in BOOK.checks if check.needs_key and check.key != "case" and not counts_findings(check)]
COLUMN = {"officer": "officers"}


@pytest.mark.parametrize("name", KEYED)
def test_an_act_that_names_nobody_is_asked_about(name: str) -> None:
    # Given the tests of a check that finds other records by a key, and the same in which no act names it
    check = CHECKS[name]
    column = COLUMN.get(check.key, check.key)
    nameless = tuple(
        replace(
            test,
            given=tuple(
                {k: v for k, v in e.items() if k != column or e["type"] not in check.events} for e in test.given
            ),
        )
        for test in check.tests
        if test.known_at is None
    )
    # Then none of them is found broken for want of a record that may be there, and they are asked about
    found = told(check, nameless)
    assert breaches(found) == set() or check.versions[0].require
    assert {"missing_key"} <= {row["reason"] for row in found}


def test_of_two_statements_that_contradict_each_other_the_last_counts() -> None:
    check = CHECKS["minor.suspect-adult-present"]
    base = next(test for test in check.tests if list(map(str, test.expect)) == ["broken red"] and len(test.given) == 1)
    (act,) = base.given
    other = {"at": act["at"].replace(hour=23), "type": "rights.notified", "person": act["person"], "minor": False}
    silent = {name: value for name, value in act.items() if name != "minor"}
    first = {**other, "at": act["at"].replace(hour=0), "minor": True}
    for given, expected in (((first, silent), {"broken"}), ((first, silent, other), set()), ((act, other), {"broken"})):
        rows = told(check, (replace(base, given=given, case={}),))
        assert {row["kind"] for row in rows} == expected  # what the act itself states outweighs both
