"""Instants at which the passing of time alone changes what is said of a clock: each level's, and the outer due time.

What has been crossed is a finding; what is still to come is when a supervisor must look again.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import rule as r
from zhunsheng.core.clocks import FoldPart
from zhunsheng.core.compiler import at_once_lead
from zhunsheng.core.dates import MINUTE_US, NONE
from zhunsheng.core.fold import state as s
from zhunsheng.core.program import AT_ONCE
from zhunsheng.core.tables import instants

FROM_DUE, SHARE, FROM_START = 0, 1, 2
NEVER: Final = np.iinfo(np.int64).max

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def warning_rows(part: FoldPart) -> Ints:
    """The clocks that warn before they end: those with a due time (or the bounds of one) that run and apply."""
    results = part.results
    warns = (results.strict != NONE) | (results.earliest != NONE)
    warns &= (results.stands_still == 0) & (results.may_not_apply == 0)
    return np.flatnonzero(warns).astype(np.int64)


def crossing(part: FoldPart, rows: Ints, level: str) -> Ints:
    """When each of these clocks crosses a level, microseconds; never before it starts."""
    kept = part.results[rows]
    due = np.where(kept.strict != NONE, kept.strict, kept.earliest)
    kinds, values = _leads(part, kept, level)
    origin = np.maximum(kept.origin, kept.start)
    at = np.where(kinds == FROM_START, origin + values, due - values)
    shared = kinds == SHARE
    elapsed = (due - origin) * np.where(shared, values, 0) // 100
    at = np.where(shared, origin + elapsed // MINUTE_US * MINUTE_US, at)
    return np.asarray(np.maximum(at, kept.start))


def is_past(results: Any, at: Any) -> Mask:
    """Whether an instant lies beyond the outer due time."""
    passed = np.where(results.outer_end == 1, at >= results.outer, at > results.outer)
    return np.asarray((results.outer != NONE) & passed)


def is_overdue(results: Any, as_of: Ints) -> Mask:
    """Whether a clock runs past its outer due time, or ended late."""
    running = (results.outcome == s.RUNNING) & is_past(results, as_of)
    return np.asarray(running | (results.outcome == s.LATE))


def levels(part: FoldPart) -> pl.Series:
    """The highest level that each clock has crossed and that still counts, by the order of results: of a stopped one
    only that it ended late; '' for none."""
    results, as_of = part.results, as_of_of(part)
    reached = np.zeros(len(results), dtype=np.int64)
    rows = warning_rows(part)
    runs = rows[results.stopped[rows] == NONE]
    for n, level in enumerate(r.WARNING_LEVELS, start=1):
        crossed = runs[crossing(part, runs, level) <= as_of[runs]]
        reached[crossed] = np.maximum(reached[crossed], n)
    reached[is_overdue(results, as_of)] = len(r.WARNING_LEVELS)
    return pl.Series("level", ["", *r.WARNING_LEVELS], dtype=pl.String).gather(pl.Series(reached))


def next_instants(part: FoldPart, zone: str) -> pl.Series:
    """When time alone will next change what is said of each clock, by the order of results; null for never.

    A clock that stands still is looked at again when its day ends: its due time is shown as if it ran on from now, and
    a pause that ends by itself does so at a midnight.
    """
    results, as_of = part.results, as_of_of(part)
    soonest = np.full(len(results), NEVER)
    rows = warning_rows(part)
    runs = rows[results.stopped[rows] == NONE]
    for level in r.WARNING_LEVELS:
        at = crossing(part, runs, level)
        soonest[runs] = np.minimum(soonest[runs], np.where(at > as_of[runs], at, NEVER))
    ends = (results.outcome == s.RUNNING) & (results.outer != NONE) & ~is_past(results, as_of)
    past = np.where(results.outer_end == 1, results.outer, results.outer + 1)
    soonest = np.where(ends, np.minimum(soonest, past), soonest)
    shown = (results.strict != NONE) | (results.outer != NONE) | (results.earliest != NONE)
    moves = (results.stopped == NONE) & (results.stands_still == 1) & shown
    soonest = np.where(moves, np.minimum(soonest, _midnights(as_of, zone)), soonest)
    return instants(np.where(soonest == NEVER, NONE, soonest)).alias("next_at")


def as_of_of(part: FoldPart) -> Ints:
    """The instant of judgement of each clock, microseconds."""
    return np.asarray(part.as_of[part.encoded.arrays.group[part.results.start_event]])


def _midnights(as_of: Ints, zone: str) -> Ints:
    """The end of the local day of each instant."""
    days, index = np.unique(as_of, return_inverse=True)
    ends = [_midnight(day, zone) for day in pl.Series(days).cast(pl.Datetime("us", "UTC"))]
    return pl.Series(ends, dtype=pl.Datetime("us", "UTC")).to_physical().to_numpy()[index].astype(np.int64)


def _midnight(instant: datetime, zone: str) -> datetime:
    local = instant.astimezone(ZoneInfo(zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _leads(part: FoldPart, results: Any, level: str) -> tuple[Ints, Ints]:
    """Kind and value of the lead of each clock at a level: the tier's own, else the rule's; an at_once limit counts
    from its start."""
    compiled = part.compiled
    rules = [compiled.rules[n] for n in compiled.program.rvs.rule]
    by_version = np.array([_lead(rule.leads, level) for rule in rules], dtype=np.int64)
    own = [tier.leads for tier in compiled.tiers]
    by_tier = np.array([_lead(leads, level) if leads else (-1, 0) for leads in own] + [(-1, 0)], dtype=np.int64)
    lead, tier_lead = by_version[results.rv], by_tier[results.tier]
    lead = np.where(tier_lead[:, :1] >= 0, tier_lead, lead)
    at_once = np.array([at_once_lead(rule.leads, level) for rule in rules], dtype=np.int64)[results.rv]
    now = compiled.program.limits.counting[results.limit] == AT_ONCE
    return np.where(now, FROM_START, lead[:, 0]), np.where(now, at_once, lead[:, 1])


def _lead(leads: r.Leads, level: str) -> tuple[int, int]:
    lead = leads.of(level)
    return (SHARE if lead.kind == "share" else FROM_START if leads.from_start else FROM_DUE), lead.value
