"""Check files as plain values, read straight from TOML (docs/check-format.md)."""

import calendar
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle.book import DURATION, Tests

MICROSECOND: Final = timedelta(microseconds=1)
MONTHS: Final = re.compile(r"P(\d+)M")
WITHOUT_CASE: Final = ("person", "officer", "place", "unit", "incident")  # keys that mean the same in every case
OF_ALL: Final = ("person", "item", "visit", "order", "document", "dossier")


@dataclass(frozen=True)
class CheckVersion:
    """What holds from a day on."""

    ordinal: int
    in_force: date | None
    applies: tuple[Tests, ...]
    require: tuple[Tests, ...]


@dataclass(frozen=True)
class Check:
    """One check file. `does` is the table of its kind."""

    id: str
    kind: str
    key: str
    level: str
    is_on: bool
    same: frozenset[str]
    assume: Mapping[str, Any]
    unless: tuple[Tests, ...]
    while_begins: tuple[str, ...]
    while_ends: tuple[str, ...]
    while_holds: bool
    acts: tuple[str, ...]
    first: bool
    does: Mapping[str, Any]
    versions: tuple[CheckVersion, ...]
    tests: tuple[Mapping[str, Any], ...]

    @property
    def types(self) -> frozenset[str]:
        """Every event type that the check looks at."""
        named = [*self.acts, *self.while_begins, *self.while_ends]
        for part in ("after", "since", "must", "from", "ends", "with"):
            named += self.does.get(part, [])
        named += [table["event"] for table in self.does.get("longer", [])]
        return frozenset(named)

    @property
    def looks_at_others(self) -> bool:
        """Whether records beside the act are looked for."""
        if self.while_begins or self.kind in ("absent", "overlap", "count", "match"):
            return True
        if self.kind == "order":
            return "fact" not in self.does
        if self.kind == "span":
            return self.does.get("to", "event") == "event" or bool(self.does.get("longer"))
        return False

    def version_on(self, day: date) -> CheckVersion | None:
        """The version in force on a day: the last that has begun."""
        begun = [v for v in self.versions if v.in_force is None or v.in_force <= day]
        return begun[-1] if begun else None


def read_checks(folder: Path) -> list[Check]:
    """Every check file of a rulebook folder."""
    paths = sorted((folder / "checks").rglob("*.toml"))
    return [check_of(tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths]


def check_of(data: Mapping[str, Any]) -> Check:
    """A check from the tables of its file."""
    act, state, kind, key = data.get("act", {}), data.get("while", {}), data["kind"], data["key"]
    same = set(data.get("same", [] if kind in ("overlap", "count") or key == "incident" else ["case"]))
    if key not in WITHOUT_CASE:
        same.add("case")
    return Check(
        id=data["id"],
        kind=kind,
        key=key,
        level=data["level"],
        is_on=data.get("enabled", True) and data.get("status", "stable") not in ("draft", "retired"),
        same=frozenset(same),
        assume=data.get("assume", {}),
        unless=_lists(data.get("unless")),
        while_begins=tuple(state.get("begins", [])),
        while_ends=tuple(state.get("ends", [])),
        while_holds=state.get("holds", True),
        acts=tuple(act.get("events", [])),
        first=act.get("first", False),
        does=data.get(kind, {}),
        versions=tuple(_versions(data)),
        tests=tuple(data.get("test", [])),
    )


def _versions(data: Mapping[str, Any]) -> Iterable[CheckVersion]:
    for n, table in enumerate(data["version"], start=1):
        yield CheckVersion(
            ordinal=n,
            in_force=None if table["in_force"] == "always" else table["in_force"],
            applies=_lists(table.get("applies", data.get("applies"))),
            require=_lists(table.get("require", data.get("require"))),
        )


def _lists(tables: Any) -> tuple[Tests, ...]:
    if tables is None:
        return ()
    return tuple(tables) if isinstance(tables, list) else (tables,)


def moved(start: datetime, text: str, zone: ZoneInfo) -> datetime:
    """The last instant of a duration: natural time; months run to the end of the same-numbered day, clipped."""
    months = MONTHS.fullmatch(text)
    if months is None:
        match = DURATION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no duration")
        days, hours, minutes = (int(part or 0) for part in match.groups())
        return start + timedelta(days=days, hours=hours, minutes=minutes)
    day = start.astimezone(zone).date()
    count = day.year * 12 + day.month - 1 + int(months.group(1))
    year, month = count // 12, count % 12 + 1
    last = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return datetime.combine(last + timedelta(days=1), time(), zone) - MICROSECOND


def length(text: str) -> timedelta:
    """A duration of natural time."""
    epoch = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
    if MONTHS.fullmatch(text):
        raise ValueError(f"{text!r}: months have no length of their own")
    return moved(epoch, text, ZoneInfo("UTC")) - epoch
