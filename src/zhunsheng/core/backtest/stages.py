"""The stages of a history: a group of cases stays in one as long as nothing is learned that moves what was said of it.

What is judged is not each day but each stage, once, at its last day: within a stage what is found only grows, and
`found_at` says since when. Every stage is a copy of its group that holds the events known by then, under
names of its own, so that one judgement takes any number of stages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core.backtest.days import Days, Ints

Bools = NDArray[np.bool_]

MARK: Final = "\x1f"
COPIED: Final = ("case", "incident")
COPIED_WITH_PERSONS: Final = ("case", "incident", "person")


@dataclass(frozen=True)
class Stages:
    """Stages in order of group and day: the days of each from `first` to `last`, and the rows of events in it."""

    group: Ints
    first: Ints
    last: Ints
    begins: Ints  # of each row of events: the first stage that it is in,
    ends: Ints  # and the first after those

    def __len__(self) -> int:
        return len(self.group)

    def batches(self, most: int) -> Iterator[tuple[Ints, Ints]]:
        """Rows of events and the stage of each, whole groups at a time: about so many rows at most, and at
        least one group."""
        counts = np.zeros(len(self) + 1, dtype=np.int64)
        np.add.at(counts, self.begins, 1)
        np.add.at(counts, self.ends, -1)
        before = np.append(0, np.cumsum(np.cumsum(counts)[:-1]))
        low = 0
        while low < len(self):
            high = max(int(np.searchsorted(before, before[low] + most, side="right")) - 1, low + 1)
            high = self._group_end(low, high)
            begins, ends = np.maximum(self.begins, low), np.minimum(self.ends, high)
            rows = np.flatnonzero(ends > begins)
            lengths = (ends - begins)[rows]
            steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            members, stage = np.repeat(rows, lengths), np.repeat(begins[rows], lengths) + steps
            order = np.argsort(stage, kind="stable")
            yield members[order], stage[order]
            low = high

    def _group_end(self, low: int, high: int) -> int:
        """Where a batch ends, so that it holds whole groups; one that is larger than a batch alone is held whole."""
        if high >= len(self):
            return len(self)
        begins = int(np.searchsorted(self.group, self.group[high]))
        return begins if begins > low else int(np.searchsorted(self.group, self.group[high], side="right"))

    def some(self, wanted: Ints, most: int) -> Iterator[tuple[Ints, Ints]]:
        """The same of some stages, gathered into as few batches."""
        rows, stages, held = [], [], 0
        for members, stage in self.batches(most):
            chosen = np.isin(stage, wanted)
            rows.append(members[chosen])
            stages.append(stage[chosen])
            held += len(rows[-1])
            if held > most:
                yield np.concatenate(rows), np.concatenate(stages)
                rows, stages, held = [], [], 0
        if held:
            yield np.concatenate(rows), np.concatenate(stages)


def stages_of(events: pl.DataFrame, groups: Ints, days: Days, turns: pl.DataFrame, in_order: Bools) -> Stages:
    """The stages of each group within the days.

    Takes   events: schemas.EVENTS, every version; groups: of each event; turns: `group` and `day` at which more is to
            be judged anew although nothing is learned; in_order: events that need no stage of their own.
    """
    over = len(days)
    width = over + 2
    known, at = days.of(events["recorded_at"]), days.of(events["at"])
    replaced = _replaced(events, known, over)
    learned = groups * width + known + 1  # day -1 is the first of a group
    happens = (at > known) & (at < over)
    points = [learned[~in_order], (groups * width + at + 1)[happens], _firsts(groups, learned)]
    points.append(turns["group"].to_numpy() * width + turns["day"].to_numpy() + 1)
    begun = np.unique(np.concatenate(points))
    group, first = begun // width, begun % width - 1
    inside = first < over
    begun, group, first = begun[inside], group[inside], first[inside]
    is_last = np.append(group[1:] != group[:-1], True)
    last = np.where(is_last, over - 1, np.append(first[1:], 0) - 1)
    begins = np.searchsorted(begun, learned, side="right") - 1
    ends = np.searchsorted(begun, groups * width + replaced + 1)
    outside = events["void"].fill_null(value=False).to_numpy() | (known >= over)
    return Stages(group, first, last, begins, np.where(outside, begins, np.maximum(ends, begins)))


def _firsts(groups: Ints, learned: Ints) -> Ints:
    """When something is learned of each group for the first time."""
    firsts = np.full(int(groups.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(firsts, groups, learned)
    return firsts[np.unique(groups)]


def _replaced(events: pl.DataFrame, known: Ints, never: int) -> Ints:
    """The day on which a higher version of each event is known; `never` where none is."""
    replaced = np.full(events.height, never, dtype=np.int64)
    if (events["version"] == 1).all():
        return replaced
    about = events.select("source", "id", "version").with_row_index("row").with_columns(known=pl.Series(known))
    several = about.filter(pl.len().over("source", "id") > 1).sort("version", descending=True)
    by = several.with_columns(
        by=pl.col("known").cum_min().over("source", "id"), rank=pl.col("version").rank("dense").over("source", "id")
    )
    lowest = by.group_by("source", "id", "rank").agg(pl.col("by").min())
    higher = lowest.with_columns(pl.col("rank") - 1)
    told = by.drop("by").join(higher, on=["source", "id", "rank"], how="inner", nulls_equal=True)
    replaced[told["row"].to_numpy()] = told["by"].to_numpy()
    return replaced


def copied(events: pl.DataFrame, rows: Ints, stage: Ints, names: tuple[str, ...] = COPIED) -> pl.DataFrame:
    """The events of some stages, each stage a history of its own: its cases and incidents bear its number. Superseded
    versions are in none of them."""
    numbers = pl.Series("stage", stage).cast(pl.String)
    own = [pl.concat_str(numbers, pl.lit(MARK), pl.col(name)).alias(name) for name in names]
    return events[rows].with_columns(own)


def instants_of(copies: pl.DataFrame, stage: Ints, last: Ints, days: Days) -> Mapping[str, datetime]:
    """When each case, or incident without one, of the copies is judged: at the end of the last day of its stage."""
    own = copies.select(pl.coalesce("case", "incident").alias("name"), pl.Series("stage", stage)).unique("name")
    ends = days.ends.gather(last[own["stage"].to_numpy()] + 1)
    return dict(zip(own["name"], ends, strict=True))


def original(findings: pl.DataFrame, names: tuple[str, ...] = COPIED) -> pl.DataFrame:
    """Findings over copies with their `stage`, and the names that cases and incidents had."""
    plain = [_plain(pl.col(name)).alias(name) for name in (*names, "subject")]
    cases = pl.col("cases").list.eval(_plain(pl.element()))
    return findings.with_columns(stage_numbers(findings), *plain, cases)


def stage_numbers(rows: pl.DataFrame) -> pl.Series:
    """The stage of each clock or finding over copies."""
    own = pl.coalesce("case", "incident").str.splitn(MARK, 2).struct.field("field_0")
    return rows.select(own.cast(pl.Int64).alias("stage")).to_series()


def _plain(name: pl.Expr) -> pl.Expr:
    parts = name.str.splitn(MARK, 2).struct
    return pl.coalesce(parts.field("field_1"), parts.field("field_0"))
