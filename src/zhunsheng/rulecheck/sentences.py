"""A limit as sentences with choices, and the sentences written back into its file: TOML in, TOML out, never code.

Only values are replaced, where they stand: comments, order and everything that the sentences do not say stay as they
are. A limit that has several amounts by fact, or none, keeps them: the sentence then says so and offers no choice.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from zhunsheng.core.rule import WARNING_LEVELS

Value = str | int | tuple[str, ...]

KEYS: Final = {
    "title": ("", "title"),
    "status": ("", "status"),
    "nature": ("", "nature"),
    "start": ("start", "events"),
    "met_by": ("stop", "met_by"),
    "amount": ("limit", "amount"),
    "unit": ("limit", "unit"),
    "counting": ("limit", "counting"),
    "outer": ("limit", "outer"),
    "roll": ("limit", "roll"),
    **{level: ("leads", level) for level in WARNING_LEVELS},
    **{f"tell_{level}": ("recipients", level) for level in WARNING_LEVELS},
}
"""What a sentence says → the table and key of the file that hold it."""


@dataclass(frozen=True)
class Line:
    """Where a value stands: the lines from `first` to before `end`, and what comes before it on the first."""

    first: int
    end: int
    head: str


class NotInFile(ValueError):
    """A sentence says what the file has no place for."""


def said(text: str) -> dict[str, Value]:
    """What a rule file says of each sentence that it has a place for.

    Raises  tomllib.TOMLDecodeError.
    """
    data = tomllib.loads(text)
    found: dict[str, Value] = {}
    for name, (table, key) in KEYS.items():
        inner = data.get(table, {}) if table else data
        value = inner.get(key) if isinstance(inner, Mapping) else None
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            found[name] = tuple(value)
        elif isinstance(value, str | int):
            found[name] = value
    return found


def written(text: str, values: Mapping[str, Value]) -> str:
    """The file with other values; what is the same already is left as it is written.

    Raises  NotInFile where the file has no place for a value; tomllib.TOMLDecodeError.
    """
    before = said(text)
    for name, value in values.items():
        if name not in before:
            raise NotInFile(f"{name}: this file has no place for it. Edit the file itself.")
        if value != before[name]:
            text = _replaced(text, *KEYS[name], value)
    return text


def _replaced(text: str, table: str, key: str, value: Value) -> str:
    lines = text.splitlines()
    place = _place(lines, table, key)
    return "\n".join([*lines[: place.first], f"{place.head}{_toml(value)}", *lines[place.end :]]) + "\n"


def _place(lines: list[str], table: str, key: str) -> Line:
    begins, ends = _table(lines, table)
    pattern = re.compile(rf"(\s*{re.escape(key)}\s*=\s*)(.*)")
    for n in range(begins, ends):
        match = pattern.fullmatch(lines[n])
        if match:
            return Line(n, _value_end(lines, n, match[2], key), match[1])
    raise NotInFile(f"{table}.{key}: no line of the file states it. Edit the file itself.")


def _table(lines: list[str], table: str) -> tuple[int, int]:
    """The lines of a table; those before the first head where it has no name."""
    heads = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")]
    if not table:
        return 0, heads[0] if heads else len(lines)
    for place, n in enumerate(heads):
        if re.match(rf"\s*\[{re.escape(table)}\]", lines[n]):
            return n + 1, next((other for other in heads[place + 1 :]), len(lines))
    raise NotInFile(f"[{table}]: the file has no such table. Edit the file itself.")


def _value_end(lines: list[str], first: int, begun: str, key: str) -> int:
    """The line after a value, which may be a list over several lines."""
    value = begun
    for end in range(first + 1, len(lines) + 1):
        try:
            tomllib.loads(f"{key} = {value}")
        except tomllib.TOMLDecodeError:
            value += "\n" + (lines[end] if end < len(lines) else "")
        else:
            return end
    raise NotInFile(f"{key}: its value has no end. Edit the file itself.")


def _toml(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # JSON's strings are TOML's, too.
    return json.dumps(value, ensure_ascii=False)


def differing(before: str, after: str) -> Iterable[tuple[str, Any, Any]]:
    """What two versions of a file say differently: name of the sentence, before, after."""
    old, new = said(before), said(after)
    return [(name, old.get(name), new[name]) for name in new if old.get(name) != new[name]]
