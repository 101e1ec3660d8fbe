"""What a history costs people: messages per officer and week, the units that it falls on, what could not be judged.

A message is counted where a clock (or what a check judged) comes to stand worse than it was told before, once for each
officer of its events; a due time that moved begins anew. Escalations, questions asked again and bundles into one
message are not counted: the figure compares rulebooks, and stands for what an officer has to take in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.core.alert_group import KIND_RANK, LEVEL_RANK, level_roles
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.rule import Rule
from zhunsheng.core.standing import within_persons

WEEK: Final = 7
HANDLERS: Final = ("case_officer", "co_officer")
GROUP: Final = ("rule", "case", "incident", "subject", "epoch", "due", "outer", "start_event")
TOLD: Final = pl.Schema({"day": pl.Int64(), "rule": pl.String(), "unit": pl.String(), "level": pl.String(),
                         "kind": pl.String(), "key": pl.String(), "officer": pl.String()})  # fmt: skip
HANDLING: Final = pl.Schema({"number": pl.String(), "officer": pl.String()})
"""Which officers handle a case (or an incident without one), as the house has assigned them."""
_NOBODY: Final = pl.DataFrame(schema=HANDLING)
RANKS: Final = 10
UNITS_SHOWN: Final = 10


@dataclass(frozen=True)
class Spread:
    """A middle and a high value of many, by nearest rank."""

    median: float
    p95: float


@dataclass(frozen=True)
class Load:
    """Messages of a period. `per_officer_day`: the mean over all officers that any event names."""

    messages: int
    officers: int
    per_officer_week: Spread
    per_officer_day: float
    busiest_shift: Spread  # of each officer, his fullest day


def told_messages(
    said: pl.DataFrame,
    events: pl.DataFrame,
    rulebook: Rulebook,
    days: Days,
    handlers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The messages that findings (SAID) would have been to the officers of their cases: TOLD, one row each.

    Rules on trial are counted as if they were stable: the question is what they would cost. A rule whose recipients at
    a level are none of the handling officers costs them nothing. `handlers` (HANDLING) are officers of cases whom
    events do not name.
    """
    worse = _worse(said.filter(pl.col("from_day") >= 0), days)
    to_handlers = pl.DataFrame(
        [(rule, level) for rule, level in _to_handlers(rulebook)],
        schema={"rule": pl.String(), "level": pl.String()},
        orient="row",
    )
    own = worse.join(to_handlers, on=["rule", "level"], how="semi")
    officers = _officers(own, events, handlers)
    told = own.join(officers, on="key", how="inner").select(pl.col("from_day").alias("day"), *list(TOLD)[1:])
    return told.unique(["key", "officer", "day"], maintain_order=True).sort("day", "rule", "key", "officer")


def _worse(said: pl.DataFrame, days: Days) -> pl.DataFrame:
    """The findings by which something comes to stand worse than before. What became true before the day on which it is
    learned is learned at once, and the worst of it is told."""
    in_time = pl.Series("in_time", days.of(said["found_at"]) == said["from_day"].to_numpy())
    rank = pl.col("level").replace_strict(LEVEL_RANK, return_dtype=pl.Int64) * RANKS
    ranked = said.with_columns(rank=rank + pl.col("kind").replace_strict(KIND_RANK, return_dtype=pl.Int64))
    timed = ranked.with_columns(moment=pl.when(in_time).then("found_at"))
    worst = timed.sort("from_day", "moment", "rank", "key", descending=[False, False, True, False], nulls_last=False)
    before = pl.col("rank").cum_max().shift(1).over(GROUP)
    return worst.filter(before.is_null() | (pl.col("rank") > before))


def _to_handlers(rulebook: Rulebook) -> list[tuple[str, str]]:
    """Rules and levels of which a handling officer is told."""
    both: tuple[Rule | Check, ...] = (*rulebook.judged(), *rulebook.judged_checks())
    return [
        (rule.id, level)
        for rule in both
        for level in LEVEL_RANK
        if set(level_roles(level, rule.recipients)) & set(HANDLERS)
    ]


