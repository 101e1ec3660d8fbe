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


def crossings(part: FoldPart, rows: Ints) -> dict[str, Ints]:
    """When each of these clocks crosses each level, microseconds; never before it starts."""
    results = part.results
    start, strict = results.start[rows], results.strict[rows]
    due = np.where(strict != NONE, strict, results.earliest[rows])
    origin = np.maximum(results.origin[rows], start)
    return {
        level: np.asarray(np.maximum(_crossing(*_leads(part, rows, level), due, origin), start))
        for level in r.WARNING_LEVELS
    }


def _crossing(kinds: Ints, values: Ints, due: Ints, origin: Ints) -> Ints:
    """Counted back from the due time, on from the origin, or at a share of the time between, to the minute."""
    at = np.where(kinds == FROM_START, origin + values, due - values)
    shared = np.flatnonzero(kinds == SHARE)
    elapsed = (due[shared] - origin[shared]) * values[shared] // 100
    at[shared] = origin[shared] + elapsed // MINUTE_US * MINUTE_US
    return at


def is_past(results: Any, at: Any) -> Mask:
    """Whether an instant lies beyond the outer due time."""
    passed = np.where(results.outer_end == 1, at >= results.outer, at > results.outer)
    return np.asarray((results.outer != NONE) & passed)


def is_overdue(results: Any, as_of: Ints) -> Mask:
    """Whether a clock runs past its outer due time, or ended late."""
    running = (results.outcome == s.RUNNING) & is_past(results, as_of)
    return np.asarray(running | (results.outcome == s.LATE))


def levels_and_next(part: FoldPart, zone: str) -> tuple[pl.Series, pl.Series]:
    """Of each clock, by the order of results: the highest level that it has crossed and that still counts (of a stopped
    one only that it ended late; '' for none), and when time alone will next change what is said of it (null for never).

    A clock that stands still is looked at again when its day ends: its due time is shown as if it ran on from now, and
    a pause that ends by itself does so at a midnight.
    """
    results, as_of = part.results, as_of_of(part)
    reached, soonest = np.zeros(len(results), dtype=np.int64), np.full(len(results), NEVER)
    rows = warning_rows(part)
    runs = rows[results.stopped[rows] == NONE]
    now = as_of[runs]
    for n, at in enumerate(crossings(part, runs).values(), start=1):
        crossed = at <= now
        reached[runs[crossed]] = np.maximum(reached[runs[crossed]], n)
        soonest[runs] = np.minimum(soonest[runs], np.where(crossed, NEVER, at))
    reached[is_overdue(results, as_of)] = len(r.WARNING_LEVELS)
    soonest = np.minimum(soonest, _end(results, as_of, zone))
    level = pl.Series("level", ["", *r.WARNING_LEVELS], dtype=pl.String).gather(pl.Series(reached))
    return level, instants(np.where(soonest == NEVER, NONE, soonest)).alias("next_at")


def _end(results: Any, as_of: Ints, zone: str) -> Ints:
    """When a running clock will have passed its outer due time; if it stands still, the end of its day; else never."""
    ends = (results.outcome == s.RUNNING) & (results.outer != NONE) & ~is_past(results, as_of)
    past = np.where(results.outer_end == 1, results.outer, results.outer + 1)
    shown = (results.strict != NONE) | (results.outer != NONE) | (results.earliest != NONE)
    moves = (results.stopped == NONE) & (results.stands_still == 1) & shown
    return np.where(ends, past, np.where(moves, _midnights(as_of, zone), NEVER))


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


def _leads(part: FoldPart, rows: Ints, level: str) -> tuple[Ints, Ints]:
    """Kind and value of the lead of each clock at a level: the tier's own, else the rule's; an at_once limit counts
    from its start."""
    compiled, results = part.compiled, part.results
    rules = [compiled.rules[n] for n in compiled.program.rvs.rule]
    tiers = [tier.leads for tier in compiled.tiers]
    versions = np.array([_lead(rule.leads, level) for rule in rules], dtype=np.int64).T
    own = np.array([_lead(leads, level) if leads else (-1, 0) for leads in tiers] + [(-1, 0)], dtype=np.int64).T
    at_once = np.array([at_once_lead(rule.leads, level) for rule in rules], dtype=np.int64)
    version, tier = results.rv[rows], results.tier[rows]
    has_own = own[0][tier] >= 0
    kinds = np.where(has_own, own[0][tier], versions[0][version])
    values = np.where(has_own, own[1][tier], versions[1][version])
    now = compiled.program.limits.counting[results.limit[rows]] == AT_ONCE
    return np.where(now, FROM_START, kinds), np.where(now, at_once[version], values)


def _lead(leads: r.Leads, level: str) -> tuple[int, int]:
    lead = leads.of(level)
    return (SHARE if lead.kind == "share" else FROM_START if leads.from_start else FROM_DUE), lead.value
