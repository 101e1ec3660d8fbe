"""The own tests of rules as the page of a rule shows them: nothing of them is a code."""

import re

import pytest
from django.utils import translation

from tests.platform import environment  # noqa: F401 - sets Django up
from tests.story import RULEBOOK
from zhunsheng.apps.cases.words import in_english, in_page_language
from zhunsheng.apps.desk.rule_tests import ShownTest, shown_test
from zhunsheng.book import load_rulebook
from zhunsheng.core.check import Check
from zhunsheng.core.rule import Rule
from zhunsheng.rulecheck.check_words import says

BOOK = load_rulebook(RULEBOOK)
RULES: dict[str, Rule | Check] = {rule.id: rule for rule in BOOK.rules} | {check.id: check for check in BOOK.checks}
CODE = re.compile(r"\b[a-z]+(?:[_.-][a-z]+)+\b|\b(?:true|false|None|running|met|late|moot|broken|red|blue|yellow)\b")
NAMES = re.compile(r"(?:编号|依据事件|ID|[Rr]ests on|Document number)[：:] ?[^，；]*")
"""What tests call their events: names of ours, no words."""


def shown(rule: str, name: str) -> ShownTest:
    """A test of a shipped rule, by the beginning of its name."""
    test = next(test for test in RULES[rule].tests if test.name.startswith(name))
    return shown_test(test, in_page_language(BOOK.vocabulary))


def test_what_is_given_and_expected_of_a_limit_is_said_in_words() -> None:
    # Found on the page of a rule: person=P1，tier=7d，days=4 and due = 2026年3月6日 00:00
    found = shown("criminal.detention.request-arrest", "an extension without its tier")
    assert found.expect == [
        "状态：运行中；届满：2026年3月13日 11:00；最迟：2026年3月13日 24:00；待核实：延长没有写明档次"
    ]
    extended = next(test for test in RULES["criminal.detention.request-arrest"].tests if "tier" in test.given[-1])
    _at, what, stated = shown_test(extended, BOOK.vocabulary).given[-1]
    assert what == "延长拘留期限"
    assert stated.startswith("人员：P1，延长档次：7日")


def test_what_is_given_and_expected_of_a_check_is_said_in_words() -> None:
    tests = [shown_test(test, BOOK.vocabulary) for test in RULES["search.woman-by-woman"].tests]
    assert any("检查人：男民警" in stated for test in tests for _at, _what, stated in test.given)
    assert ["认定：待核实；原因：缺少事实（检查人）"] in [test.expect for test in tests]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_test_of_the_shipped_rulebook_shows_a_code(language: str) -> None:
    with translation.override(language):
        vocabulary = in_page_language(BOOK.vocabulary)
        every = [(rule.id, shown_test(test, vocabulary)) for rule in RULES.values() for test in rule.tests]
    texts = [
        (id_, text) for id_, test in every for text in (*test.expect, *(part for row in test.given for part in row))
    ]
    found = {f"{id_}: {text}" for id_, text in texts if language == "zh-hans" and CODE.search(NAMES.sub("", text))}
    assert not found, "\n".join(sorted(found)[:20])
    if language == "en":
        han = {f"{id_}: {text}" for id_, text in texts if re.search(r"[\u3400-\u9fff]", NAMES.sub("", text))}
        assert not han, "\n".join(sorted(han)[:20])


def test_a_check_is_said_in_english_without_a_chinese_word_and_line_by_line_as_in_chinese() -> None:
    # Found in the editor of a check on an English page: 检查：人身检查
    vocabulary = in_english(BOOK.vocabulary)
    for check in BOOK.checks:
        lines = says(check, vocabulary, "en")
        assert len(lines) == len(says(check, BOOK.vocabulary))
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", "\n".join(lines)), (check.id, lines)
    two = next(check for check in BOOK.checks if check.id == "interrogation.two-officers")
    assert says(two, vocabulary, "en") == ["Checked: Interrogation began", "Required: number of officers at least 2"]


def test_a_test_bears_a_name_of_the_language_of_its_page() -> None:
    # Found on a Chinese page: "one officer: ..."
    test = RULES["search.woman-by-woman"].tests[0]
    with translation.override("en"):
        assert shown_test(test, in_page_language(BOOK.vocabulary)).name == test.name
    with translation.override("zh-hans"):
        found = shown_test(test, BOOK.vocabulary)
    assert found.name == found.expect[0]
    assert not found.why