def _officers(said: pl.DataFrame, events: pl.DataFrame, handlers: pl.DataFrame | None) -> pl.DataFrame:
    """Who is told of each finding (`key`, `officer`): those whom its own events name, else those of its case."""
    named = events.select(event=EVENT_KEY, number=pl.coalesce("case", "incident"), officer="officers")
    named = named.explode("officer").drop_nulls("officer")
    by_event = named.select("event", "officer").unique()
    own = said.select("key", event=pl.concat_list("start_event", "event")).explode("event").drop_nulls().unique()
    direct = own.join(by_event, on="event").select("key", "officer").unique()
    rest = said.join(direct, on="key", how="anti").select("key", number=pl.coalesce("case", "incident"))
    known = pl.concat([named.select("number", "officer"), handlers if handlers is not None else _NOBODY])
    of_case = rest.join(known.unique(), on="number").select("key", "officer").unique()
    return pl.concat([direct, of_case])


def load_of(told: pl.DataFrame, events: pl.DataFrame, days: Days, handlers: pl.DataFrame | None = None) -> Load:
    """Sums of messages (TOLD) over the officers that any event names, who may have none."""
    others = _NOBODY if handlers is None else handlers
    officers = pl.concat([events["officers"].explode().drop_nulls(), others["officer"]]).n_unique()
    weeks = math.ceil(len(days) / WEEK)
    by_week = told.group_by("officer", pl.col("day") // WEEK).len()["len"].to_numpy()
    by_day = told.group_by("officer", "day").len().group_by("officer").agg(pl.col("len").max())["len"].to_numpy()
    return Load(
        messages=told.height,
        officers=officers,
        per_officer_week=spread_of(by_week, officers * weeks),
        per_officer_day=told.height / (officers * len(days)) if officers else 0.0,
        busiest_shift=spread_of(by_day, officers),
    )


def spread_of(counts: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]], of: int) -> Spread:
    """Median and 95th percentile by nearest rank, of so many values of which those not given are 0."""
    if of == 0:
        return Spread(0, 0)
    ordered = np.sort(np.asarray(counts, dtype=np.int64))
    zeros = of - len(ordered)

    def at(percent: int) -> float:
        place = math.ceil(of * percent / 100) - 1
        return float(ordered[place - zeros]) if place >= zeros else 0.0

    return Spread(at(50), at(95))


def units_affected(before: pl.DataFrame | None, after: pl.DataFrame) -> pl.DataFrame:
    """The units that hear most more or less: unit, before, after, more. By how much, the most first."""
    now = after.group_by("unit").agg(after=pl.struct("key", "day").n_unique())
    empty = pl.DataFrame(schema={"unit": pl.String(), "before": pl.UInt32()})
    old = empty if before is None else before.group_by("unit").agg(before=pl.struct("key", "day").n_unique())
    both = now.join(old, on="unit", how="full", coalesce=True, nulls_equal=True).with_columns(
        pl.col("before", "after").fill_null(0).cast(pl.Int64)
    )
    more = both.with_columns(more=pl.col("after") - pl.col("before"))
    return more.sort(pl.col("more").abs(), "after", "unit", descending=[True, True, False]).head(UNITS_SHOWN)


def not_computed(said: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """What could not be judged: rule, why, in how many cases, and for example which.

    `why` is what a finding asks for; `far_reaching` names a check that holds together what has no case or person in
    common, and is judged over the whole log only (./zs check).
    """
    asked = said.filter((pl.col("kind") == "unknown") & pl.col("reason").ne_missing("inferred"))
    number = pl.coalesce("case", "incident")
    told = asked.group_by("rule", why="reason").agg(cases=number.n_unique(), examples=number.unique().sort().head(3))
    own = {check.id for check in within_persons(rulebook).judged_checks()}
    left = [check.id for check in rulebook.judged_checks() if check.id not in own]
    far = pl.DataFrame(
        {"rule": left, "why": ["far_reaching"] * len(left), "cases": [0] * len(left), "examples": [[]] * len(left)},
        schema=told.schema,
    )
    return pl.concat([told, far]).sort("cases", "rule", "why", descending=[True, False, False], nulls_last=True)
