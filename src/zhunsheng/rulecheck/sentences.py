"""A rule as sentences with choices, and the sentences written back into its file: TOML in, TOML out, never code.

Only values are replaced, where they stand: comments, order and everything that the sentences do not say stay as they
are. What a file has no place for is no sentence of it: a limit that has several amounts by fact keeps them, and the
file itself is edited.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from zhunsheng.core.rule import WARNING_LEVELS

Value = str | int | date | tuple[str, ...] | tuple[Mapping[str, Any], ...]

TOLD: Final = (*WARNING_LEVELS, "ask")
MESSAGES: Final = ("approaching", "overdue", "late", "broken", "unknown")
KEYS: Final = {
    "title": ("", "title"),
    "status": ("", "status"),
    "nature": ("", "nature"),
    "level": ("", "level"),
    "mends": ("", "mends"),
    "start": ("start", "events"),
    "met_by": ("stop", "met_by"),
    "moot_by": ("stop", "moot_by"),
    "excused_by": ("stop", "excused_by"),
    "amount": ("limit", "amount"),
    "unit": ("limit", "unit"),
    "counting": ("limit", "counting"),
    "outer": ("limit", "outer"),
    "roll": ("limit", "roll"),
    "acts": ("act", "events"),
    "begins": ("while", "begins"),
    "ends": ("while", "ends"),
    "after": ("order", "after"),
    "since": ("order", "since"),
    "since_at_least": ("order", "since_at_least"),
    "must": ("absent", "must"),
    "within": ("absent", "within"),
    "before": ("absent", "before"),
    "from": ("absent", "from"),
    "ended_by": ("overlap", "ends"),
    "longest": ("overlap", "longest"),
    "left_by": ("span", "ends"),
    "at_most": ("span", "at_most"),
    "at_least": ("span", "at_least"),
    "times": ("count", "at_most"),
    "window": ("count", "within"),
    "anew": ("count", "since"),
    "with": ("match", "with"),
    "look": ("match", "look"),
    "without": ("match", "without"),
    **{level: ("leads", level) for level in WARNING_LEVELS},
    **{f"tell_{level}": ("recipients", level) for level in TOLD},
    **{f"says_{kind}": ("message", kind) for kind in MESSAGES},
}
"""What a sentence says → the table and key of the file that hold it."""
TESTS: Final = ("applies", "require", "unless", "assume")
"""The tables that hold tests on facts; each may be several alternatives."""

HEAD: Final = re.compile(r"\s*\[\[?([\w.]+)\]\]?\s*(?:#.*)?")


@dataclass(frozen=True)
class Place:
    """Where the value of a sentence stands: the n-th table of a name, its key, and the member of a value that has
    members (an inline table or a list)."""

    table: str
    key: str
    n: int = 0
    member: str | int | None = None


@dataclass(frozen=True)
class Line:
    """Where a value stands: the lines from `first` to before `end`, and what comes before it on the first."""

    first: int
    end: int
    head: str


class NotInFile(ValueError):
    """A sentence says what the file has no place for."""


def said(text: str) -> dict[str, Value]:
    """What a rule file says of each sentence that it has a place for, in the order of the sentences.

    Raises  tomllib.TOMLDecodeError.
    """
    data = tomllib.loads(text)
    found = {name: _plain(_at(data, place)) for name, place in _places(data).items()}
    return {name: value for name, value in found.items() if value is not None}


def written(text: str, values: Mapping[str, Value]) -> str:
    """The file with other values; what is the same already is left as it is written.

    Raises  NotInFile where the file has no place for a value; tomllib.TOMLDecodeError.
    """
    before, places = said(text), _places(tomllib.loads(text))
    for name, value in values.items():
        if name not in before:
            raise NotInFile(f"{name}: this file has no place for it. Edit the file itself.")
        if not _same(value, before[name]):
            text = _replaced(text, places[name], value)
    return text


def differing(before: str, after: str) -> Iterable[tuple[str, Any, Any]]:
    """What two versions of a file say differently: name of the sentence, before, after."""
    old, new = said(before), said(after)
    return [(name, old.get(name), new[name]) for name in new if old.get(name) != new[name]]


def own_names(text: str) -> dict[str, tuple[str, ...]]:
    """What the file itself names and its last version chooses from: ids of pauses, tiers of extensions."""
    data = tomllib.loads(text)
    return {
        "kept_pauses": tuple(pause["id"] for pause in data.get("pause", [])),
        "tiers": tuple(extension["tier"] for extension in data.get("extension", [])),
    }


def _places(data: Mapping[str, Any]) -> dict[str, Place]:
    """Every sentence that such a file could say, with its place."""
    found = {name: Place(table, key) for name, (table, key) in KEYS.items()}
    found |= {name: place for table in TESTS for name, place in _tests(table, data.get(table))}
    for table in ("order", "absent", "match"):
        inner = data.get(table, {})
        found |= {f"if.0.{fact}": Place(table, "if", 0, fact) for fact in inner.get("if", {})}
    if "outside" in data.get("span", {}):
        found |= {"outside_from": Place("span", "outside", 0, 0), "outside_to": Place("span", "outside", 0, 1)}
    found |= dict(_lasting(data))
    last = len(data.get("version", [])) - 1
    for name, key in (("in_force", "in_force"), ("basis", "basis"), ("kept_pauses", "pauses"), ("tiers", "extensions")):
        found[name] = Place("version", key, last)
    return found


def _tests(table: str, held: Any) -> Iterator[tuple[str, Place]]:
    """Each test on a fact of a table, or of its alternatives: `require.0.officers.at_least`."""
    for n, tests in enumerate(held if isinstance(held, list) else [held] if held else []):
        for fact, test in tests.items():
            if isinstance(test, Mapping):
                yield from ((f"{table}.{n}.{fact}.{op}", Place(table, fact, n, op)) for op in test)
            else:
                yield f"{table}.{n}.{fact}", Place(table, fact, n)


def _lasting(data: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    """What moves a limit: pauses, extensions, restarts."""
    for n in range(len(data.get("pause", []))):
        yield f"pause.{n}.from", Place("pause", "from", n)
        yield f"pause.{n}.to", Place("pause", "to", n)
    for n, extension in enumerate(data.get("extension", [])):
        yield f"extension.{n}.event", Place("extension", "event", n)
        mode = "total" if "total" in extension else "added"
        yield f"extension.{n}.{mode}", Place("extension", mode, n, "amount")
    for n in range(len(data.get("restart", []))):
        yield f"restart.{n}.event", Place("restart", "event", n)


def _at(data: Mapping[str, Any], place: Place) -> Any:
    """The value at a place; None where there is none."""
    table = data.get(place.table, {}) if place.table else data
    if isinstance(table, list):
        is_several = place.n > 0 or place.table in (*TESTS, "pause", "extension", "restart", "version")
        table = table[place.n] if is_several and 0 <= place.n < len(table) else {}
    value = table.get(place.key)
    if place.member is None or value is None:
        return value
    return value.get(place.member) if isinstance(value, Mapping) else value[place.member]


def _plain(value: Any) -> Value | None:
    """A value that a sentence can say; None for any other."""
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        return tuple(value)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return value if isinstance(value, str | int | date) else None


def _same(one: Value, other: Value) -> bool:
    """Equal, and of one kind: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _replaced(text: str, place: Place, value: Value) -> str:
    whole: Any = value
    if place.member is not None:
        whole = _at(tomllib.loads(text), Place(place.table, place.key, place.n))
        if isinstance(whole, Mapping):
            whole = {**whole, place.member: value}
        else:
            whole = [value if n == place.member else one for n, one in enumerate(whole)]
    lines = text.splitlines()
    line = _line(lines, place)
    return "\n".join([*lines[: line.first], *f"{line.head}{_toml(whole)}".split("\n"), *lines[line.end :]]) + "\n"


