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

FILE: Final = "vocabulary.toml"


@cache
def vocabulary() -> Vocabulary:
    """The closed lists that events are judged by.

    Raises  VocabularyRefused, FileNotFoundError: without a vocabulary nothing can be taken in.
    """
    return parse_vocabulary(_text(settings.RULEBOOK), path=FILE)


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
    return replace(
        chinese,
        event_types={n: replace(each, title=events.get(n, each.title)) for n, each in chinese.event_types.items()},
        facts={n: replace(each, title=facts.get(n, each.title)) for n, each in chinese.facts.items()},
        roles={n: titles["roles"].get(n, title) for n, title in chinese.roles.items()},
        channels={n: titles["channels"].get(n, title) for n, title in chinese.channels.items()},
    )


@cache
def _english(folder: Path) -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, Mapping[str, Any]]] = tomllib.loads(_text(folder))
    return {
        table: {name: row["title_en"] for name, row in data[table].items() if "title_en" in row}
        for table in ("events", "facts", "roles", "channels")
    }


def _text(folder: Path) -> str:
    return (folder / FILE).read_text(encoding="utf-8")
