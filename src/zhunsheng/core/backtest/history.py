"""Events × rulebook × days → what would have been said, from which day to which."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.backtest.days import Days, Ints
from zhunsheng.core.backtest.in_order import UNSURE, Bools, Log, is_in_order
from zhunsheng.core.backtest.linked import in_fold_order, linked_groups
from zhunsheng.core.backtest.stages import (
    COPIED,
    COPIED_WITH_PERSONS,
    Stages,
    copied,
    instants_of,
    original,
    stage_numbers,
    stages_of,
)
from zhunsheng.core.backtest.turns import turns_of
from zhunsheng.core.checks.beside import judge_beside
from zhunsheng.core.checks.reach import reads_of
from zhunsheng.core.clocks import Rulebook, fold_counted
from zhunsheng.core.counted import Counted, link_incidents
from zhunsheng.core.findings import RESTING_ON_EVENT, finding_keys, part_findings
from zhunsheng.core.standing import TIMED_KINDS, within_persons
from zhunsheng.core.tables import CLOCK_ORDER, part_clocks

AT_ONCE: Final = 300_000
"""Copied events that are judged at once; they bound the memory."""
SAID: Final = pl.Schema(
    {
        "key": pl.String(),  # core.findings, finding_keys
        **{name: dtype for name, dtype in schemas.FINDINGS.items() if name != "closed_at"},
        "from_day": pl.Int64(),  # ordinal of the first day at whose end it stands; -1: it stood before the period
        "to_day": pl.Int64(),  # of the last one
    }
)
"""A finding and the days on which it stands without a break; one that comes back has another row."""
ORDER: Final = ("from_day", "rule", "case", "incident", "subject", "epoch", "kind", "level", "key")
IDENTITY: Final = ("identity", "identity_2")
_NOTHING: Final = pl.DataFrame(
    schema={**schemas.FINDINGS, **dict.fromkeys(("group", "from_day", "to_day"), pl.Int64())}
)
BY_PASSING: Final = ("overdue", "lapsed")
"""Kinds of finding that are true only when the instant that they state has passed, unless it ends a day."""


def said_history(events: pl.DataFrame, rulebook: Rulebook, days: Days, *, at_once: int = AT_ONCE) -> pl.DataFrame:
    """What a rulebook says at the end of each day, of the history as it was known by then.

    Takes   events: schemas.EVENTS, every version, in any order; at_once: copied events to judge at once.
    Returns SAID in canonical order: the same as `standing` on each day by itself.
    Raises  SchemaMismatch.

    Checks that hold together what is of different persons are not judged (core.standing, within_persons).
    """
    schemas.assert_schema(events, schemas.EVENTS, "events")
    if events.is_empty():
        return pl.DataFrame(schema=SAID)
    alone, together = split_by_reach(rulebook)
    parts = [_Pass(events, alone, days, at_once).said()]
    if together.checks:
        parts.append(_Pass(_read_by(events, together), together, days, at_once, by_person=True).said())
    told = pl.concat(parts)
    keyed = told.with_columns(finding_keys(told).alias("key"))
    return schemas.assert_schema(keyed.select(SAID.names()).sort(ORDER, nulls_last=False), SAID, "said")


def split_by_reach(rulebook: Rulebook) -> tuple[Rulebook, Rulebook]:
    """What is judged case by case, and the checks that hold the cases of a person together."""
    own = within_persons(rulebook)
    reaching = tuple(check for check in own.judged_checks() if check.key == "person" and "case" not in check.same)
    alone = tuple(check for check in own.checks if check not in reaching)
    return replace(own, checks=alone), replace(own, rules=(), checks=reaching)


def _read_by(events: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The events that checks read, every version of them, and those that say to which case an incident belongs."""
    reads = reads_of(rulebook.checks, rulebook.vocabulary)
    read = pl.col("type").is_in(reads.types) | (pl.lit(reads.every_fact) & pl.col("facts").is_not_null())
    loose = events.filter(read & pl.col("case").is_null())["incident"].drop_nulls().unique()
    naming = pl.col("case").is_not_null() & pl.col("incident").is_in(loose.implode())
    wanted = events.filter(read | naming.fill_null(value=False)).select("source", "id").unique()
    return events.join(wanted, on=["source", "id"], how="semi", nulls_equal=True)


