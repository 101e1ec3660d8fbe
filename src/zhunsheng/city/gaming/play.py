"""A policy played against: what each strategy gains, with the bound by which a release is decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import sqrt
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.city.gaming.facts import (
    STATION,
    YEAR,
    bounds_table,
    exposure_table,
    of_units,
    weight_table,
    world_facts,
)
from zhunsheng.city.gaming.strategies import STRATEGIES, Strategy
from zhunsheng.city.gaming.world import HALF_DAYS, OFFICERS, World, draw_world
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import totals
from zhunsheng.core.points.taint import taint_of

MOST_GAIN: Final = 0.05
"""The release gate: no strategy may be shown to gain more."""
MOST_COERCION: Final = 0.0
"""Of S5: coercion may not gain at all."""
ONE_SIDED_95: Final = 1.645
DRAWN: Final = "sample.passed"
AT_ONCE: Final = 25
"""Years of stations that are computed together: what memory is asked for."""
BESIDE: Final = "H"
COPIES: Final = 9
"""Honest stations beside each that is played."""


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
    Under a policy of units all thirty do, and it is the score of their station.
    """
    policy = from_the_start(policy)
    honest = draw_world(seeds, seed, players=OFFICERS if policy.scheme == "unit" else 1)
    stages = [_Stage.of(policy, known, honest.part(slice(n, n + AT_ONCE))) for n in range(0, seeds, AT_ONCE)]
    for strategy in strategies:
        gains = np.concatenate([stage.gains(strategy) for stage in stages])
        reach = ONE_SIDED_95 * float(np.std(gains, ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
        yield Gain(strategy, float(np.mean(gains)), float(np.mean(gains)) + reach)


def from_the_start(policy: Policy) -> Policy:
    """The policy as if it governed the year that is played; its weights are those of the played city."""
    changes: dict[str, object] = {**policy.__dict__, "in_force": date(YEAR, 1, 1)}
    return Policy(**changes)  # type: ignore[arg-type]


def _is_first() -> pl.Expr:
    return pl.col("holder").str.ends_with("P00")


def _peers(rows: pl.DataFrame) -> pl.DataFrame:
    """Honest stations, some for each that is played: a row for what each has of volume in a period.

    Whoever plays stands beside the median of the others. Were they those that play too, what all of them do more of
    would pay none of them.
    """
    sums = rows.filter(pl.col("block") == "volume").group_by("holder", "period", "entry", maintain_order=True)
    whole = sums.agg(pl.col("amount").sum(), pl.exclude("amount").first())
    copies = pl.DataFrame({"copy": range(COPIES)})
    named = whole.join(copies, how="cross").with_columns(holder=pl.format("{}" + BESIDE + "{}", "holder", "copy"))
    return named.with_columns(key=pl.concat_str("key", "holder", separator="|"), unit="holder").select(t.LEDGER.names())


def _named(policy: Policy, known: FactList) -> frozenset[str]:
    """Every fact on which a policy rests, and what its gate looks at."""
    names = [DRAWN, *(name for entry in policy.entries for name in (entry.fact, *entry.reverses_on))]
    return frozenset(fact.name for name in names for fact in taint_of(name, known, policy.derived).facts)


@dataclass(frozen=True)
class _Stage:
    """What stays the same whatever the players do."""

    policy: Policy
    known: FactList
    honest: World
    names: frozenset[str]  # of the facts that the policy looks at
    others: pl.DataFrame  # rows of the ledger
    other_facts: pl.DataFrame
    weights: pl.DataFrame
    peers: pl.DataFrame  # honest stations beside which one of players stands, as rows of the ledger

    @staticmethod
    def of(policy: Policy, known: FactList, honest: World) -> "_Stage":
        weights, names = weight_table(len(honest.type)), _named(policy, known)
        others = world_facts(honest, range(honest.players, OFFICERS), names)
        rows = ledger(others, [policy], known, weights=weights)
        drawn = others.filter(pl.col("fact") == DRAWN)
        peers = pl.DataFrame(schema=t.LEDGER)
        if policy.scheme == "unit":
            own = world_facts(honest, range(honest.players), names)
            peers = _peers(ledger(own, [policy], known, weights=weights))
        return _Stage(policy, known, honest, names, rows, drawn, weights, peers)

    def gains(self, strategy: Strategy) -> np.ndarray:
        """What a strategy gains of each honest year."""
        return np.asarray(self.years(strategy.play(self.honest)) / self.before - 1)

    @cached_property
    def before(self) -> np.ndarray:
        """The honest years."""
        return self.years(self.honest)

    def years(self, world: World) -> np.ndarray:
        """The yearly score of the first officer, or of his station under a policy of units, by seed."""
        facts = world_facts(world, range(world.players), self.names)
        own = ledger(facts, [self.policy], self.known, weights=self.weights)
        rows = pl.concat([self.others, own, self._assisted(world), self.peers])
        bounds = bounds_table(pl.concat([self.other_facts, facts]))
        found = totals(rows, self.policy, self.known, exposure=self._exposure(world), bounds=bounds)
        is_played = ~pl.col("holder").str.contains(BESIDE) if self.policy.scheme == "unit" else _is_first()
        year = found.filter(is_played).group_by("unit").agg(pl.col("total").fill_null(0).mean())
        order = year.sort(pl.col("unit").str.slice(1).cast(pl.Int64))
        return order["total"].to_numpy()

    def _exposure(self, world: World) -> pl.DataFrame:
        exposure = exposure_table(world)
        if self.policy.scheme != "unit":
            return exposure
        played = of_units(exposure)
        beside = self.peers.select("holder", "period").unique()
        days = beside.with_columns(
            unit="holder", peers=pl.lit(STATION), half_days=pl.lit(HALF_DAYS * OFFICERS, pl.Int64)
        )
        return pl.concat([played, days.select(played.columns)])

    def _assisted(self, world: World) -> pl.DataFrame:
        """What he shares in colleagues' cases, as rows of each entry that pays work by role.

        A station that shares in its own cases has what it had.
        """
        if self.policy.scheme == "unit":
            return pl.DataFrame(schema=t.LEDGER)
        paid = [entry for entry in self.policy.entries if entry.share == "roles" and entry.sign == "earn"]
        seeds, months = np.nonzero(world.assisted[:, 0])
        frames = [pl.DataFrame(schema=t.LEDGER)]
        for entry in paid:
            hundredths = np.rint(world.assisted[seeds, 0, months] * entry.points / entry.per).astype(np.int64)
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
