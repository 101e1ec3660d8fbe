"""What the values of facts are called: the tables [values.FACT] of vocabulary.toml, for pages, documents and sentences.

Rules and events name values by their codes; nothing here is judged by.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from zhunsheng.core.vocabulary import Fact, Vocabulary


@dataclass(frozen=True)
class NamedFact(Fact):
    """A fact of which some values have a word: code → word."""

    words: Mapping[str, str] = field(default_factory=dict, compare=False)


ValueWords = Mapping[str, Mapping[str, str]]
"""Fact → code of a value → its word."""


def words_of(text: str, *, language: str = "zh") -> ValueWords:
    """The words that the text of a vocabulary file states, in one language: zh or en."""
    key = "title" if language == "zh" else "title_en"
    tables: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(text).get("values", {})
    return {fact: {code: row[key] for code, row in table.items() if key in row} for fact, table in tables.items()}


def with_value_words(vocabulary: Vocabulary, words: ValueWords) -> Vocabulary:
    """A vocabulary whose facts say what their values are called."""
    return replace(
        vocabulary, facts={name: _named(fact, words.get(name, {})) for name, fact in vocabulary.facts.items()}
    )


def value_word(fact: str, value: object, vocabulary: Vocabulary) -> str:
    """What a value of a fact is called; the code itself where the vocabulary has no word."""
    known = vocabulary.facts.get(fact)
    words = known.words if isinstance(known, NamedFact) else {}
    return words.get(str(value), str(value))


def _named(fact: Fact, words: Mapping[str, str]) -> NamedFact:
    return NamedFact(**{each.name: getattr(fact, each.name) for each in fields(Fact)}, words=words)
