"""The station that is played in: who could do what in a year, and how long it takes him.

Arrays have the axes (seed, officer, month, case): every officer has a queue of cases a month and does as many as his
time allows, in their order. Nothing in it knows a policy.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

OFFICERS: Final = 30
MONTHS: Final = 12
QUEUE: Final = 24
TYPES: Final = ("盗窃", "故意伤害", "诈骗", "醉驾", "家暴")
MIX: Final = (120, 40, 25, 60, 6)
MEANS: Final = (540.0, 860.0, 1480.0, 410.0, 1900.0)
DEVIATIONS: Final = (260.0, 420.0, 900.0, 150.0, 1100.0)
WEIGHTS: Final = (544, 851, 1145, 414, 947)
"""Measured minutes of the types: docs/points-format.md, Case weights."""
MONTH_MINUTES: Final = 6_800.0
"""What lets thirty officers finish about three hundred cases of that mix a month."""
PROBLEMS: Final = 0.08
LATE_OF_PROBLEMS: Final = 0.5
DETAINED: Final = 0.15
SEVERAL: Final = 0.3
DRAWN: Final = 54 / 300
HALF_DAYS: Final = 42
TOLD: Final = 0.92


@dataclass(frozen=True)
class World:
    """What happens in a year of so many seeds. The first `players` officers of each station may game."""

    players: int
    type: Ints
    minutes: Floats
    u: Floats  # one uniform number a case and question: (seed, officer, month, case, question)
    problem: Bools
    late: Bools
    detained: Bools
    facts: Ints  # how many facts or victims
    drawn: Bools  # by the lot
    told: Bools
    skipped: Bools  # not his any more: handed over, or never recorded
    hidden: Bools  # never recorded
    passed: Bools  # by a friend who read it
    unknown: Bools  # recorded too late to be believed
    parts: Ints  # into how many numbers it was split
    delayed: Ints  # months by which its end is held back
    assisted: Floats  # (seed, player, month): minutes' worth that he shares in colleagues' cases
    repairs: Ints  # (seed, player, month): problems of his own that he reported
    caught: Ints  # (seed, player, month): what of them the system had found before
    unrecorded: Ints  # (seed, player, month): incidents found not recorded
    falsified: Ints  # (seed, player, month): records found falsified
    half_days: Ints  # (seed, player, month)

    @property
    def done(self) -> Bools:
        """What each finishes in a month: what is his, in order, while his time lasts."""
        own = np.where(self.skipped, 0.0, self.minutes)
        return (np.cumsum(own, axis=3) <= MONTH_MINUTES) & ~self.skipped

    @property
    def missed(self) -> Bools:
        """What came while his time lasted and was never recorded: the telephone count has it."""
        return (np.cumsum(np.where(self.skipped, 0.0, self.minutes), axis=3) <= MONTH_MINUTES) & self.hidden

    def own(self, name: str) -> NDArray[Any]:
        """What the players have of an array of everybody: (seed, player, month, …)."""
        values: NDArray[Any] = getattr(self, name)
        return values[:, : self.players]

    def part(self, seeds: slice) -> "World":
        """Some of the seeds."""
        named = {one.name: getattr(self, one.name)[seeds] for one in fields(self) if one.name != "players"}
        return replace(self, **named)

    def left(self) -> Floats:
        """(seed, player, month): the minutes that each player has left when his month's cases are done."""
        used = np.where(self.done, self.minutes, 0.0).sum(axis=3)
        return np.asarray(MONTH_MINUTES - used[:, : self.players], dtype=np.float64)


def draw_world(seeds: int, seed: int, players: int = 1) -> World:
    """Honest years, the same for the same seed, in which so many officers of each station may game."""
    rng = np.random.default_rng([seed, 9])
    shape = (seeds, OFFICERS, MONTHS, QUEUE)
    kinds = rng.choice(len(TYPES), size=shape, p=np.array(MIX) / sum(MIX))
    means, deviations = np.array(MEANS)[kinds], np.array(DEVIATIONS)[kinds]
    sigma = np.sqrt(np.log(1 + (deviations / means) ** 2))
    minutes = np.exp(np.log(means) - sigma**2 / 2 + sigma * rng.standard_normal(shape))
    u = rng.random((*shape, 8))
    problem = u[..., 0] < PROBLEMS
    months = (seeds, players, MONTHS)
    none, no_month = np.zeros(shape, dtype=np.bool_), np.zeros(months, dtype=np.int64)
    return World(
        players=players,
        type=kinds.astype(np.int64),
        minutes=minutes,
        u=u,
        problem=problem,
        late=problem & (u[..., 1] < LATE_OF_PROBLEMS),
        detained=u[..., 2] < DETAINED,
        facts=np.where(u[..., 3] < SEVERAL, 2 + (u[..., 3] < SEVERAL / 4), 1).astype(np.int64),
        drawn=u[..., 4] < DRAWN,
        told=u[..., 5] < TOLD,
        skipped=none,
        hidden=none,
        passed=none,
        unknown=none,
        parts=np.ones(shape, dtype=np.int64),
        delayed=np.zeros(shape, dtype=np.int64),
        assisted=np.zeros(months),
        repairs=no_month,
        caught=no_month,
        unrecorded=no_month,
        falsified=no_month,
        half_days=np.full(months, HALF_DAYS, dtype=np.int64),
    )


def with_players(world: World, **changes: NDArray[Any]) -> World:
    """The world with what the players do changed: arrays of (seed, player, month, case)."""
    made = {}
    for name, own in changes.items():
        whole = getattr(world, name).copy()
        whole[:, : world.players] = own
        made[name] = whole
    return replace(world, **made)
