"""Unknown is never fine: a fact that a rule reads, taken out of its tests, is asked for by name.

A fact with a value in [assume] is left out: the file says what counts without it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zhunsheng.book import load_rulebook
from zhunsheng.core.rule import FactTest, Rule, RuleTest
from zhunsheng.rulecheck.inside import Answers, ask

BOOK = load_rulebook(Path(__file__).parents[2] / "rulebook")
JUDGED = {"hours", "immediate"}


def is_asked_for(tests: tuple[FactTest, ...]) -> Iterator[str]:
    """Facts whose absence leaves a test open: `not` and `present` say what absence means."""
    yield from (test.fact for test in tests if test.op not in ("not", "present"))


def hard_facts(rule: Rule) -> set[str]:
    """Facts without which the outcome of the rule is unknown."""
    found = set(is_asked_for(rule.applies))
    for version in rule.versions:
        for limit in version.limits:
            found |= set(is_asked_for(limit.tests))
    return found - rule.assume.keys()


def soft_facts(rule: Rule) -> set[str]:
    """Facts without which something is not granted or does not wait, and is asked for."""
    found: set[str] = set()
    for version in rule.versions:
        for extension in version.extensions:
            found |= {*is_asked_for(extension.tests), *is_asked_for(extension.start_fact)}
        for pause in version.pauses:
            found |= set(is_asked_for(pause.tests))
    for restart in rule.restarts:
        found |= set(is_asked_for(restart.waits_if))
    return found - rule.assume.keys() - hard_facts(rule)


def told_by_events(test: RuleTest, fact: str) -> bool:
    """Whether custody is known from what happened, whatever anybody states (ADR 1, 20)."""
    custody = {*BOOK.vocabulary.custody_takes, *BOOK.vocabulary.custody_ends}
    return fact == BOOK.vocabulary.custody_fact and any(event["type"] in custody for event in test.given)


def stripped_tests(rule: Rule, fact: str) -> list[RuleTest]:
    """The tests of a rule in which nothing tells the fact any more."""
    known = [test for test in rule.tests if test.known_at is None]
    return [without(test, fact) for test in known if not told_by_events(test, fact)]


def without(test: RuleTest, fact: str) -> RuleTest:
    """A test in which nobody states the fact."""
    return replace(
        test,
        given=tuple({name: value for name, value in event.items() if name != fact} for event in test.given),
        case={name: value for name, value in test.case.items() if name != fact},
    )


def states(rule: Rule, fact: str) -> bool:
    """Whether a start type states the fact by itself, so that it is never missing."""
    types = [BOOK.vocabulary.event_types[event] for version in rule.versions for event in version.start]
    return any(fact in kind.states for kind in types)


def asked_in(answers: Answers, rule: Rule) -> list[Mapping[str, Any]]:
    return [clock for (name, _), clocks in answers.clocks.items() if name == rule.id for clock in clocks]


CASES = [(rule, fact) for rule in BOOK.rules for fact in sorted(hard_facts(rule)) if not states(rule, fact)]

SOFT = [(rule, fact) for rule in BOOK.rules for fact in sorted(soft_facts(rule)) if not states(rule, fact)]


def test_most_rules_read_facts_that_may_be_missing() -> None:
    assert len(CASES) >= 50


@pytest.mark.parametrize(("rule", "fact"), CASES, ids=lambda value: getattr(value, "id", value))
def test_a_fact_that_nobody_states_is_asked_for(rule: Rule, fact: str) -> None:
    clocks = asked_in(ask(BOOK, rule, (rule,), stripped_tests(rule, fact)), rule)
    assert clocks, "no clock at all: the missing fact would have passed unnoticed"
    fine = [clock for clock in clocks if clock["outcome"] != "unknown"]
    assert fine == []
    assert fact in {clock["question_fact"] for clock in clocks}


@pytest.mark.parametrize(("rule", "fact"), SOFT, ids=lambda value: getattr(value, "id", value))
def test_a_fact_that_would_grant_something_is_asked_for(rule: Rule, fact: str) -> None:
    clocks = asked_in(ask(BOOK, rule, (rule,), stripped_tests(rule, fact)), rule)
    assert fact in {clock["question_fact"] for clock in clocks if clock["question"] == "missing_fact"}


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_without_its_start_no_clock_runs(rule: Rule) -> None:
    starts = {event for version in rule.versions for event in version.start}
    starts |= {restart.event for restart in rule.restarts if restart.opens}
    if not starts:  # counted back from another rule: that rule's start is taken away in that rule's own turn
        return
    bare = [
        replace(test, given=given)
        for test in rule.tests
        if (given := tuple(event for event in test.given if event["type"] not in starts))
    ]
    alone = replace(rule, parents=tuple(parent for parent in rule.parents if parent.fact))
    assert not bare or asked_in(ask(BOOK, alone, (alone,), bare), rule) == []


HOUR_RULES = [
    rule
    for rule in BOOK.rules
    if all(limit.unit in JUDGED and not limit.tests for version in rule.versions for limit in version.limits)
    and not rule.parents
]


@pytest.mark.parametrize("rule", HOUR_RULES, ids=lambda rule: rule.id)
def test_a_start_without_an_hour_leaves_hours_unknown(rule: Rule) -> None:
    starts = {event for version in rule.versions for event in version.start}
    test = rule.tests[0]
    start = next(event for event in test.given if event["type"] in starts)
    bare = replace(test, given=({**start, "at": start["at"].date()},), as_of=None)
    (clock, *_) = asked_in(ask(BOOK, rule, (rule,), [bare]), rule)
    assert clock["outcome"] == "unknown"
    assert clock["question"] in ("no_hour", "missing_fact")
