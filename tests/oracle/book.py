"""Rule files and the vocabulary as plain values, read straight from TOML."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

Tests = Mapping[str, Any]
LEVELS: Final = ("blue", "yellow", "red")
DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True)
class Limit:
    """How long, and how it is counted."""

    amount: int
    unit: str
    counting: str
    outer: str
    roll: str
    tests: Tests


@dataclass(frozen=True)
class Leads:
    """Per level: a duration, or a share of the limit between 0 and 100."""

    lead: Mapping[str, timedelta | int]
    from_start: bool


@dataclass(frozen=True)
class Tier:
    """What lengthens a limit."""

    id: str
    event: str | None
    mode: str  # total, added, by_document
    amount: int
    unit: str
    states: str
    after: str | None
    tests: Tests
    start_fact: Tests
    repeat: bool
    leads: Leads | None


@dataclass(frozen=True)
class Pause:
    """Time that does not count."""

    id: str
    begins: str
    ends: tuple[str, ...]
    pair_by: str
    tests: Tests
    then: Any  # None, "base", or a table with amount and unit
    cap_days: int | None


@dataclass(frozen=True)
class Restart:
    """A new epoch from an event."""

    n: int
    event: str
    limit: Any  # None (the base) or a table with amount and unit
    opens: bool
    waits_if: Tests
    waits_from: str | None
    waits_end: tuple[str, ...]

    @property
    def is_awaited(self) -> bool:
        """Whether it counts only for a clock that waits for it."""
        return bool(self.waits_if) or self.waits_from is not None


@dataclass(frozen=True)
class Version:
    """What holds from a day on."""

    ordinal: int
    in_force: date | None
    start: tuple[str, ...]
    limits: tuple[Limit, ...]
    tiers: tuple[Tier, ...]
    pauses: tuple[Pause, ...]


@dataclass(frozen=True)
class Parent:
    """Another clock, or an instant stated by the start, that a due time is counted back from."""

    rule: str | None
    tier: str | None
    fact: str | None
    amount: int
    unit: str


@dataclass(frozen=True)
class Rule:
    """One rule file."""

    id: str
    subject: str
    kind: str
    custody: bool
    is_on: bool  # a person may turn it off; drafts and retired rules are not judged
    applies: Tests
    assume: Mapping[str, Any]
    met_by: tuple[str, ...]
    moot_by: tuple[str, ...]
    excused_by: tuple[str, ...]
    all_of: Mapping[str, str]
    recipients: str | None
    before_start: str
    lapses: bool
    restarts: tuple[Restart, ...]
    parents: tuple[Parent, ...]
    leads: Leads
    versions: tuple[Version, ...]
    tests: tuple[Mapping[str, Any], ...]

    @cached_property
    def opened_by(self) -> frozenset[str]:
        """Event types without which no clock of the rule can open by itself."""
        starts = {name for version in self.versions for name in version.start}
        return frozenset(starts | {restart.event for restart in self.restarts if restart.opens})

    def version_on(self, day: date) -> Version | None:
        """The version in force on a day: the last that has begun."""
        found = None
        for version in self.versions:
            if version.in_force is None or version.in_force <= day:
                found = version
        return found


@dataclass(frozen=True)
class Vocabulary:
    """Which facts belong to whom, what event types assert, and what takes a person into custody."""

    zone: str
    owner: Mapping[str, str]  # fact → event, person or case
    dated: frozenset[str]
    states: Mapping[str, Mapping[str, Any]]
    takes: frozenset[str]
    ends: frozenset[str]
    custody_fact: str


def read_vocabulary(path: Path) -> Vocabulary:
    """Read vocabulary.toml."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    facts, custody = data.get("facts", {}), data.get("custody", {})
    return Vocabulary(
        zone=data["zone"],
        owner={name: table.get("of", "event") for name, table in facts.items()},
        dated=frozenset(name for name, table in facts.items() if table.get("dated", False)),
        states={name: table["states"] for name, table in data.get("events", {}).items() if table.get("states")},
        takes=frozenset(custody.get("takes", [])),
        ends=frozenset(custody.get("ends", [])),
        custody_fact=custody.get("fact", "in_custody"),
    )