@dataclass(frozen=True)
class _Pass:
    """Events that one rulebook judges over the days."""

    events: pl.DataFrame
    rulebook: Rulebook
    days: Days
    at_once: int
    by_person: bool = False

    def said(self) -> pl.DataFrame:
        """Findings with the days on which they stand: schemas.FINDINGS, from_day, to_day."""
        events, groups = in_fold_order(self.events, linked_groups(self.events, by_person=self.by_person))
        log = Log(events, groups, self.days)
        rows, unsure = self._in_stages(log, is_in_order(log, self.rulebook))
        again = np.isin(groups, unsure)
        if again.any():
            fewer = Log(events.filter(pl.Series(again)), groups[again], self.days)
            surely, _ = self._in_stages(fewer, np.zeros(len(fewer.groups), dtype=bool))
            rows = pl.concat([rows.filter(~pl.col("group").is_in(unsure)), surely])
        return rows.drop("group")

    def _in_stages(self, log: Log, in_order: Bools) -> tuple[pl.DataFrame, Ints]:
        """Findings with the days on which they stand, and their `group`; and the groups that are unsure."""
        events = log.events
        stages = stages_of(events, log.groups, self.days, turns_of(log, self.rulebook), in_order)
        judged = [self._batch(events, stages, *batch) for batch in stages.batches(self.at_once)]
        if not judged:  # nothing was learned by the end of the period
            return _NOTHING, np.zeros(0, dtype=np.int64)
        parts, doubtful, unsure = zip(*judged, strict=True)
        rows = pl.concat(parts)
        settled = self._settled(pl.concat(doubtful), events, stages)
        if settled:
            touched = pl.concat(settled)
            is_touched = pl.col("group").is_in(touched["group"].unique().implode())
            rows = pl.concat([rows.filter(~is_touched), _spans(pl.concat([rows.filter(is_touched), touched]))])
        return rows, np.unique(np.concatenate(unsure))

    def _batch(
        self, events: pl.DataFrame, stages: Stages, members: Ints, stage: Ints
    ) -> tuple[pl.DataFrame, pl.DataFrame, Ints]:
        """The findings of some stages; the stages and days whose first day is doubtful; the groups that are unsure."""
        found, doubted = self._findings(events, members, stage, stages.last)
        rows = self._dated(found, stages)
        doubtful = rows.filter("doubtful").select("stage", day="from_day").unique()
        return _spans(_without_doubt(rows)), doubtful, stages.group[doubted]  # most rows of a group say the same

    @property
    def _names(self) -> tuple[str, ...]:
        return COPIED_WITH_PERSONS if self.by_person else COPIED

    def _findings(self, events: pl.DataFrame, members: Ints, stage: Ints, last: Ints) -> tuple[pl.DataFrame, Ints]:
        """Findings over stages as of their last days, with their stage and whether they are true only when their
        instant has passed; and the stages in which a clock asks what is UNSURE."""
        at = events["at"].to_physical().to_numpy()
        past = at[members] <= self.days.ends_us[last[stage] + 1]
        members, stage = members[past], stage[past]
        copies = copied(events, members, stage, self._names)
        as_of = instants_of(copies, stage, last, self.days)
        linked = link_incidents(copies, as_of=self.days.end(len(self.days) - 1))
        happened = Counted.all_of(linked)
        folded = fold_counted(happened, self.rulebook, as_of=as_of)
        plain = pl.DataFrame(schema=schemas.FINDINGS)
        found, unsure = [plain.with_columns(passing=pl.lit(value=False))], []
        for part in folded.parts:
            clocks = part_clocks(part)
            own = part_findings(part, clocks)
            found.append(own.with_columns(passing=_passing(own, clocks)))
            asks = clocks.filter(pl.col("question").is_in(UNSURE) | pl.col("earliest").is_not_null())
            unsure.append(stage_numbers(asks).to_numpy())
        told, _ = judge_beside(plain, folded, self.rulebook)
        found.append(told.with_columns(passing=pl.lit(value=False)))
        return original(pl.concat(found), self._names), np.concatenate([np.zeros(0, dtype=np.int64), *unsure])

    def _dated(self, found: pl.DataFrame, stages: Stages) -> pl.DataFrame:
        """Findings of stages with their `group`, `from_day`, `to_day`, and whether the first of these is doubtful."""
        stage = found["stage"].to_numpy()
        since = self.days.of(found["found_at"])
        on_the_end = self.days.is_an_end(found["found_at"])
        since = since + (on_the_end & found["passing"].to_numpy())
        is_timed = found["rule"].is_in([check.id for check in self.rulebook.checks if check.kind in TIMED_KINDS])
        first, last = stages.first[stage], stages.last[stage]
        inside = on_the_end & is_timed.to_numpy() & (since >= first) & (since < last)
        dated = found.drop("passing").with_columns(
            pl.Series("group", stages.group[stage]),
            pl.Series("from_day", np.maximum(since, first)),
            pl.Series("to_day", last),
            pl.Series("doubtful", inside),
        )
        return dated.filter(pl.col("from_day") <= pl.col("to_day"))

    def _settled(self, doubtful: pl.DataFrame, events: pl.DataFrame, stages: Stages) -> list[pl.DataFrame]:
        """Where a check's limit ends in the very instant of a judgement, that day of that stage is judged by itself."""
        nth = doubtful.sort("stage", "day").with_columns(n=pl.int_range(pl.len()).over("stage"))
        parts = []
        for own in nth.partition_by("n", maintain_order=True):
            ends = stages.last.copy()
            ends[own["stage"].to_numpy()] = own["day"].to_numpy()
            for members, stage in stages.some(own["stage"].to_numpy(), self.at_once):
                found, _ = self._findings(events, members, stage, ends)
                numbers = found["stage"].to_numpy()
                day = pl.Series("from_day", ends[numbers])
                then = found.with_columns(pl.Series("group", stages.group[numbers]), day, day.alias("to_day"))
                then = then.filter(pl.col("found_at") == self.days.ends.gather(day + 1))
                parts.append(_spans(then.drop("passing", "stage")))
        return parts