def _line(lines: list[str], place: Place) -> Line:
    begins, ends = _table(lines, place)
    pattern = re.compile(rf"(\s*{re.escape(place.key)}\s*=\s*)(.*)")
    for n in range(begins, ends):
        match = pattern.fullmatch(lines[n])
        if match:
            return Line(n, _value_end(lines, n, match[2], place.key), match[1])
    raise NotInFile(f"{place.table}.{place.key}: no line of the file states it. Edit the file itself.")


def _table(lines: list[str], place: Place) -> tuple[int, int]:
    """The lines of a table; those before the first head where it has no name."""
    heads = [n for n, line in enumerate(lines) if HEAD.fullmatch(line)]
    if not place.table:
        return 0, heads[0] if heads else len(lines)
    own = [n for n in heads if (head := HEAD.fullmatch(lines[n])) and head[1] == place.table]
    if place.n >= len(own):
        raise NotInFile(f"[{place.table}]: the file has no such table. Edit the file itself.")
    first = own[place.n] + 1
    return first, next((n for n in heads if n >= first), len(lines))


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


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_toml(one)}' for name, one in value.items())} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(row, Mapping) for row in value):
            return "\n".join(["[", *(f"    {_toml(row)}," for row in value), "]"])
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    # JSON's strings, numbers and truths are TOML's, too.
    return json.dumps(value, ensure_ascii=False)
