"""What values of facts are called: the shipped vocabulary has a word for each in both languages, and pages and
explanations say it."""

import tomllib

import pytest

from tests.story import RULEBOOK
from zhunsheng.book import load_rulebook
from zhunsheng.core.vocabulary import parse_vocabulary
from zhunsheng.rulecheck.check_words import says
from zhunsheng.rulecheck.track import steps
from zhunsheng.value_words import value_word, with_value_words, words_of

TEXT = (RULEBOOK / "vocabulary.toml").read_text("utf-8")
BOOK = load_rulebook(RULEBOOK)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_value_of_the_shipped_vocabulary_has_a_word_and_no_other_has(language: str) -> None:
    stated = {name: set(table.get("values", ())) for name, table in tomllib.loads(TEXT)["facts"].items()}
    words = words_of(TEXT, language=language)
    assert {name: set(table) for name, table in words.items()} == {n: values for n, values in stated.items() if values}
    assert all(word.strip() for table in words.values() for word in table.values())


def test_words_of_one_fact_tell_its_values_apart() -> None:
    for language in ("zh", "en"):
        for fact, words in words_of(TEXT, language=language).items():
            assert len(set(words.values())) == len(words), f"{fact}: two values have one word"


def test_what_has_no_word_keeps_its_code() -> None:
    plain = parse_vocabulary('zone = "Asia/Shanghai"\n[facts.kind]\ntype = "enum"\nvalues = ["a", "b"]\n')
    named = with_value_words(plain, {"kind": {"a": "甲"}})
    assert [value_word("kind", value, named) for value in ("a", "b")] == ["甲", "b"]
    assert value_word("kind", "a", plain) == "a"
    assert value_word("number", 3, named) == "3"
    assert named == with_value_words(plain, {})  # words are no part of what is judged by


def test_the_condition_of_a_limit_is_said_in_words() -> None:
    # why: deposit-refund.toml asks for deposit_paid = true and to not "bail"
    refund = next(rule for rule in BOOK.rules if rule.id == "criminal.bail.deposit-refund")
    assert next(step.text for step in steps(refund, BOOK.vocabulary) if step.part == "applies") == (
        "以保证金担保=是，新措施≠取保候审"
    )


def test_the_condition_of_a_check_is_said_in_words() -> None:
    # why: search.woman-by-woman.toml asks that the examiner be a female officer or a doctor
    check = next(one for one in BOOK.checks if one.id == "search.woman-by-woman")
    lines = says(check, BOOK.vocabulary)
    assert any("检查人为女民警/医师" in line for line in lines), lines
