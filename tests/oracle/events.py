"""Events as plain values: the last correction known, nothing beyond the instant of judgement, in order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.oracle.days import Moment

Row = Mapping[str, Any]
SUBJECT_COLUMN = {
    "case": "case",
    "person": "person",
    "item": "item",
    "visit": "visit",
    "order": "order",
    "document": "document",
    "dossier": "dossier",
    "incident": "incident",
    "shift": "incident",
}


@dataclass(frozen=True, eq=False)
class Event:
    """What happened, when it happened, and whom it names."""

    source: str
    id: str
    type: str
    at: datetime
    is_bare_date: bool
    columns: Mapping[str, str | None]
    until: Moment | None
    facts: Mapping[str, Any]

    @property
    def key(self) -> str:
        """How other tables name the event."""
        return f"{self.source}/{self.id}"

    def named(self, subject: str) -> str | None:
        """The id of the subject of a kind that the event names."""
        return self.columns.get(SUBJECT_COLUMN[subject])


def known_events(rows: Iterable[Row], as_of: datetime, known_at: datetime | None) -> tuple[list[Event], int]:
    """Events in order, and how many were left out because they lie after `as_of`."""
    events = [event_of(row) for row in rows_that_count(rows, known_at)]
    kept = [event for event in events if event.at <= as_of]
    return sorted(kept, key=lambda e: (e.at, e.source, e.id)), len(events) - len(kept)


def rows_that_count(rows: Iterable[Row], known_at: datetime | None) -> list[Row]:
    """Of each event the last version known, unless that is void."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        recorded = row.get("recorded_at")
        if known_at is not None and recorded is not None and recorded > known_at:
            continue
        key = (row.get("source") or "", row["id"])
        if key not in best or (row.get("version") or 1) > (best[key].get("version") or 1):
            best[key] = row
    return [row for row in best.values() if not row.get("void")]


def event_of(row: Row) -> Event:
    """One row of the event table. `facts` may be a mapping or its JSON."""
    facts = row.get("facts") or {}
    until = row.get("until")
    return Event(
        source=row.get("source") or "",
        id=row["id"],
        type=row["type"],
        at=row["at"].astimezone(UTC),
        is_bare_date=row.get("at_precision") == "day",
        columns={column: row.get(column) for column in ("case", "incident", *SUBJECT_COLUMN.values())},
        until=Moment(until.astimezone(UTC), row.get("until_precision") == "day") if until is not None else None,
        facts=json.loads(facts) if isinstance(facts, str) else facts,
    )


@dataclass(frozen=True)
class Group:
    """The events that are judged together: those of one case, or of one incident."""

    case: str | None
    incident: str | None
    events: tuple[Event, ...]


def case_groups(events: Iterable[Event]) -> list[Group]:
    """By case; an event without one belongs to the only case that names its incident, else to the incident itself."""
    events = list(events)
    cases_of: dict[str, set[str]] = {}
    for event in events:
        case, incident = event.columns["case"], event.columns["incident"]
        if case is not None and incident is not None:
            cases_of.setdefault(incident, set()).add(case)
    groups: dict[tuple[str | None, str | None], list[Event]] = {}
    for event in events:
        case, incident = event.columns["case"], event.columns["incident"]
        if case is None and incident is not None and len(cases_of.get(incident, ())) == 1:
            (case,) = cases_of[incident]
        groups.setdefault((case, None) if case is not None else (None, incident), []).append(event)
    return [Group(case, incident, tuple(found)) for (case, incident), found in groups.items()]


def incident_groups(events: Iterable[Event]) -> list[Group]:
    """By incident or shift, whatever case they belong to."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        incident = event.columns["incident"]
        if incident is not None:
            groups.setdefault(incident, []).append(event)
    return [Group(None, incident, tuple(found)) for incident, found in groups.items()]
