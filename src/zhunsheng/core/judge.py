"""Events in, tables out: the one call that the command line, the supervisor and a notebook share."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.check import Check
from zhunsheng.core.checks.beside import events_of, told_beside
from zhunsheng.core.checks.events import Events
from zhunsheng.core.checks.reach import is_read, rests_on_its_case
from zhunsheng.core.checks.run import judge_checks
from zhunsheng.core.clocks import Rulebook, fold_part, orders
from zhunsheng.core.counted import AsOf, Counted, counted_events
from zhunsheng.core.encoding import Coded, Ordered, as_of_by_group, encode, in_fold_order, ranges_of
from zhunsheng.core.findings import part_findings
from zhunsheng.core.tables import clocks_table, part_clocks, part_steps, steps_table

SLICE_EVENTS: Final = 250_000
"""Events that one thread judges at once: so many that a slice costs nothing of its own, so few that what is worked out
on the way takes little memory."""
LEAST_EVENTS: Final = 50_000
"""Fewer are not shared out among threads."""


@dataclass(frozen=True)
class Judgement:
    """What the rules say of some events at one instant."""

    clocks: pl.DataFrame
    verdicts: pl.DataFrame
    findings: pl.DataFrame
    steps: pl.DataFrame
    counted: Counted
    as_of: datetime


@dataclass(frozen=True)
class _Told:
    """What was said of one slice: the same tables, in any order."""

    clocks: pl.DataFrame = field(default_factory=schemas.CLOCKS.to_frame)
    findings: pl.DataFrame = field(default_factory=schemas.FINDINGS.to_frame)
    verdicts: pl.DataFrame = field(default_factory=schemas.VERDICTS.to_frame)
    steps: pl.DataFrame = field(default_factory=schemas.STEPS.to_frame)


def judge(
    events: pl.DataFrame,
    rulebook: Rulebook,
    *,
    as_of: AsOf,
    known_at: datetime | None = None,
    with_steps: bool = False,
    threads: int = 2,
    slice_events: int = SLICE_EVENTS,
) -> Judgement:
    """Judge events by a rulebook as of an instant, as far as they were known at another.

    Takes   events: schemas.EVENTS in any order; as_of, known_at: instants with zone; as_of may be one for each case.
            slice_events: about how many events a thread judges at once; the answer does not depend on it.
    Returns clocks, verdicts of checks, findings over both, and steps (schemas.CLOCKS, VERDICTS, FINDINGS, STEPS) in
    canonical order; without `with_steps` no steps.
    Raises  SchemaMismatch; ValueError for an instant without zone.
    """
    instants = list(as_of.values()) if isinstance(as_of, Mapping) else [as_of]
    for instant in [*instants, known_at]:
        if instant is not None and instant.tzinfo is None:
            raise ValueError(f"{instant} has no zone; give it one, for example +08:00.")
    schemas.assert_schema(events, schemas.EVENTS, "events")
    counted = counted_events(events, as_of=as_of, known_at=known_at)
    told = _Judging(rulebook, as_of, with_steps).in_slices(counted, threads, slice_events)
    findings, verdicts = told_beside(
        pl.concat([schemas.FINDINGS.to_frame(), *(one.findings for one in told)]),
        pl.concat([schemas.VERDICTS.to_frame(), *(one.verdicts for one in told)]),
        rulebook.judged_checks(),
    )
    return Judgement(
        clocks=clocks_table([one.clocks for one in told]),
        verdicts=verdicts,
        findings=findings,
        steps=steps_table([one.steps for one in told]),
        counted=counted,
        as_of=max(instants),
    )


@dataclass(frozen=True)
class _Judging:
    """What is asked of every slice."""

    rulebook: Rulebook
    as_of: AsOf
    with_steps: bool

    def in_slices(self, counted: Counted, threads: int, slice_events: int) -> list[_Told]:
        """Judge events slice by slice, whole cases in each; what reaches over cases begins first, for it takes
        longest."""
        ordered = orders(counted, self.rulebook, threads=threads)
        near, reaching = self._by_reach()
        tasks: list[Callable[[], _Told]] = []
        if reaching and ordered:
            tasks.append(partial(self._over_cases, counted, ordered["case"].coded, reaching))
        for group_by, own in ordered.items():
            checks = near if group_by == "case" else []
            pieces = _pieces(int(own.cases[-1]), threads, slice_events)
            tasks += [partial(self._slice, group_by, own, groups, checks) for groups in ranges_of(own.cases, pieces)]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda task: task(), tasks))

    def _by_reach(self) -> tuple[list[Check], list[Check]]:
        checks = self.rulebook.judged_checks()
        near = [check for check in checks if rests_on_its_case(check)]
        return near, [check for check in checks if not rests_on_its_case(check)]

    def _slice(self, group_by: str, ordered: Ordered, groups: tuple[int, int], checks: Sequence[Check]) -> _Told:
        """What is said of a range of cases or incidents."""
        compiled = self.rulebook.compiled[group_by]
        encoded = encode(ordered, compiled, groups)
        part = fold_part(compiled, encoded, self.rulebook, as_of=self.as_of, with_steps=self.with_steps)
        clocks = part_clocks(part)
        verdicts = judge_checks(events_of(part, self.rulebook), checks) if checks else schemas.VERDICTS.to_frame()
        return _Told(clocks, part_findings(part, clocks), verdicts, part_steps(part))

    def _over_cases(self, counted: Counted, coded: Coded, checks: Sequence[Check]) -> _Told:
        """What checks say that reach over cases, of the events that they read alone."""
        compiled = self.rulebook.compiled["case"]
        rows = counted.rows[is_read(checks, coded, compiled, self.rulebook.vocabulary)[counted.rows]]
        encoded = encode(in_fold_order(replace(counted, rows=rows), coded, group_by="case"), compiled)
        instants = as_of_by_group(encoded, self.as_of)
        events = Events(encoded, instants, self.rulebook.vocabulary, compiled.facts, compiled.types)
        return _Told(verdicts=judge_checks(events, checks))


def _pieces(events: int, threads: int, slice_events: int) -> int:
    """How many slices: the same number for every thread."""
    rounds = -(-events // (slice_events * threads))
    return max(1, min(rounds * threads, events // min(LEAST_EVENTS, slice_events)))
