"""What is said of reading, and when it is put on the list: rulebook/access.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from zhunsheng.apps.alerts.channels.text import ONE_MESSAGE_UNITS, units

FILE: Final = "access.toml"
LONGEST: Final = {"officer": "0" * 10, "tail": "0000", "until": "00:00"}
TEXTS: Final = {"urgent": ("officer", "tail", "until"), "bait": ()}


class ReadingWordsRefused(ValueError):
    """The file says something wrongly: what, and what to do."""


@dataclass(frozen=True)
class Limits:
    """From when on reading is put on the list. `night_from` and `night_until` are hours in Shanghai."""

    days: int
    night_from: int
    night_until: int
    peers_factor: int
    least_cases: int
    least_outside: int
    least_night: int
    least_denied: int


@dataclass(frozen=True)
class Words:
    """The texts with their placeholders, and the limits."""

    urgent: str
    bait: str
    limits: Limits

    def urgent_text(self, *, officer: str, tail: str, until: str) -> str:
        """One short message about an access in an emergency."""
        return self.urgent.format_map({"officer": officer, "tail": tail, "until": until})


def parse_words(text: str) -> Words:
    """Read the file's text.

    Raises  ReadingWordsRefused.
    """
    table = tomllib.loads(text)
    for name, allowed in TEXTS.items():
        said = str(table.get(name, ""))
        filled = said
        for placeholder in allowed:
            if said.count(f"{{{placeholder}}}") != 1:
                raise ReadingWordsRefused(f"{FILE}: {name}：占位符 {placeholder} 应出现一次。")
            filled = filled.replace(f"{{{placeholder}}}", LONGEST[placeholder])
        if not said or "{" in filled or units(filled) > ONE_MESSAGE_UNITS:
            raise ReadingWordsRefused(f"{FILE}: {name}：为空、有别的占位符，或超过 {ONE_MESSAGE_UNITS} 字。请改正。")
    return Words(table["urgent"], table["bait"], _limits(table.get("reading", {})))


def _limits(table: dict[str, Any]) -> Limits:
    names = set(Limits.__dataclass_fields__)
    if table.keys() != names or not all(type(value) is int and value >= 0 for value in table.values()):
        raise ReadingWordsRefused(f"{FILE}: reading：应恰好有 {'、'.join(sorted(names))}，都是不小于 0 的整数。")
    return Limits(**table)


@cache
def words_of(folder: Path) -> Words:
    """The file of a rulebook folder."""
    return parse_words((folder / FILE).read_text(encoding="utf-8"))


def words() -> Words:
    """The file of this deployment."""
    return words_of(settings.RULEBOOK)
