"""Events in, what a supervisor keeps out: the clocks and findings of `judge`, each clock's level, and when to look
again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.check import Check, Count
from zhunsheng.core.checks.beside import judge_beside
from zhunsheng.core.checks.reach import rests_on_its_case
from zhunsheng.core.clocks import Folded, Rulebook, fold_events
from zhunsheng.core.findings import part_findings
from zhunsheng.core.tables import part_clocks
from zhunsheng.core.thresholds import levels_and_next

STANDING: Final = pl.Schema({**schemas.CLOCKS, "level": pl.String(), "next_at": schemas.INSTANT})
"""schemas.CLOCKS with the highest level crossed, and when time alone will change it."""
TO_COME: Final = pl.Schema({"case": pl.String(), "incident": pl.String(), "at": schemas.INSTANT})
"""What lies beyond the instant of judgement: events count, and checks break, from `at` on."""
FORESIGHT: Final = timedelta(days=400)
"""How far ahead is asked which checks time alone will break: further than any of their lengths."""
AT_ONCE: Final = ("officer", "place")
"""Keys of which only acts in progress at the same time are held together."""
LONGEST_ACT: Final = timedelta(days=2)
"""How long an act may last for others to be looked for beside it."""
TIMED_KINDS: Final = ("absent", "overlap", "span")
"""Kinds of check that time alone can break."""


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
    told, breaking = _checks(folded, rulebook, as_of)
    return Standing(
        _standing_clocks(folded, clocks, rulebook.vocabulary.zone),
        pl.concat([pl.DataFrame(schema=schemas.FINDINGS), *findings, told]),
        pl.concat([_to_come(events, as_of), breaking]),
    )


def within_persons(rulebook: Rulebook) -> Rulebook:
    """The rulebook with those checks alone whose verdict on an act rests on nothing beyond the cases of its persons."""
    return replace(rulebook, checks=tuple(check for check in rulebook.checks if _rests_on_persons(check)))


def supervised(rulebook: Rulebook) -> Rulebook:
    """The rulebook with the checks that a supervisor judges: whose verdict on an act rests on the cases of its persons
    or of its incident, or on what the same officer or place had at the time; and those that count the findings of a
    unit. What else is told of a unit needs a whole log."""
    wanted = {*(check.id for check in rulebook.checks if _is_supervised(check)), *(c.id for c in counting(rulebook))}
    return replace(rulebook, checks=tuple(check for check in rulebook.checks if check.id in wanted))


def counting(rulebook: Rulebook) -> tuple[Check, ...]:
    """The checks that count the findings of a unit. `standing` leaves them out: it sees some cases of a unit."""
    checks = rulebook.judged_checks()
    return tuple(check for check in checks if isinstance(check.body, Count) and check.body.of_findings)


def counted_kinds(rulebook: Rulebook) -> frozenset[str]:
    """The kinds of finding that some check counts."""
    bodies = [check.body for check in counting(rulebook) if isinstance(check.body, Count)]
    return frozenset(kind for body in bodies for kind in body.of_findings)


def types_at_once(rulebook: Rulebook) -> frozenset[tuple[str, str]]:
    """Type of event and key (AT_ONCE) of the acts that supervised checks hold together by time alone."""
    wide = [check for check in rulebook.judged_checks() if _is_supervised(check) and not _rests_on_persons(check)]
    return frozenset((kind, check.key) for check in wide if check.key in AT_ONCE for kind in check.events)


def _is_supervised(check: Check) -> bool:
    return _rests_on_persons(check) or check.key == "incident" or (check.key in AT_ONCE and check.kind == "overlap")


def _rests_on_persons(check: Check) -> bool:
    return rests_on_its_case(check) or check.key == "person"


def _checks(folded: Folded, rulebook: Rulebook, as_of: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What supervised checks find of acts (schemas.FINDINGS), and when time alone will break others (TO_COME)."""
    happened = set(folded.counted.events["type"].unique())
    own = tuple(check for check in rulebook.checks if _is_supervised(check) and happened.intersection(check.events))
    nothing = pl.DataFrame(schema=schemas.FINDINGS)
    told, _ = judge_beside(nothing, folded, replace(rulebook, checks=own))
    timed = replace(rulebook, checks=tuple(check for check in own if check.kind in TIMED_KINDS))
    ahead = as_of + FORESIGHT
    parts = tuple(replace(part, as_of=np.full_like(part.as_of, _microseconds(ahead))) for part in folded.parts)
    foreseen, _ = judge_beside(nothing, replace(folded, parts=parts), timed)
    return told, _breaking(foreseen, as_of.astimezone(UTC))


def _breaking(foreseen: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """When findings will be true: some at the instant of a limit, others only when it has passed."""
    ahead = foreseen.filter(pl.col("found_at") >= as_of).select("case", "incident", at="found_at")
    passed = ahead.with_columns(pl.col("at") + timedelta(microseconds=1))
    return pl.concat([ahead.filter(pl.col("at") > as_of), passed])


def _microseconds(instant: datetime) -> int:
    return int(pl.Series([instant.astimezone(UTC)], dtype=schemas.INSTANT).to_physical()[0])


def _standing_clocks(folded: Folded, clocks: Sequence[pl.DataFrame], zone: str) -> pl.DataFrame:
    ruled = [(part, own) for part, own in zip(folded.parts, clocks, strict=True) if part.compiled.rules]
    tables = [own.with_columns(levels_and_next(part, zone)) for part, own in ruled]
    table = pl.concat([pl.DataFrame(schema=STANDING), *tables])
    return schemas.assert_schema(table, STANDING, "standing clocks")


def _to_come(events: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    later = events.filter(pl.col("at") > as_of.astimezone(UTC))
    if later.is_empty():
        return pl.DataFrame(schema=TO_COME)
    table = pl.concat([later.select(TO_COME.names()), _belonging_to_come(events, later)])
    return schemas.assert_schema(table, TO_COME, "events to come")


def _belonging_to_come(events: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """When the events of an incident alone may come to belong elsewhere, or more of them come: for each case that names
    it, since it may gain or lose them."""
    loose = events.filter(pl.col("case").is_null()).select(pl.col("incident").drop_nulls().unique())
    naming = events.select("case", "incident").drop_nulls().unique().join(loose, on="incident", how="semi")
    return naming.join(later.select("incident", "at"), on="incident").select(TO_COME.names())
