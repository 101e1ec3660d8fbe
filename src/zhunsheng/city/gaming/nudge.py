"""The nudge test: one lawful thing more or less, and nobody's score may rise.

The honest station is scored, then scored again with one thing added or changed at fifty places: an arithmetic that
rewards it shows it, whatever it is called.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import polars as pl

from zhunsheng.city.gaming.facts import YEAR, bounds_table, exposure_table, weight_table, world_facts
from zhunsheng.city.gaming.play import from_the_start
from zhunsheng.city.gaming.world import OFFICERS, draw_world
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import totals

PLACES: Final = 50
SPRING: Final = datetime(YEAR, 4, 1, tzinfo=UTC)
"""Three months are enough: a nudge works in the period in which it falls."""
WORK: Final = "work.assigned_minutes"
Change = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Nudge:
    """One lawful thing that happens once more, or not, at each of fifty places."""

    type: str
    title: str
    change: Change  # facts, and the work rows of the places → facts


@dataclass(frozen=True)
class Nudged:
    """What a nudge did: the greatest rise of anybody's total, in hundredths, and whose it was."""

    nudge: Nudge
    rise: int
    holder: str
    period: date | None


def _more(*facts: str, amount: int = 1) -> Change:
    """So many facts more at every place, each in time and without any breach."""

    def change(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
        added = [
            places.with_columns(
                fact=pl.lit(name),
                key=pl.concat_str("key", pl.lit(f"+{name}")),
                amount=pl.lit(amount, pl.Int64),
                kept=pl.lit(None, pl.Boolean),
            )
            for name in facts
        ]
        return pl.concat([rows, *(one.select(t.POINT_FACTS.names()) for one in added)])

    return change


def _fewer(*facts: str) -> Change:
    """Those facts of every place never recorded."""

    def change(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
        gone = pl.col("fact").is_in(facts) & pl.col("group").is_in(places["group"].implode())
        return rows.filter(~gone)

    return change


def _untold(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """A report not recorded: its incident stays in the telephone count, and nobody was told."""
    own = pl.col("group").is_in(places["group"].implode())
    told = pl.col("fact").is_in(["report.victim_told", "report.recorded", "report.receipted"])
    fewer = rows.filter(~(own & (pl.col("fact") == "crime.reported_count")))
    return fewer.with_columns(kept=pl.when(own & told).then(pl.lit(value=False)).otherwise("kept"))


def _ending(end: str, *facts: str) -> Change:
    """Another ending of every place, with what that ending brings."""

    def change(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
        own = pl.col("group").is_in(places["group"].implode())
        ended = rows.with_columns(pl.when(own).then(pl.lit(end)).otherwise("case.outcome").alias("case.outcome"))
        return _more(*facts)(ended, places) if facts else ended

    return change


def _both(first: Change, second: Change) -> Change:
    return lambda rows, places: second(first(rows, places), places)


DETENTION: Final = ("person.detained", "detention_house.admitted", "place.person_entered", "person.sampled")
NUDGES: Final = (
    Nudge("person.detained", "多一次刑事拘留", _more(*DETENTION, "person.caught", "summons.started")),
    Nudge("admin_detention.executed", "多一次行政拘留", _more("admin_detention.executed", "penalty.decided")),
    Nudge("fine.collected", "多罚款五百元", _more("money.fine_amount", amount=500)),
    Nudge("decision.penalty", "警告改为处罚", _ending("penalty", "penalty.decided", "case.closed")),
    Nudge("decision.warning", "处罚改为警告", _both(_fewer("penalty.decided"), _ending("warning"))),
    Nudge("case.solved", "多破一案", _more("case.solved", "arrest.approved", "prosecution.transferred")),
    Nudge("case.suspect_added", "多一名嫌疑人", _more("case.suspect_count", "place.person_entered", "person.caught")),
    Nudge("property.seized", "多一次扣押", _more("property.seized", "property.value", "property.frozen")),
    Nudge("person.brought_in", "多带一人到办案区", _more("place.person_entered", "person.sampled")),
    Nudge("deposit.received", "收取并退还保证金", _more("money.deposit_taken", "measure.bail")),
    Nudge("report.not_recorded", "少登记一起警情", _untold),
    Nudge("complaint.withdrawn", "撤回一件投诉", _both(_fewer("complaint.received"), _more("complaint.none"))),
    Nudge("case.not_filed", "少立一案", _fewer("case.filed", "case.unsolved", "crime.reported_count")),
)


def nudged(policy: Policy, known: FactList, *, seed: int = 9, only: Sequence[str] = ()) -> Iterator[Nudged]:
    """Nudge a policy in every way, or in those of some types. It passes where nothing rises: all(one.rise <= 0)."""
    stage = _Stage.of(policy, known, seed)
    before = stage.totals(stage.facts)
    for nudge in NUDGES:
        if only and nudge.type not in only:
            continue
        yield _risen(nudge, before, stage.totals(nudge.change(stage.facts, stage.places)))


def failing_tests(policy: Policy, found: Sequence[Nudged]) -> list[str]:
    """The tests that the file itself states, and that do not hold: name, what was stated, what was found.

    Takes   found: what every nudge did (nudged). A test names nudges by type; what one changes is the greatest rise.
    """
    by_type = {one.nudge.type: one for one in found}
    failing = []
    for test in policy.tests:
        for given in test.given:
            one = by_type.get(str(given.get("type")))
            if one is None:
                failing.append(f"{test.name}: {given.get('type')!r} is no nudge. The nudges are {', '.join(by_type)}.")
            elif one.rise != test.change:
                failing.append(f"{test.name}: stated {test.change / 100:.2f}, found {one.rise / 100:.2f}.")
    return failing


def _risen(nudge: Nudge, before: pl.DataFrame, after: pl.DataFrame) -> Nudged:
    """The greatest change of anybody's total; 0 where nothing changes, below it where everybody loses."""
    changes = before.join(after, on=["holder", "period"]).with_columns(
        rise=pl.col("total_right").fill_null(0) - pl.col("total").fill_null(0)
    )
    row: dict[str, Any] = changes.sort("rise", "holder", "period", descending=[True, False, False]).row(0, named=True)
    return Nudged(nudge, row["rise"], row["holder"] if row["rise"] else "", row["period"] if row["rise"] else None)


@dataclass(frozen=True)
class _Stage:
    policy: Policy
    known: FactList
    facts: pl.DataFrame
    places: pl.DataFrame
    weights: pl.DataFrame
    exposure: pl.DataFrame
    bounds: pl.DataFrame

    @staticmethod
    def of(policy: Policy, known: FactList, seed: int) -> "_Stage":
        world = draw_world(1, seed)
        refused = [name for name, one in known.facts.items() if one.is_refused]
        # Of what a policy may not rest on, only what a nudge adds: a block that is full of it could not rise
        facts = (
            world_facts(world, range(OFFICERS))
            .filter((pl.col("at") < SPRING) & ~pl.col("fact").is_in(refused))
            .with_columns(pl.when(pl.col("group").is_not_null()).then(pl.lit("warning")).alias("case.outcome"))
        )
        work = facts.filter(pl.col("fact") == WORK)
        # Complaints, incidents and penalties that may be taken away again
        rows = _more("complaint.received", "crime.reported_count", "case.filed", "case.unsolved")(facts, work)
        step = max(1, len(work) // PLACES)
        places = work.sort("key").gather_every(step).head(PLACES)
        return _Stage(
            policy=from_the_start(policy),
            known=known,
            facts=rows,
            places=places,
            weights=weight_table(1),
            exposure=exposure_table(world).filter(pl.col("period") < SPRING.date()),
            bounds=bounds_table(facts),
        )

    def totals(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Everybody's total: holder, period, total."""
        rows = ledger(facts, [self.policy], self.known, weights=self.weights)
        exposure = self.exposure
        if self.policy.scheme == "unit":
            exposure = exposure.group_by("unit", "peers", "period").agg(pl.col("half_days").sum())
            exposure = exposure.with_columns(holder="unit").select(t.EXPOSURE.names())
        found = totals(rows, self.policy, self.known, exposure=exposure, bounds=self.bounds)
        return found.select("holder", "period", "total")
