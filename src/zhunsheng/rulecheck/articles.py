"""Instruments of law as data, and article numbers as lawyers write them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DIGITS: Final = "零一二三四五六七八九"
UNITS: Final = {"十": 10, "百": 100}
ARTICLE: Final = re.compile(r"第([零一二三四五六七八九十百]+)条(?:至第([零一二三四五六七八九十百]+)条)?")


@dataclass(frozen=True)
class Instrument:
    """A law or regulation: its name, the short name by which it is cited, its watched articles with their subject."""

    name: str
    short: str
    articles: Mapping[int, str]


def read_instruments(folder: Path) -> tuple[Instrument, ...]:
    """The watched instruments of a rulebook folder, in the order of the file; none where it has no instruments.toml."""
    path = folder / "instruments.toml"
    if not path.is_file():
        return ()
    rows = tomllib.loads(path.read_text("utf-8"))["instrument"]
    return tuple(
        Instrument(row["name"], row["short"], {int(n): text for n, text in row.get("articles", {}).items()})
        for row in rows
    )


def article_numbers(text: str) -> frozenset[int]:
    """The articles that a text names: `第一百四十八条至第一百五十条` is 148, 149 and 150; none where it names none."""
    found: set[int] = set()
    for first, last in ARTICLE.findall(text):
        found |= set(range(number_of(first), number_of(last or first) + 1))
    return frozenset(found)


def number_of(numeral: str) -> int:
    """`一百零五` → 105."""
    total = digit = 0
    for character in numeral:
        if character in UNITS:
            total += (digit or 1) * UNITS[character]
            digit = 0
        else:
            digit = DIGITS.index(character)
    return total + digit


def article_text(number: int) -> str:
    """105 → `第一百零五条`. For numbers below one thousand."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return f"第{words}{DIGITS[ones] if ones else ''}条"
