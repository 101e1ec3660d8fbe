"""One case (or incident) with all that its clocks rest on: what happened, how each due time was reached, and when it
warns. Read once, folded once; pages show parts of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl
from django.db import transaction

from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.supervision.models import OF_CASE, Clock, Finding
from zhunsheng.apps.supervision.queue import name_batch
from zhunsheng.apps.supervision.rulebooks import NothingReleased, current
from zhunsheng.apps.supervision.selectors import sorted_clocks
from zhunsheng.apps.supervision.stored import events_of_batch
from zhunsheng.core.clocks import FoldPart, Rulebook, fold_events
from zhunsheng.core.counted import counted_events
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.findings import clock_keys
from zhunsheng.core.tables import instants, part_clocks, part_steps, steps_table
from zhunsheng.core.thresholds import crossings, warning_rows

COUNTS, WITHDRAWN, MOVED, TO_COME = "counts", "withdrawn", "moved", "to_come"
Crossing = tuple[str, datetime]


@dataclass(frozen=True)
class Happened:
    """One event of the case as its last version tells it. `earlier`: what the versions before said, oldest first.

    `state`: counts; withdrawn: the last version takes it back; moved: it now belongs elsewhere; to_come: its time lies
    ahead.
    """

    key: str  # source/id
    source: str
    type: str
    at: datetime
    at_precision: str
    recorded_at: datetime | None
    state: str
    incident: str | None
    person: str | None
    item: str | None
    visit: str | None
    order: str | None
    dossier: str | None
    document: str | None
    place: str | None
    unit: str | None
    officers: Sequence[str]
    document_no: str | None
    earlier: Sequence["Happened"] = ()


@dataclass(frozen=True)
class CaseFile:
    """Everything of one case. `steps` and `crossings` by the key of their clock; a crossing is a level and when it is
    reached, also where that lies ahead. Without a rulebook in force there are neither."""

    happened: Sequence[Happened]
    clocks: Sequence[Clock]
    findings: Sequence[Finding]
    rulebook: Rulebook | None = None
    steps: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    crossings: Mapping[str, Sequence[Crossing]] = field(default_factory=dict)


@transaction.atomic
def case_file(number: str, *, as_of: datetime, kind: str = OF_CASE) -> CaseFile:
    """The file of a case, or with `kind` of an incident that has none, as of an instant.

    Whoever asks must be allowed to read it: its events are read whole, since a correction may have left the case.
    """
    with session_settings(session_scope(None)):
        name_batch([(kind, number)])
        events = _bearing(events_of_batch(), number, kind)
    own = {"case": number} if kind == OF_CASE else {"case__isnull": True, "incident": number}
    clocks = sorted_clocks(Clock.objects.filter(**own))
    current_ones = Finding.objects.filter(**own, state=Finding.State.CURRENT)
    findings = list(current_ones.order_by("-found_at", "rule", "key"))
    happened = _happened(events, number, kind, as_of)
    try:
        rulebook, _ = current()
    except NothingReleased:
        return CaseFile(happened, clocks, findings)
    known = {rule.id for rule in rulebook.rules} | {check.id for check in rulebook.checks}
    return CaseFile(
        happened,
        [clock for clock in clocks if clock.rule in known],
        [finding for finding in findings if finding.rule in known],
        rulebook,
        *_computed(events, rulebook, as_of),
    )


def _bearing(events: pl.DataFrame, number: str, kind: str) -> pl.DataFrame:
    """Of a batch's events those of this key and of the incidents that it names; every version of them."""
    if kind == OF_CASE:
        of_case = pl.col("case") == number
        incidents = events.filter(of_case)["incident"].drop_nulls().unique()
        chosen = of_case | pl.col("incident").is_in(incidents.implode())
    else:
        chosen = pl.col("incident") == number
    ids = events.filter(chosen.fill_null(value=False)).select("source", "id").unique()
    return events.join(ids, on=["source", "id"], how="semi", nulls_equal=True)


FAR: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def _happened(events: pl.DataFrame, number: str, kind: str, as_of: datetime) -> list[Happened]:
    """The events of the key by time. An event that an earlier version put into it stays, and says that it moved."""
    if events.is_empty():
        return []
    now, at_last = (counted_events(events, as_of=instant).events for instant in (as_of, FAR))
    linked = pl.concat([now, at_last.filter(pl.col("at") > as_of.astimezone(UTC))]).with_columns(EVENT_KEY.alias("key"))
    belongs = pl.col("case") == number if kind == OF_CASE else pl.col("case").is_null() & (pl.col("incident") == number)
    here = set(linked.filter(belongs)["key"])
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in events.with_columns(EVENT_KEY.alias("key")).sort("version").iter_rows(named=True):
        versions[row["key"]].append(row)
    column = "case" if kind == OF_CASE else "incident"
    found = [
        _one(rows, _state(rows[-1], key in here, as_of), last_here)
        for key, rows in versions.items()
        if (last_here := _last_here(rows, column, number)) is not None or key in here
    ]
    return sorted(found, key=lambda one: (one.at, one.key))


def _state(last: Mapping[str, Any], is_here: bool, as_of: datetime) -> str:
    if last["void"]:
        return WITHDRAWN
    if not is_here:
        return MOVED
    return TO_COME if last["at"] > as_of else COUNTS


def _last_here(rows: Sequence[Mapping[str, Any]], column: str, number: str) -> Mapping[str, Any] | None:
    """The last version that put the event into this case or incident itself, and did not take it back."""
    return next((row for row in reversed(rows) if row[column] == number and not row["void"]), None)


def _one(rows: Sequence[Mapping[str, Any]], state: str, last_here: Mapping[str, Any] | None) -> Happened:
    """An event from its versions. What was withdrawn or moved is told as it last stood here."""
    told = last_here if state in (WITHDRAWN, MOVED) and last_here is not None else rows[-1]
    earlier = tuple(_told(row, state, ()) for row in rows if row["version"] < told["version"])
    return _told(told, state, earlier)


def _told(row: Mapping[str, Any], state: str, earlier: Sequence[Happened]) -> Happened:
    names = ("key", "type", "at", "at_precision", "recorded_at", "incident", "person", "item", "visit", "order")
    more = ("dossier", "document", "place", "unit", "document_no")
    return Happened(
        **{name: row[name] for name in (*names, *more)},
        source=row["source"] or "",
        officers=row["officers"] or (),
        state=state,
        earlier=earlier,
    )


def _computed(
    events: pl.DataFrame, rulebook: Rulebook, as_of: datetime
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[Crossing]]]:
    """The steps and the warning times of every clock, by its key."""
    folded = fold_events(events, rulebook, as_of=as_of, with_steps=True, threads=1)
    table = steps_table([part_steps(part) for part in folded.parts])
    steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.with_columns(clock_keys(table)).iter_rows(named=True):
        steps[row["key"]].append(row)
    warned: dict[str, list[Crossing]] = {}
    for part in folded.parts:
        warned |= _crossings(part)
    return dict(steps), warned


def _crossings(part: FoldPart) -> dict[str, list[Crossing]]:
    """When each clock reaches each level; of a stopped one only what it reached before."""
    rows = warning_rows(part)
    if not len(rows):
        return {}
    clocks = part_clocks(part)
    table = clocks.with_columns(clock_keys(clocks))[rows].select("key", "stopped")
    reached = crossings(part, rows)
    levels = table.with_columns(instants(np.asarray(at)).alias(level) for level, at in reached.items())
    return {
        row["key"]: [(level, row[level]) for level in reached if row["stopped"] is None or row[level] <= row["stopped"]]
        for row in levels.iter_rows(named=True)
    }
