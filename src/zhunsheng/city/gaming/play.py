"""A policy played against: what each strategy gains, with the bound by which a release is decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.city.gaming.facts import YEAR, bounds_table, exposure_table, of_units, weight_table, world_facts
from zhunsheng.city.gaming.strategies import STRATEGIES, Strategy
from zhunsheng.city.gaming.world import OFFICERS, World, draw_world
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import scores

MOST_GAIN: Final = 0.05
"""The release gate: no strategy may be shown to gain more."""
MOST_COERCION: Final = 0.0
"""Of S5: coercion may not gain at all."""
ONE_SIDED_95: Final = 1.645


@dataclass(frozen=True)
class Gain:
    """What a strategy gains of the yearly score: the mean over seeds, and its one-sided 95 % upper bound."""

    strategy: Strategy
    mean: float
    upper: float

    @property
    def most(self) -> float:
        """What the release gate allows it."""
        return MOST_COERCION if self.strategy.code == "S5" else MOST_GAIN

    @property
    def passes(self) -> bool:
        """Whether the policy holds it."""
        return self.upper <= self.most


def play(
    policy: Policy, known: FactList, *, seeds: int, seed: int = 9, strategies: Sequence[Strategy] = STRATEGIES
) -> Iterator[Gain]:
    """Play strategies against a policy, each beside the same honest years.

    One officer of thirty games for twelve months; the others are honest. g = (Y_s − Y_0) / Y_0 of his yearly score.
    Under a policy of units it is the score of his station, and g is taken thirty times: as if all of them did it.
    """
    policy = from_the_start(policy)
    honest = draw_world(seeds, seed)
    stage = _Stage.of(policy, known, honest)
    before = stage.years(honest)
    players = OFFICERS if policy.scheme == "unit" else 1
    for strategy in strategies:
        gains = players * (stage.years(strategy.play(honest)) / before - 1)
        reach = ONE_SIDED_95 * float(np.std(gains, ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
        yield Gain(strategy, float(np.mean(gains)), float(np.mean(gains)) + reach)


def from_the_start(policy: Policy) -> Policy:
    """The policy as if it governed the year that is played; its weights are those of the played city."""
    changes: dict[str, object] = {**policy.__dict__, "in_force": date(YEAR, 1, 1)}
    return Policy(**changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Stage:
    """What stays the same whatever the first officer does."""

    policy: Policy
    known: FactList
    others: pl.DataFrame  # rows of the ledger
    other_facts: pl.DataFrame
    weights: pl.DataFrame

    @staticmethod
    def of(policy: Policy, known: FactList, honest: World) -> "_Stage":
        weights = weight_table(len(honest.type))
        others = world_facts(honest, range(1, OFFICERS))
        rows = ledger(others, [policy], known, weights=weights)
        return _Stage(policy, known, rows, others.filter(pl.col("fact") == "sample.passed"), weights)

    def years(self, world: World) -> np.ndarray:
        """The yearly score of the first officer, or of his station under a policy of units, by seed."""
        facts = world_facts(world, range(1))
        own = ledger(facts, [self.policy], self.known, weights=self.weights)
        rows = pl.concat([self.others, own, self._assisted(world)])
        bounds = bounds_table(pl.concat([self.other_facts, facts]))
        is_of_units = self.policy.scheme == "unit"
        exposure = of_units(exposure_table(world)) if is_of_units else exposure_table(world)
        found = scores(rows, self.policy, self.known, exposure=exposure, bounds=bounds)
        played = found if is_of_units else found.filter(pl.col("holder").str.ends_with("P00"))
        year = played.group_by("unit").agg(pl.col("total").fill_null(0).mean())
        order = year.sort(pl.col("unit").str.slice(1).cast(pl.Int64))
        return order["total"].to_numpy()

    def _assisted(self, world: World) -> pl.DataFrame:
        """What he shares in colleagues' cases, as rows of each entry that pays work by role."""
        paid = [entry for entry in self.policy.entries if entry.share == "roles" and entry.sign == "earn"]
        seeds, months = np.nonzero(world.assisted)
        frames = [pl.DataFrame(schema=t.LEDGER)]
        for entry in paid:
            hundredths = np.rint(world.assisted[seeds, months] * entry.points / entry.per).astype(np.int64)
            template = self.others.filter(pl.col("entry") == entry.id).head(1)
            shared = pl.DataFrame({"seed": seeds, "month": months, "hundredths": hundredths})
            frames.append(
                shared.join(template, how="cross")
                .with_columns(
                    key=pl.format("assist|{}|{}|{}", pl.lit(entry.id), "seed", "month"),
                    holder=pl.format("W{}P00", "seed"),
                    unit=pl.format("W{}", "seed"),
                    period=pl.date(YEAR, pl.col("month") + 1, 1),
                    amount=pl.col("hundredths"),
                    group=pl.format("assist|{}", "month"),
                )
                .select(t.LEDGER.names())
            )
        return pl.concat(frames)
