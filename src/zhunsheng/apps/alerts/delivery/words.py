"""What delivery says of itself: rulebook/delivery.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from zhunsheng.apps.alerts.channels.text import ONE_MESSAGE_UNITS, units
from zhunsheng.core.wording import placeholders

FILE: Final = "delivery.toml"
NAMES: Final = ("officer", "reason")


class WordsRefused(ValueError):
    """The file says something wrongly; what, and what to do."""


@dataclass(frozen=True)
class Words:
    """The texts, with their placeholders, and the answers that acknowledge."""

    undelivered: str
    acknowledges: frozenset[str]

    def undelivered_text(self, *, officer: str, reason: str) -> str:
        """One short message: the reason gives way, the rest stays."""
        text = _filled(self.undelivered, {"officer": officer, "reason": reason})
        over = units(text) - ONE_MESSAGE_UNITS
        if over > 0:
            text = _filled(self.undelivered, {"officer": officer, "reason": reason[: max(0, len(reason) - over)]})
        return text


def parse_words(text: str) -> Words:
    """Read the file's text.

    Raises  WordsRefused.
    """
    table = tomllib.loads(text)
    if table.keys() != {"undelivered", "acknowledges"}:
        raise WordsRefused(f"{FILE}：应恰好有 undelivered 和 acknowledges，现有 {', '.join(sorted(table))}。")
    if sorted(placeholders(table["undelivered"])) != sorted(NAMES):
        raise WordsRefused(f"{FILE}: undelivered：占位符应为 {'、'.join(NAMES)}，各一次。")
    words = Words(table["undelivered"], frozenset(table["acknowledges"]))
    if units(_filled(words.undelivered, {"officer": "0" * 12, "reason": ""})) > ONE_MESSAGE_UNITS:
        raise WordsRefused(f"{FILE}: undelivered：超过 {ONE_MESSAGE_UNITS} 字。请缩短。")
    return words


@cache
def words_of(folder: Path) -> Words:
    """The texts of a rulebook folder."""
    return parse_words((folder / FILE).read_text(encoding="utf-8"))


def words() -> Words:
    """The texts of this deployment."""
    return words_of(settings.RULEBOOK)


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template
