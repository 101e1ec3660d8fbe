"""A TOML table read key by key: what is missing, of the wrong type or unknown is collected, not raised."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

Held = TypeVar("Held")


@dataclass(frozen=True)
class Issue:
    """What is wrong in a file, where, and what would be right."""

    path: str
    key: str
    text: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"


class Table:
    """A TOML table that is read key by key; what nobody asked for is an issue."""

    def __init__(self, data: Mapping[str, Any], key: str, issues: list[Issue], path: str) -> None:
        self._data, self._key, self._issues, self._path = dict(data), key, issues, path

    def where(self, name: str) -> str:
        """The full key of a member."""
        return f"{self._key}.{name}" if self._key else name

    def issue(self, name: str, text: str) -> None:
        """Record an issue at a member."""
        self._issues.append(Issue(self._path, self.where(name), text))

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        """The value of a key, which must be of a type; without a default it must be there."""
        if name not in self._data:
            if default is ...:
                self.issue(name, f"missing. State it as {kind.__name__}.")
                return kind()
            return default
        value = self._data.pop(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.issue(name, f"{value!r} is no {kind.__name__}.")
            return kind() if default is ... else default
        return value

    def first_day(self) -> date:
        """The day from which the file governs, `in_force`; with an issue, the first of all days where it is missing."""
        if not self.has("in_force"):
            self.issue("in_force", "missing. State the first day, such as 2027-01-01.")
            return date.min
        day: date = self.take("in_force", date, date.min)
        return day

    def choice(self, name: str, options: tuple[str, ...], default: Any = ...) -> str:
        """A word of a closed list."""
        value = self.take(name, str, default)
        if value not in options and value != default:
            self.issue(name, f"{value!r} is not one of {', '.join(options)}.")
            return options[0]
        return str(value)

    def words(self, name: str, options: Mapping[str, Any] | None, what: str, default: Any = ()) -> tuple[str, ...]:
        """A list of words, each of which must be among `options`."""
        value = self.take(name, list, list(default) if default is not ... else ...)
        for word in value:
            if options is not None and word not in options:
                self.issue(name, f"{word!r} is no {what}. Name one of the vocabulary.")
        return tuple(str(word) for word in value)

    def table(self, name: str) -> "Table":
        """A sub-table; empty where it is absent."""
        return Table(self.take(name, dict, {}), self.where(name), self._issues, self._path)

    def tables(self, name: str) -> list["Table"]:
        """An array of tables; a single table counts as one."""
        value = self._data.pop(name, [])
        rows = value if isinstance(value, list) else [value]
        return [Table(row, f"{self.where(name)}[{n}]", self._issues, self._path) for n, row in enumerate(rows)]

    def raw(self, name: str, default: Any = None) -> Any:
        """A value of any type."""
        return self._data.pop(name, default)

    def has(self, name: str) -> bool:
        """Whether a key is there and not yet read."""
        return name in self._data

    def rest(self) -> dict[str, Any]:
        """What is left, all of it read now."""
        rest, self._data = self._data, {}
        return rest

    def close(self) -> None:
        """Everything left is unknown."""
        for name in self.rest():
            self.issue(name, "unknown key. See docs/rule-format.md for the keys there are.")


def read_toml(text: str, read: Callable[[Table, list[Issue]], Held], *, path: str) -> tuple[Held | None, list[Issue]]:
    """What `read` makes of the table of a TOML text, or nothing and every issue with its line. Raises nothing.

    `read` takes the table and the list to which what it finds wrong is added.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        return None, [Issue(path, "", f"is not TOML: {problem}.")]
    issues: list[Issue] = []
    held = read(Table(data, "", issues, path), issues)
    return (None, [replace(issue, line=line_of(text, issue.key)) for issue in issues]) if issues else (held, [])


def line_of(text: str, key: str) -> int:
    """The line on which a key of a TOML text stands, as well as its last word tells; 0 where it is absent."""
    *parents, name = key.replace("]", "").replace("[", ".").split(".") if key else [""]
    index = next((int(part) for part in reversed(parents) if part.isdigit()), 0)
    heads = [part for part in parents if not part.isdigit()]
    lines = text.splitlines()
    start = 0
    if heads:
        found = [n for n, line in enumerate(lines) if re.match(rf"\s*\[+\s*{re.escape('.'.join(heads[:1]))}\b", line)]
        start = found[min(index, len(found) - 1)] if found else 0
    for n in range(start, len(lines)):
        if re.match(rf"\s*\[*{re.escape(name)}\b", lines[n]):
            return n + 1
    return start + 1 if heads else 0
