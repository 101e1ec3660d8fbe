"""Golden cases: whole stories judged by the whole rulebook, by the engine and by the oracle.

The shared vectors are the other golden cases; ./zs rules vectors and tests/test_oracle_vectors.py run them.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.book import read_vocabulary, rule_of
from tests.oracle.days import read_calendar
from tests.oracle.rule_files import check_test
from zhunsheng.book import load_rulebook
from zhunsheng.core.rule import RuleTest
from zhunsheng.rulecheck.inside import ask, differences

RULEBOOK = Path(__file__).parents[2] / "rulebook"
BOOK = load_rulebook(RULEBOOK)
STORIES = [
    story
    for path in sorted(Path(__file__).parent.glob("*.toml"))
    for story in tomllib.loads(path.read_text("utf-8"))["story"]
]
ORACLE_RULES = {
    rule.id: rule
    for rule in (rule_of(tomllib.loads(path.read_text("utf-8"))) for path in RULEBOOK.glob("deadlines/**/*.toml"))
}
ORACLE_WORLD = read_vocabulary(RULEBOOK / "vocabulary.toml"), read_calendar(RULEBOOK / "calendar")
Story = dict[str, Any]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_the_engine_judges_the_story_as_counted_by_hand(story: Story) -> None:
    given = RuleTest(story["name"], "", tuple(story["given"]), (), story["case"], story["as_of"])
    answers = ask(BOOK, BOOK.rules[0], BOOK.rules, [given])
    wrong = []
    for clock in story["clock"]:
        test = RuleTest(clock["rule"], clock["why"], given.given, (clock["expect"],))
        wrong += [f"{clock['rule']}: {text}" for text in differences(answers, clock["rule"], 0, test, BOOK)]
    assert wrong == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_the_oracle_judges_the_story_as_counted_by_hand(story: Story) -> None:
    wrong = []
    for clock in story["clock"]:
        rule = ORACLE_RULES[clock["rule"]]
        parents = [ORACLE_RULES[parent.rule] for parent in rule.parents if parent.rule]
        wrong += check_test(rule, [rule, *parents], {**story, "expect": clock["expect"]}, *ORACLE_WORLD)
    assert wrong == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_a_story_has_eight_events_and_every_clock_its_article_and_count(story: Story) -> None:
    assert len(story["given"]) >= 8
    assert all(clock["article"] and clock["why"] for clock in story["clock"])
    assert {clock["rule"] for clock in story["clock"]} <= {rule.id for rule in BOOK.rules}
