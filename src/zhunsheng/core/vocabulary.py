"""The closed lists of a rulebook: event types, facts, roles, levels, channels."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FACT_TYPES: Final = ("bool", "integer", "enum", "set", "instant", "text")
FACT_OWNERS: Final = ("event", "person", "case")
EVENT_KEYS: Final = {"title", "title_en", "subject", "facts", "states", "note"}
FACT_KEYS: Final = {"title", "title_en", "type", "values", "of", "dated", "unit", "derived", "note"}


@dataclass(frozen=True)
class Fact:
    """A fact that events may state. `values` is the closed list of an enum or set, in the order of its codes."""

    id: str
    title: str
    type: str
    of: str
    values: tuple[str, ...] = ()
    dated: bool = False  # counts from the date of the event that states it, not for the whole case
    unit: str = ""


@dataclass(frozen=True)
class EventType:
    """A type of event. `states` are facts that the type itself asserts, as if every event of it carried them."""

    id: str
    title: str
    facts: tuple[str, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Vocabulary:
    """Everything that rules and events may name.

    `custody_takes` and `custody_ends` are the event types that take a person into custody and let him go (ADR 1, 20).
    """

    zone: str
    event_types: Mapping[str, EventType]
    facts: Mapping[str, Fact]
    custody_takes: tuple[str, ...]
    custody_ends: tuple[str, ...]
    roles: Mapping[str, str]
    channels: Mapping[str, str]
    custody_fact: str = "in_custody"


class VocabularyRefused(ValueError):
    """vocabulary.toml names something wrongly: the file, the key and the remedy are in the message, one line an
    issue."""

    def __init__(self, issues: list[str]) -> None:
        super().__init__("\n".join(issues))
        self.issues = issues


def parse_vocabulary(text: str, *, path: str = "vocabulary.toml") -> Vocabulary:
    """Read the text of a vocabulary file.

    Raises  VocabularyRefused with every issue at once; tomllib.TOMLDecodeError if it is not TOML.
    """
    data = tomllib.loads(text)
    issues: list[str] = []
    facts = {name: _fact(name, table, path, issues) for name, table in data.get("facts", {}).items()}
    events = {name: _event_type(name, table, facts, path, issues) for name, table in data.get("events", {}).items()}
    custody = data.get("custody", {})
    for key in ("takes", "ends"):
        issues += [
            f"{path}: custody.{key}: {name!r} is no event type. Name one of [events]."
            for name in custody.get(key, [])
            if name not in events
        ]
    if "zone" not in data:
        issues.append(f'{path}: zone: missing. State the time zone, for example zone = "Asia/Shanghai".')
    if issues:
        raise VocabularyRefused(issues)
    return Vocabulary(
        zone=data["zone"],
        event_types=events,
        facts=facts,
        custody_takes=tuple(custody.get("takes", ())),
        custody_ends=tuple(custody.get("ends", ())),
        roles={name: table["title"] for name, table in data.get("roles", {}).items()},
        channels={name: table["title"] for name, table in data.get("channels", {}).items()},
        custody_fact=custody.get("fact", "in_custody"),
    )


def _fact(name: str, table: dict[str, Any], path: str, issues: list[str]) -> Fact:
    where = f"{path}: facts.{name}"
    issues += [f"{where}.{key}: unknown key. Use {', '.join(sorted(FACT_KEYS))}." for key in table.keys() - FACT_KEYS]
    if table.get("type") not in FACT_TYPES:
        issues.append(f"{where}.type: {table.get('type')!r} is no type. Use {', '.join(FACT_TYPES)}.")
    if table.get("of", "event") not in FACT_OWNERS:
        issues.append(f"{where}.of: {table.get('of')!r} owns no facts. Use {', '.join(FACT_OWNERS)}.")
    if table.get("type") in ("enum", "set") and not table.get("values"):
        issues.append(f"{where}.values: missing. List what an {table['type']} may be.")
    return Fact(
        id=name,
        title=table.get("title", name),
        type=table.get("type", ""),
        of=table.get("of", "event"),
        values=tuple(table.get("values", ())),
        dated=table.get("dated", False),
        unit=table.get("unit", ""),
    )


def _event_type(name: str, table: dict[str, Any], facts: Mapping[str, Fact], path: str, issues: list[str]) -> EventType:
    where = f"{path}: events.{name}"
    issues += [f"{where}.{key}: unknown key. Use {', '.join(sorted(EVENT_KEYS))}." for key in table.keys() - EVENT_KEYS]
    named = [*table.get("facts", ()), *table.get("states", {})]
    issues += [f"{where}: {fact!r} is no fact. Declare it under [facts]." for fact in named if fact not in facts]
    return EventType(
        id=name, title=table.get("title", name), facts=tuple(table.get("facts", ())), states=table.get("states", {})
    )
