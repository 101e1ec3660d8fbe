"""Golden cases as a person writes them, read into events, clocks and what is expected of each.

`given` holds an event a line, as in tests/story.py: local date, perhaps the hour, what it is about, its type, then
`name=value` for a column of the event table or a fact. `clocks` holds a line a clock:

    rule | article | outcome due / outer | how it was counted

The due time is the strict one; the outer stands behind a slash where it differs. `2026-03-05 24:00` ends that day;
`none` is no due time, `unknown` one that cannot be told; `? word` is what is asked. A rule with several clocks has a
line for each, in order of subject and epoch; `no clock` says that there is none.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhunsheng.core.vocabulary import Vocabulary

SUBJECTS: Final = {"P": "person", "I": "item", "V": "visit", "O": "order", "D": "document", "F": "dossier"}
MOMENT: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d|none|unknown"
EXPECTED: Final = re.compile(
    rf"(?P<outcome>\w+)(?: (?P<due>{MOMENT}))?(?: / (?P<outer>{MOMENT}))?(?: \? (?P<asked>\w+))?"
)


@dataclass(frozen=True)
class Clock:
    """What a story says of the clocks of one rule: for each its article, what is expected and how it was counted."""

    rule: str
    articles: tuple[str, ...]
    expect: tuple[Mapping[str, Any], ...]
    whys: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """A golden case: events, the instants at which it is judged and known, and every clock that is stated."""

    name: str
    given: tuple[Mapping[str, Any], ...]
    clocks: tuple[Clock, ...]
    as_of: datetime
    source: str = ""
    case: Mapping[str, Any] = field(default_factory=dict)
    known_at: datetime | None = None


def read_stories(folder: Path, vocabulary: Vocabulary) -> list[Story]:
    """Every [[story]] of the folder's files. Raises ValueError naming the line that cannot be read."""
    return [
        _story(data, vocabulary)
        for path in sorted(folder.glob("*.toml"))
        for data in tomllib.loads(path.read_text("utf-8")).get("story", [])
    ]


def at(text: str, zone: ZoneInfo) -> datetime:
    """A local time; 24:00 is the end of its day."""
    day, _, clock = text.partition(" ")
    if clock == "24:00":
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone)
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), zone)


def _story(data: Mapping[str, Any], vocabulary: Vocabulary) -> Story:
    zone = ZoneInfo(vocabulary.zone)
    return Story(
        data["name"],
        events_told(data["given"], vocabulary),
        _clocks(lines_of(data["clocks"]), zone),
        at(data["as_of"], zone),
        data.get("source", ""),
        data.get("case", {}),
        at(data["known_at"], zone) if "known_at" in data else None,
    )


def events_told(text: str, vocabulary: Vocabulary) -> tuple[Mapping[str, Any], ...]:
    """The events of a `given`, one a line."""
    return tuple(_event(line.split(), vocabulary, ZoneInfo(vocabulary.zone)) for line in lines_of(text))


def lines_of(text: str) -> list[str]:
    """Lines that say something."""
    return [line for line in text.splitlines() if line.strip()]


def _event(words: list[str], vocabulary: Vocabulary, zone: ZoneInfo) -> dict[str, Any]:
    has_hour = ":" in words[1]
    row: dict[str, Any] = {"at": at(" ".join(words[:2]), zone) if has_hour else date.fromisoformat(words[0])}
    for word in words[1 + has_hour :]:
        name, is_pair, value = word.partition("=")
        if is_pair:
            row[name] = _value(name, value, vocabulary, zone)
        elif "." in word:
            row["type"] = word
        else:
            row[SUBJECTS[word[0]]] = word
    return row


def _value(name: str, text: str, vocabulary: Vocabulary, zone: ZoneInfo) -> Any:
    if name in ("until", "recorded_at"):
        return at(text.replace("T", " "), zone) if "T" in text else date.fromisoformat(text)
    if name == "officers":
        return text.split(",")
    fact = vocabulary.facts.get(name)
    kind = {"version": "integer", "void": "bool"}.get(name, fact.type if fact else "text")
    if kind == "set":
        return [word for word in text.split(",") if word]
    if kind == "instant":
        return at(text.replace("T", " "), zone)
    if kind == "bool":
        return {"true": True, "false": False}[text]
    return int(text) if kind == "integer" else text


def _clocks(lines: list[str], zone: ZoneInfo) -> tuple[Clock, ...]:
    by_rule: dict[str, list[tuple[str, dict[str, Any], str]]] = {}
    for line in lines:
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4:
            raise ValueError(f"{line!r} is not: rule | article | expectation | why.")
        rule, article, expected, why = parts
        by_rule.setdefault(rule, []).append((article, _expected(expected, zone), why))
    return tuple(
        Clock(rule, tuple(a for a, _, _ in rows), tuple(e for _, e, _ in rows), tuple(w for _, _, w in rows))
        for rule, rows in by_rule.items()
    )


def _expected(text: str, zone: ZoneInfo) -> dict[str, Any]:
    if text == "no clock":
        return {"clocks": 0}
    found = EXPECTED.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not: outcome due / outer ? asked.")
    expect: dict[str, Any] = {"outcome": found["outcome"]}
    due, outer = found["due"], found["outer"] or found["due"]
    if due:
        expect |= {"due": _moment(due, zone), "outer": _moment(outer, zone)}
    if found["asked"]:
        expect["question"] = found["asked"]
    return expect


def _moment(text: str, zone: ZoneInfo) -> datetime | str:
    return text if text in ("none", "unknown") else at(text, zone)