def _without_doubt(rows: pl.DataFrame) -> pl.DataFrame:
    """Findings from the first day on which they surely stand."""
    later = rows.with_columns(pl.col("from_day") + pl.col("doubtful").cast(pl.Int64))
    return later.filter(pl.col("from_day") <= pl.col("to_day")).drop("doubtful", "stage")


def _passing(found: pl.DataFrame, clocks: pl.DataFrame) -> pl.Series:
    """Whether each finding is true only after the instant that it states: a limit in hours holds for that instant."""
    ends = clocks.select(*CLOCK_ORDER, "outer_at_end")
    chosen = found.select(*CLOCK_ORDER, "kind").with_row_index("row").filter(pl.col("kind").is_in(BY_PASSING))
    joined = chosen.join(ends, on=CLOCK_ORDER, how="left", nulls_equal=True)
    passing = np.zeros(found.height, dtype=bool)
    passing[joined.filter(~pl.col("outer_at_end"))["row"].to_numpy()] = True
    return pl.Series("passing", passing)


def _spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Findings of stages → each with the days on which it stands without a break, as it was first said."""
    marked = pl.DataFrame([*_identity(rows), rows["from_day"], rows["to_day"]]).with_row_index("row")
    ordered = marked.sort(*IDENTITY, "from_day", "to_day", "row")
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in IDENTITY)
    reached = pl.col("to_day").cum_max().over(IDENTITY).shift(1)
    goes_on = (same & (pl.col("from_day") <= reached + 1)).fill_null(value=False)
    spans = ordered.group_by((~goes_on).cum_sum().alias("span"), maintain_order=True).agg(
        pl.col("row").first(), pl.col("to_day").max()
    )
    return rows[spans["row"]].with_columns(spans["to_day"])


def _identity(found: pl.DataFrame) -> list[pl.Series]:
    """Two numbers of 64 bits for what finding_keys takes a key of: cheap, where most rows are there many times."""
    rests = pl.col("kind").is_in(RESTING_ON_EVENT)
    of_check = pl.col("epoch").is_null()
    fields = [
        "rule",
        "case",
        "incident",
        "subject",
        "epoch",
        "kind",
        "level",
        *(pl.when(~rests).then(pl.col(name)).alias(name) for name in ("due", "outer")),
        *(pl.when(rests & ~of_check).then(pl.col(name)).alias(name) for name in ("event", "reason")),
        pl.col("events").list.join(","),
    ]
    about = found.select(fields).with_columns(
        pl.when(pl.col("events").is_null()).then(pl.col(name)) for name in ("case", "incident", "kind")
    )
    return [about.hash_rows(seed=n).alias(name) for n, name in enumerate(IDENTITY, start=1)]
