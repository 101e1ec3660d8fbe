"""The strategies S1 to S14: what an officer does to look better, and what the platform sees of it.

Each takes the honest world and returns the one in which its players game: one officer, or all of a station. What holds
a strategy is in the facts themselves (one group for a split case, the desk's type, a recorded act, a restored leave
day) or in the policy (cap, gate, shares by case); a strategy costs him the time that it takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from zhunsheng.city.gaming.world import DEVIATIONS, MEANS, WEIGHTS, World, with_players

PAPER_MINUTES: Final = 20.0  # what a case number more costs in papers
DETENTION_MINUTES: Final = 240.0
ACT_MINUTES: Final = 120.0  # to take part in one act of a colleague's case, which is recorded
ASSIST_SHARE: Final = 0.4
AVERAGE_MINUTES: Final = 632.0
FOUND_UNRECORDED: Final = 0.3
FOUND_FALSIFIED: Final = 0.3
FOUND_FIRST: Final = 0.25  # of small problems, by the system before he reports them
ENOUGH: Final = 1.3  # times what his peers do
FRIEND_READS: Final = 0.1  # the lot gives a file to one reader in ten


@dataclass(frozen=True)
class Strategy:
    """What an officer does, in words, and to the world."""

    code: str
    name: str
    title: str
    play: Callable[[World], World]


def _chance(world: World) -> np.ndarray:
    """One uniform number a case of the players: whether he does it there."""
    return world.own("u")[..., 6]


def _luck(world: World) -> np.ndarray:
    """Another: what comes of it."""
    return world.own("u")[..., 7]


def medians_of_type(world: World) -> np.ndarray:
    """The median minutes of each case's type: those of a log-normal."""
    means, deviations = np.array(MEANS), np.array(DEVIATIONS)
    medians = means / np.sqrt(1 + (deviations / means) ** 2)
    return np.asarray(medians[world.own("type")])


def split(world: World) -> World:
    """Each own case of several facts becomes several numbers."""
    parts = world.own("facts")
    return with_players(world, parts=parts, minutes=world.own("minutes") + PAPER_MINUTES * (parts - 1))


def cherry_pick(world: World) -> World:
    """Hands over half of the cases that take longer than others of their type. The weight goes with them."""
    longer = world.own("minutes") > medians_of_type(world)
    return with_players(world, skipped=longer & (_chance(world) < 0.5))


def month_end(world: World) -> World:
    """Closes what falls on days 15 to 27 in the last three days; some of it is late then."""
    moved = _chance(world) < 13 / 30
    return with_players(world, late=world.own("late") | (moved & (_luck(world) < 0.02)))


def hoard(world: World) -> World:
    """Holds 30 % of the finished cases back for a month where he has enough; their clocks run on."""
    done = world.done
    hours = np.where(done, np.array(WEIGHTS)[world.type], 0.0).sum(axis=3)
    enough = hours[:, : world.players] >= ENOUGH * np.median(hours, axis=1)[:, None]
    held = world.own("done") & enough[..., None] & (_chance(world) < 0.3)
    late = world.own("late") | (held & (_luck(world) < 0.1))
    return with_players(world, delayed=held.astype(np.int64), late=late)


def coerce(world: World) -> World:
    """Detains in a fifth of the cases where nobody had to be, with every duty in time."""
    more = ~world.own("detained") & (_chance(world) < 0.2)
    minutes = world.own("minutes") + DETENTION_MINUTES * more
    return with_players(world, detained=world.own("detained") | more, minutes=minutes)


def up_code(world: World) -> World:
    """Asks for the next heavier type in a fifth of the cases. The lower of the two counts until a reviewer confirms."""
    asked = _chance(world) < 0.2
    return with_players(world, minutes=world.own("minutes") + PAPER_MINUTES * asked)


def share_farm(world: World) -> World:
    """Is added to 30 % of colleagues' cases. He shares only where he has a recorded act, in the time he has left."""
    acts = np.minimum(world.left() // ACT_MINUTES, 0.3 * 290)
    return replace(world, assisted=acts * ASSIST_SHARE * AVERAGE_MINUTES)


def repair_farm(world: World) -> World:
    """Makes and finds four small problems a month. What the system had found before is a confirmed fault."""
    found = (_chance(world)[..., :4] < FOUND_FIRST).sum(axis=-1)
    return replace(world, repairs=4 - found, caught=found)


def suppress(world: World) -> World:
    """Does not record a fifth of the incidents that are laborious. Some are found by the telephone count."""
    hidden = (world.own("minutes") > medians_of_type(world)) & (_chance(world) < 0.4)
    found = (hidden & (_luck(world) < FOUND_UNRECORDED))[..., :12].sum(axis=-1)
    return replace(with_players(world, skipped=hidden, hidden=hidden), unrecorded=found)


def back_date(world: World) -> World:
    """Enters a tenth of the late acts as in time. They come too late to be believed; some are found falsified."""
    dated = world.own("late") & (_chance(world) < 0.1)
    done = world.own("done")
    found = (dated & done & (_luck(world) < FOUND_FALSIFIED)).sum(axis=-1)
    return replace(with_players(world, unknown=dated), falsified=found)


def friend(world: World) -> World:
    """A reviewer passes half of his problems, where the lot gives him the file."""
    passed = world.own("problem") & (_chance(world) < 0.5 * FRIEND_READS)
    return with_players(world, passed=passed)


def leave(world: World) -> World:
    """Books half-days of leave and works. An act on a leave day restores the day: one of eight has none."""
    return replace(world, half_days=world.half_days - (np.arange(world.half_days.shape[-1]) % 8 == 0))


def hasty_end(world: World) -> World:
    """Closes 30 % by mediation in half the minutes. Who was pressed says so: twice the problems."""
    hasty = _chance(world) < 0.3
    problem = world.own("problem") | (hasty & (_luck(world) < 0.09))
    minutes = np.where(hasty, world.own("minutes") / 2, world.own("minutes"))
    return with_players(world, problem=problem, minutes=minutes)


def trade(world: World) -> World:
    """Two swap cases so that each keeps the clean ones. A breach stays with who held the case when it fell due."""
    swapped = world.own("problem") & ~world.own("late") & (_chance(world) < 0.5)
    return with_players(world, minutes=world.own("minutes") + PAPER_MINUTES * swapped)


STRATEGIES: Final = (
    Strategy("S1", "split", "拆案", split),
    Strategy("S2", "cherry-pick", "挑案", cherry_pick),
    Strategy("S3", "month-end", "月底突击", month_end),
    Strategy("S4", "hoard", "压案", hoard),
    Strategy("S5", "coerce", "多用强制措施", coerce),
    Strategy("S6", "up-code", "往重里定", up_code),
    Strategy("S7", "share-farm", "挂名合办", share_farm),
    Strategy("S8", "repair-farm", "造问题再整改", repair_farm),
    Strategy("S9", "suppress", "有警不录", suppress),
    Strategy("S10", "back-date", "倒签", back_date),
    Strategy("S11", "friend", "熟人阅卷", friend),
    Strategy("S12", "leave", "请假上班", leave),
    Strategy("S13", "hasty end", "草率了结", hasty_end),
    Strategy("S14", "trade", "换案", trade),
)
