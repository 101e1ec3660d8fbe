"""The vocabulary in force, read once from the rulebook; and the same in the words of the page's language."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from zhunsheng.apps.display.formats import is_english
from zhunsheng.core.vocabulary import Vocabulary, parse_vocabulary
from zhunsheng.value_words import ValueWords, with_value_words, words_of

FILE: Final = "vocabulary.toml"


@cache
def vocabulary() -> Vocabulary:
    """The closed lists that events are judged by.

    Raises  VocabularyRefused, FileNotFoundError: without a vocabulary nothing can be taken in.
    """
    text = _text(settings.RULEBOOK)
    return with_value_words(parse_vocabulary(text, path=FILE), words_of(text))


def page_vocabulary() -> Vocabulary:
    """The same, with the titles of the language that is active: to show, not to judge by."""
    return in_page_language(vocabulary())


def in_page_language(chinese: Vocabulary) -> Vocabulary:
    """A vocabulary to show: in English where the page is."""
    return in_english(chinese) if is_english() else chinese


def in_english(chinese: Vocabulary) -> Vocabulary:
    """A vocabulary with the English titles that the rulebook's file states; what it does not state stays."""
    titles = _english(settings.RULEBOOK)
    events, facts = titles["events"], titles["facts"]
    named = replace(
        chinese,
        event_types={n: replace(each, title=events.get(n, each.title)) for n, each in chinese.event_types.items()},
        facts={n: replace(each, title=facts.get(n, each.title)) for n, each in chinese.facts.items()},
        roles={n: titles["roles"].get(n, title) for n, title in chinese.roles.items()},
        channels={n: titles["channels"].get(n, title) for n, title in chinese.channels.items()},
    )
    return with_value_words(named, _english_values(settings.RULEBOOK))


@cache
def _english(folder: Path) -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, Mapping[str, Any]]] = tomllib.loads(_text(folder))
    return {
        table: {name: row["title_en"] for name, row in data[table].items() if "title_en" in row}
        for table in ("events", "facts", "roles", "channels")
    }


@cache
def _english_values(folder: Path) -> ValueWords:
    return words_of(_text(folder), language="en")


def _text(folder: Path) -> str:
    return (folder / FILE).read_text(encoding="utf-8")
