"""Events × deadline rules → clocks and steps: the fold, run over frames."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import rule as r
from zhunsheng.core import schemas
from zhunsheng.core.by_pointer import by_pointer
from zhunsheng.core.calendar import Calendar, CalendarArrays
from zhunsheng.core.check import Check
from zhunsheng.core.compiler import compile_rules
from zhunsheng.core.counted import AsOf, Counted, counted_events
from zhunsheng.core.encoding import Encoded, Ordered, as_of_by_group, coded, encode, in_fold_order, ranges_of
from zhunsheng.core.fold.run import fold
from zhunsheng.core.fold.state import (
    ANOMALY,
    FAULT,
    N_ANOMALIES,
    N_STEPS,
    NO_ROOM,
    RESULT,
    STEP,
    FoldData,
    Work,
    make_work,
    records,
)
from zhunsheng.core.program import AXIS_OF, INCIDENT_AXIS, Compiled, Ints
from zhunsheng.core.vocabulary import Vocabulary

MIN_EVENTS_PER_THREAD: Final = 50_000
CLOCKS_OF_AN_EVENT: Final = 2
"""For so many clocks of each event that acts there is room at first; few open any."""
ROOM_OF_A_CASE: Final = 1_000
"""Clocks, or marks of pauses, for which there may be room in every case without counting how many it needs."""


@dataclass(frozen=True)
class Rulebook:
    """Rules and checks with the vocabulary and the calendar that they are written in."""

    rules: tuple[r.Rule, ...]
    vocabulary: Vocabulary
    calendar: Calendar
    checks: tuple[Check, ...] = ()

    def judged_checks(self) -> tuple[Check, ...]:
        """The checks that count now: enabled, and neither draft nor retired."""
        return tuple(check for check in self.checks if check.enabled and check.status not in ("draft", "retired"))

    def judged(self) -> tuple[r.Rule, ...]:
        """The rules that count now: enabled, and neither draft nor retired."""
        return tuple(rule for rule in self.rules if rule.enabled and rule.status not in ("draft", "retired"))

    @cached_property
    def compiled(self) -> Mapping[str, Compiled]:
        """The rules that count as the fold reads them, by what they are judged by; made once for a rulebook. Checks
        read events as they were encoded by case, whether or not a deadline is judged so."""
        by_incident = {rule.id for rule in self.judged() if AXIS_OF[rule.subject] == INCIDENT_AXIS}
        groups = {
            "case": [rule for rule in self.judged() if rule.id not in by_incident],
            "incident": [rule for rule in self.judged() if rule.id in by_incident],
        }
        wanted = {name for name, rules in groups.items() if rules} | ({"case"} if self.judged_checks() else set())
        return {name: compile_rules(rules, self.vocabulary) for name, rules in groups.items() if name in wanted}

    @cached_property
    def facts_read(self) -> frozenset[str]:
        """Every fact that a rule or a check reads."""
        named = frozenset().union(*(check.words for check in self.judged_checks()))
        return frozenset(self.vocabulary.facts.keys() & named).union(*(c.facts_read for c in self.compiled.values()))


@dataclass(frozen=True)
class FoldPart:
    """The raw outcome for the rules of one judged key, before words are put to codes."""

    compiled: Compiled
    encoded: Encoded
    as_of: NDArray[np.int64]  # of each group
    results: Any
    anomalies: Any
    steps: Any


@dataclass(frozen=True)
class Folded:
    """Everything that the fold said of some events."""

    counted: Counted
    parts: tuple[FoldPart, ...]


def fold_events(
    events: pl.DataFrame,
    rulebook: Rulebook,
    *,
    as_of: AsOf,
    known_at: datetime | None = None,
    with_steps: bool = False,
    threads: int = 2,
) -> Folded:
    """Run the fold over events (schemas.EVENTS) for every rule that counts.

    Raises  SchemaMismatch.
    """
    schemas.assert_schema(events, schemas.EVENTS, "events")
    counted = counted_events(events, as_of=as_of, known_at=known_at)
    return fold_counted(counted, rulebook, as_of=as_of, with_steps=with_steps, threads=threads)


def fold_counted(
    counted: Counted, rulebook: Rulebook, *, as_of: AsOf, with_steps: bool = False, threads: int = 2
) -> Folded:
    """Run the fold over events of which is decided already that they count."""
    parts = []
    for group_by, ordered in orders(counted, rulebook, threads=threads).items():
        compiled = rulebook.compiled[group_by]
        encoded = encode(ordered, compiled)
        parts.append(fold_part(compiled, encoded, rulebook, as_of=as_of, with_steps=with_steps, threads=threads))
    return Folded(counted, tuple(parts))


def orders(counted: Counted, rulebook: Rulebook, *, threads: int = 2) -> dict[str, Ordered]:
    """Events that count in fold order, for each key by which rules are judged and which any of them names."""
    incidents = counted.log["incident"]
    named = incidents.null_count() < len(incidents)
    wanted = [group_by for group_by in rulebook.compiled if group_by == "case" or named]
    if not len(counted.rows) or not wanted:
        return {}
    compiled = rulebook.compiled[wanted[0]]
    numbers = coded(counted.log, compiled, rulebook.vocabulary, facts=rulebook.facts_read, threads=threads)
    return {group_by: in_fold_order(counted, numbers, group_by=group_by) for group_by in wanted}


def fold_part(
    compiled: Compiled,
    encoded: Encoded,
    rulebook: Rulebook,
    *,
    as_of: AsOf,
    with_steps: bool = False,
    threads: int = 1,
) -> FoldPart:
    """Run the fold over encoded events."""
    instants = as_of_by_group(encoded, as_of)
    chunks = _chunks(encoded, threads) if compiled.rules else []
    run = _Run(compiled, encoded, rulebook.calendar.arrays, instants, with_steps)
    if len(chunks) < 2:
        works = [run.fold_chunk(*chunk) for chunk in chunks]
    else:
        with ThreadPoolExecutor(len(chunks)) as pool:
            works = list(pool.map(lambda chunk: run.fold_chunk(*chunk), chunks))
    return _joined(compiled, encoded, instants, works)


def _chunks(encoded: Encoded, threads: int) -> list[tuple[int, int]]:
    """Ranges of cases with about as many events each."""
    return ranges_of(encoded.cases, max(1, min(threads, int(encoded.cases[-1]) // MIN_EVENTS_PER_THREAD)))


@dataclass(frozen=True)
class _Run:
    compiled: Compiled
    encoded: Encoded
    calendar: CalendarArrays
    as_of: NDArray[np.int64]
    with_steps: bool

    def fold_chunk(self, first: int, end: int) -> tuple[Work, int]:
        """Fold a range of cases; again with more room where clocks, results, steps or anomalies found none left."""
        room = self._first_guess(first, end)
        while True:
            work = make_work(**room)
            rows = fold(by_pointer(FoldData(*self._read, work)), self.encoded.cases, first, end, self.as_of)
            needed = {
                "clocks": room["clocks"] * (2 if work.n[FAULT] == NO_ROOM else 1),
                "results": rows,
                "steps": int(work.n[N_STEPS]) if self.with_steps else 0,
                "anomalies": int(work.n[N_ANOMALIES]),
            }
            if all(needed[name] <= room[name] for name in needed):
                return work, rows
            room |= {name: max(room[name], needed[name]) for name in needed}

    @cached_property
    def _read(self) -> tuple[Any, Any, Any]:
        """What the fold reads and never writes: laid out once for all ranges."""
        return by_pointer(self.compiled.program), by_pointer(self.calendar), by_pointer(self.encoded.arrays)

    def _first_guess(self, first: int, end: int) -> dict[str, int]:
        """Room that nearly always suffices: for two clocks of each event that acts. Memory that is not touched costs
        nothing."""
        arrays = self.encoded.arrays
        cases = arrays.acting_ptr[first : end + 1]
        acting = arrays.acting[cases[0] : cases[-1]]
        events = int(np.diff(cases).max())
        most = len(acting) * int(self.compiled.openings.max(initial=0))
        results = min(most, max(CLOCKS_OF_AN_EVENT * len(acting), ROOM_OF_A_CASE))
        return {
            "rules": len(self.compiled.rules),
            "clocks": _most_in_a_case(self.compiled.openings, arrays.type, acting, cases, events) + 1,
            "events": events * int(np.diff(self.compiled.program.role_ptr).max()) + 1,
            "pauses": _most_in_a_case(self.compiled.pausing, arrays.type, acting, cases, events) + 1,
            "results": results,
            "steps": results * 12 + 1 if self.with_steps else 0,
            "anomalies": max(1024, results // 16),
        }


def _most_in_a_case(weights: Ints, types: NDArray[np.int32], acting: Ints, cases: Ints, events: int) -> int:
    """A bound on the weights of the types of one case together: counted out only where its events alone leave too much
    room."""
    bound = events * int(weights.max())
    if bound <= ROOM_OF_A_CASE:
        return bound
    weighed = np.append(0, np.cumsum(weights[types[acting]]))
    return int(np.diff(weighed[cases - cases[0]]).max())


def _joined(compiled: Compiled, encoded: Encoded, as_of: NDArray[np.int64], works: list[tuple[Work, int]]) -> FoldPart:
    if not works:  # no rule, nothing folded
        return FoldPart(compiled, encoded, as_of, records(0, RESULT), records(0, ANOMALY), records(0, STEP))
    results, anomalies, steps, base = [], [], [], 0
    for work, rows in works:
        results.append(work.results[:rows])
        anomalies.append(work.anomalies[: work.n[N_ANOMALIES]])
        steps.append(work.steps[: work.n[N_STEPS]] if len(work.steps) else work.steps)
        for rows_of in (anomalies[-1], steps[-1]):
            rows_of.row += base
        base += rows
    return FoldPart(compiled, encoded, as_of, _concat(results), _concat(anomalies), _concat(steps))


def _concat(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts).view(np.recarray)
