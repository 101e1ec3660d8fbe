"""Events in, what a supervisor keeps out: the clocks and findings of `judge`, each clock's level, and when to look
again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.clocks import Folded, Rulebook, fold_events
from zhunsheng.core.encoding import link_incidents
from zhunsheng.core.findings import part_findings
from zhunsheng.core.tables import part_clocks
from zhunsheng.core.thresholds import levels_and_next

STANDING: Final = pl.Schema({**schemas.CLOCKS, "level": pl.String(), "next_at": schemas.INSTANT})
"""schemas.CLOCKS with the highest level crossed, and when time alone will change it."""
TO_COME: Final = pl.Schema({"case": pl.String(), "incident": pl.String(), "at": schemas.INSTANT})
"""Events that lie beyond the instant of judgement: they count from `at` on."""


@dataclass(frozen=True)
class Standing:
    """How things stand at one instant."""

    clocks: pl.DataFrame
    findings: pl.DataFrame
    to_come: pl.DataFrame


def standing(events: pl.DataFrame, rulebook: Rulebook, *, as_of: datetime, threads: int = 2) -> Standing:
    """Judge events by a rulebook as of an instant.

    Takes   events: schemas.EVENTS in any order, all that is known; as_of: an instant with zone.
    Returns clocks (STANDING) and findings (schemas.FINDINGS) as `judge` gives them, in any order, and TO_COME.
    Raises  SchemaMismatch; ValueError for an instant without zone.
    """
    if as_of.tzinfo is None:
        raise ValueError(f"{as_of} has no zone; give it one, for example +08:00.")
    folded = fold_events(events, rulebook, as_of=as_of, threads=threads)
    clocks = [part_clocks(part) for part in folded.parts]
    findings = [part_findings(part, own) for part, own in zip(folded.parts, clocks, strict=True)]
    return Standing(
        _standing_clocks(folded, clocks, rulebook.vocabulary.zone),
        pl.concat([pl.DataFrame(schema=schemas.FINDINGS), *findings]),
        _to_come(events, as_of),
    )


def _standing_clocks(folded: Folded, clocks: Sequence[pl.DataFrame], zone: str) -> pl.DataFrame:
    tables = [own.with_columns(levels_and_next(part, zone)) for part, own in zip(folded.parts, clocks, strict=True)]
    table = pl.concat([pl.DataFrame(schema=STANDING), *tables])
    return schemas.assert_schema(table, STANDING, "standing clocks")


def _to_come(events: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    later = events.filter(pl.col("at") > as_of.astimezone(UTC))
    if later.is_empty():
        return pl.DataFrame(schema=TO_COME)
    linked = link_incidents(events).filter(pl.col("at") > as_of.astimezone(UTC))
    return schemas.assert_schema(linked.select(TO_COME.names()), TO_COME, "events to come")