def read_rules(paths: Iterable[Path]) -> list[Rule]:
    """Read rule files."""
    return [rule_of(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(paths)]


def rule_of(data: Mapping[str, Any]) -> Rule:
    """A rule from the tables of its file."""
    stop = data.get("stop", {})
    return Rule(
        id=data["id"],
        subject=data["subject"],
        kind=data["kind"],
        custody=data.get("custody", False),
        is_on=data.get("enabled", True) and data.get("status", "stable") not in ("draft", "retired"),
        applies=data.get("applies", {}),
        assume=data.get("assume", {}),
        met_by=tuple(stop.get("met_by", [])),
        moot_by=tuple(stop.get("moot_by", [])),
        excused_by=tuple(stop.get("excused_by", [])),
        all_of=stop.get("all_of", {}),
        recipients=stop.get("recipients"),
        before_start=stop.get("before_start", "question"),
        lapses=stop.get("on_due", "breach") == "lapse",
        restarts=tuple(_restart(n, table) for n, table in enumerate(data.get("restart", []))),
        parents=tuple(_parent(table) for table in data.get("parent", [])),
        leads=_leads(data["leads"]),
        versions=_versions(data),
        tests=tuple(data.get("test", [])),
    )


def _versions(data: Mapping[str, Any]) -> tuple[Version, ...]:
    start = tuple(data.get("start", {}).get("events", []))
    limits = _limits(data.get("limit", []))
    tiers = [_tier(table) for table in data.get("extension", [])]
    pauses = [_pause(table, data["subject"]) for table in data.get("pause", [])]
    return tuple(
        Version(
            ordinal=n,
            in_force=None if table["in_force"] == "always" else table["in_force"],
            start=tuple(table.get("start", start)),
            limits=_limits(table["limit"]) if "limit" in table else limits,
            tiers=tuple(t for t in tiers if t.id in table.get("extensions", [t.id])),
            pauses=tuple(p for p in pauses if p.id in table.get("pauses", [p.id])),
        )
        for n, table in enumerate(data["version"], start=1)
    )


def _limits(tables: Any) -> tuple[Limit, ...]:
    rows = tables if isinstance(tables, list) else [tables]
    return tuple(
        Limit(
            amount=row.get("amount", 0),
            unit=row["unit"],
            counting=row["counting"],
            outer=row.get("outer", "same"),
            roll=row.get("roll", "never"),
            tests=row.get("if", {}),
        )
        for row in rows
    )


def _tier(table: Mapping[str, Any]) -> Tier:
    mode = "added" if "added" in table else "total"
    return Tier(
        id=table["tier"],
        event=table.get("event"),
        mode="by_document" if table[mode]["unit"] == "by_document" else mode,
        amount=table[mode].get("amount", 0),
        unit=table[mode]["unit"],
        states=table.get("states", ""),
        after=table.get("after"),
        tests=table.get("if", {}),
        start_fact=table.get("start_fact", {}),
        repeat=table.get("repeat", False),
        leads=_leads(table["leads"]) if "leads" in table else None,
    )


def _pause(table: Mapping[str, Any], subject: str) -> Pause:
    return Pause(
        id=table.get("id", table["from"]),
        begins=table["from"],
        ends=tuple(table["to"]),
        pair_by=table.get("pair_by", subject),
        tests=table.get("if", {}),
        then=table.get("then"),
        cap_days=table.get("cap_days"),
    )


def _restart(n: int, table: Mapping[str, Any]) -> Restart:
    return Restart(
        n=n,
        event=table["event"],
        limit=table.get("limit"),
        opens=table.get("opens", False),
        waits_if=table.get("waits_if", {}),
        waits_from=table.get("waits_from"),
        waits_end=tuple(table.get("waits_end", [])),
    )


def _parent(table: Mapping[str, Any]) -> Parent:
    before = table["before"]
    return Parent(
        rule=table.get("rule"),
        tier=table.get("tier"),
        fact=table.get("fact"),
        amount=before["amount"],
        unit=before["unit"],
    )


def _leads(table: Mapping[str, Any]) -> Leads:
    return Leads({level: lead_of(table[level]) for level in LEVELS}, table.get("from", "due") == "start")


def lead_of(text: str) -> timedelta | int:
    """A lead as written: an ISO 8601 duration, or a share such as 50%."""
    if text.endswith("%"):
        return int(text[:-1])
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is neither a duration nor a share")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def limit_like(base: Limit, table: Mapping[str, Any], *, kind: str, custody: bool) -> Limit:
    """A limit of another amount or unit inside a rule whose base is `base`: it counts by its own unit."""
    unit = table["unit"]
    counting = {
        "hours": "exact_minute",
        "days": "day_after",
        "working_days": "next_workday",
        "months": "same_day_of_month",
        "years": "same_day_of_month",
        "immediate": "at_once",
        "by_document": "by_document",
    }[unit]
    if unit == base.unit:
        counting = base.counting
    outer, roll = "same", "never"
    if unit == "hours":
        outer = "full_hour" if base.outer == "full_hour" and kind != "duration" else "same"
    elif unit in ("days", "months", "years"):
        if base.unit in ("hours", "immediate"):
            outer, roll = ("same", "never") if custody else ("rolled", "forward")
        else:
            outer, roll = base.outer, base.roll
    if outer == "day_end" and unit != "days":
        outer = "same"
    if outer == "spc_month" and unit not in ("months", "years"):
        outer = "same"
    return Limit(table.get("amount", 0), unit, counting, outer, roll, {})
