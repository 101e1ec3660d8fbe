"""Events in, tables out: the one call that the command line, the supervisor and a notebook share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.checks.beside import judge_beside
from zhunsheng.core.clocks import Rulebook, fold_events
from zhunsheng.core.encoding import AsOf, Counted
from zhunsheng.core.findings import findings_table
from zhunsheng.core.tables import clocks_table, part_clocks, steps_table


@dataclass(frozen=True)
class Judgement:
    """What the rules say of some events at one instant."""

    clocks: pl.DataFrame
    verdicts: pl.DataFrame
    findings: pl.DataFrame
    steps: pl.DataFrame
    counted: Counted
    as_of: datetime


def judge(
    events: pl.DataFrame,
    rulebook: Rulebook,
    *,
    as_of: AsOf,
    known_at: datetime | None = None,
    with_steps: bool = False,
    threads: int = 2,
) -> Judgement:
    """Judge events by a rulebook as of an instant, as far as they were known at another.

    Takes   events: schemas.EVENTS in any order; as_of, known_at: instants with zone; as_of may be one for each case.
    Returns clocks, verdicts of checks, findings over both, and steps (schemas.CLOCKS, VERDICTS, FINDINGS, STEPS) in
    canonical order; without `with_steps` no steps.
    Raises  SchemaMismatch; ValueError for an instant without zone.
    """
    instants = list(as_of.values()) if isinstance(as_of, Mapping) else [as_of]
    for instant in [*instants, known_at]:
        if instant is not None and instant.tzinfo is None:
            raise ValueError(f"{instant} has no zone; give it one, for example +08:00.")
    folded = fold_events(events, rulebook, as_of=as_of, known_at=known_at, with_steps=with_steps, threads=threads)
    clocks = [part_clocks(part) for part in folded.parts]
    findings, verdicts = judge_beside(findings_table(folded, clocks), folded, rulebook, as_of=as_of)
    return Judgement(
        clocks=clocks_table(clocks),
        verdicts=verdicts,
        findings=findings,
        steps=steps_table(folded) if with_steps else pl.DataFrame(schema=schemas.STEPS),
        counted=folded.counted,
        as_of=max(instants),
    )
