"""Golden cases: whole stories and worked examples judged by the whole rulebook, by the engine and by the oracle.

The shared vectors are the other golden cases; ./zs rules vectors and tests/test_oracle_vectors.py run them.
"""

import csv
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.golden.reading import Clock, Story, read_stories
from tests.oracle.book import read_vocabulary, rule_of
from tests.oracle.days import read_calendar
from tests.oracle.rule_files import check_test
from zhunsheng.book import load_rulebook
from zhunsheng.core.rule import Extension, Rule, RuleTest
from zhunsheng.rulecheck.articles import article_numbers, read_instruments
from zhunsheng.rulecheck.inside import Answers, ask, differences

ROOT = Path(__file__).parents[2]
RULEBOOK = ROOT / "rulebook"
BOOK = load_rulebook(RULEBOOK)
RULES = {rule.id: rule for rule in BOOK.rules}
STORIES = read_stories(Path(__file__).parent, BOOK.vocabulary)
ORACLE_RULES = {
    rule.id: rule
    for rule in (rule_of(tomllib.loads(path.read_text("utf-8"))) for path in RULEBOOK.glob("deadlines/**/*.toml"))
}
ORACLE_WORLD = read_vocabulary(RULEBOOK / "vocabulary.toml"), read_calendar(RULEBOOK / "calendar")
SHORT_NAMES = {instrument.short: instrument.name for instrument in read_instruments(RULEBOOK)}
VECTORS = list(csv.DictReader((ROOT / "tests" / "vectors" / "vectors.csv").read_text("utf-8").splitlines()))
WANTED = 300
LONG_ENOUGH = 8  # events of a whole case
ENOUGH_WORDS = 10  # characters of a count
COUNTED = ("met", "late", "lapsed", "excused", "running")  # outcomes that rest on a due time
BROKEN = ("late", "lapsed", "excused")
DIGIT = re.compile(r"\d")


@cache
def answers() -> Answers:
    """What the engine says of every story, all judged together."""
    tests = [RuleTest(s.name, "", s.given, (), s.case, s.as_of, s.known_at) for s in STORIES]
    return ask(BOOK, BOOK.rules[0], BOOK.rules, tests)


@pytest.mark.parametrize("n", range(len(STORIES)), ids=lambda n: STORIES[n].name)
def test_the_engine_judges_the_story_as_counted_by_hand(n: int) -> None:
    wrong = []
    for clock in STORIES[n].clocks:
        test = RuleTest(clock.rule, "", (), clock.expect)
        found = answers().clocks.get((clock.rule, n), [])
        if len(clock.expect) == 1 and len(found) > 1:
            wrong.append(f"{clock.rule}: expected one clock, found {len(found)}.")
        wrong += [f"{clock.rule}: {text}" for text in differences(answers(), clock.rule, n, test, BOOK)]
    assert wrong == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_oracle_judges_the_story_as_counted_by_hand(story: Story) -> None:
    wrong = []
    for clock in story.clocks:
        rule = ORACLE_RULES[clock.rule]
        parents = [ORACLE_RULES[parent.rule] for parent in rule.parents if parent.rule]
        expect = clock.expect[0] if "clocks" in clock.expect[0] else list(clock.expect)
        given = {"given": story.given, "case": story.case, "as_of": story.as_of, "expect": expect}
        if story.known_at:
            given["known_at"] = story.known_at
        wrong += [f"{rule.id}: {text}" for text in check_test(rule, [rule, *parents], given, *ORACLE_WORLD)]
    assert wrong == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_case_is_whole_or_names_its_public_source_and_counts_every_clock(story: Story) -> None:
    assert len(story.given) >= LONG_ENOUGH or story.source.startswith("http")
    assert story.clocks
    counted = [pair for clock in story.clocks for pair in zip(clock.expect, clock.whys, strict=True)]
    assert [why for expect, why in counted if len(why) < ENOUGH_WORDS] == []
    assert [why for expect, why in counted if expect.get("outcome") in COUNTED and not DIGIT.search(why[2:])] == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_article_cited_is_one_on_which_the_rule_rests(story: Story) -> None:
    wrong = [(clock.rule, text) for clock in story.clocks for text in clock.articles if not _rests(clock.rule, text)]
    assert wrong == []


def _rests(rule: str, article: str) -> bool:
    """Whether a rule rests on an article cited by short name and number, `刑诉91`, or by short name alone."""
    short = article.rstrip("0123456789")
    number = article.removeprefix(short)
    return any(
        basis.instrument == SHORT_NAMES[short] and (not number or int(number) in article_numbers(basis.article))
        for version in RULES[rule].versions
        for basis in version.basis
    )


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_is_kept_in_one_story_and_broken_in_another(rule: Rule) -> None:
    found = {expect.get("outcome") for clock in _clocks_of(rule) for expect in clock.expect}
    assert "met" in found
    assert found & set(BROKEN)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_tier_pause_and_restart_of_a_rule_occurs_in_a_story_of_that_rule(rule: Rule) -> None:
    given = [event for story in STORIES if any(c.rule == rule.id for c in story.clocks) for event in story.given]
    occurred = {event["type"] for event in given}
    tiers = {(event["type"], event["tier"]) for event in given if "tier" in event}
    missing = []
    for version in rule.versions:
        types = [extension.event for extension in version.extensions]
        for extension in version.extensions:
            named = (extension.event, extension.tier) in tiers
            told = named or (extension.event in occurred and types.count(extension.event) == 1)
            by_fact = any(_granted(extension, event) for event in given)
            missing += [] if told or by_fact else [extension.tier]
        missing += [pause.id for pause in version.pauses if not {pause.begins} <= occurred]
        missing += [pause.id for pause in version.pauses if not occurred & set(pause.ends)]
    missing += [restart.event for restart in rule.restarts if restart.event not in occurred]
    assert missing == []


def _granted(extension: Extension, event: Mapping[str, Any]) -> bool:
    """Whether an event states the fact by which a start grants a tier."""
    return any(event.get(test.fact) in test.values for test in extension.start_fact)


def _clocks_of(rule: Rule) -> list[Clock]:
    return [clock for story in STORIES for clock in story.clocks if clock.rule == rule.id]


def test_no_two_stories_have_the_same_name_or_the_same_events() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES)
    assert len({repr(story.given) for story in STORIES}) == len(STORIES)


def test_there_are_three_hundred_golden_cases(capsys: pytest.CaptureFixture[str]) -> None:
    clocks = sum(len(clock.expect) for story in STORIES for clock in story.clocks)
    examples = sum(bool(story.source) for story in STORIES)
    total = len(VECTORS) + len(STORIES)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{total} golden cases: {len(VECTORS)} shared vectors, {len(STORIES) - examples} stories, "
            f"{examples} worked examples; {clocks} clocks of {len(STORIES)} told cases.\n"
        )
    assert total >= WANTED
