"""The strategies S1 to S14: what one officer does to look better, and what the platform sees of it.

Each takes the honest world and returns the one in which the first officer games. What holds a strategy is in the facts
themselves (one group for a split case, the desk's type, a recorded act, a restored leave day) or in the policy (cap,
gate, shares by case); a strategy costs him the time that it takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from zhunsheng.city.gaming.world import DEVIATIONS, MEANS, WEIGHTS, World, with_first

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


def medians_of_type(world: World) -> np.ndarray:
    """The median minutes of each case's type: those of a log-normal."""
    means, deviations = np.array(MEANS), np.array(DEVIATIONS)
    medians = means / np.sqrt(1 + (deviations / means) ** 2)
    return np.asarray(medians[world.type[:, 0]])


def split(world: World) -> World:
    """Each own case of several facts becomes several numbers."""
    parts = world.facts[:, 0]
    return with_first(world, parts=parts, minutes=world.minutes[:, 0] + PAPER_MINUTES * (parts - 1))


def cherry_pick(world: World) -> World:
    """Hands over half of the cases that take longer than others of their type. The weight goes with them."""
    longer = world.minutes[:, 0] > medians_of_type(world)
    return with_first(world, skipped=longer & (world.u[:, 0, :, :, 6] < 0.5))


def month_end(world: World) -> World:
    """Closes what falls on days 15 to 27 in the last three days; some of it is late then."""
    moved = world.u[:, 0, :, :, 6] < 13 / 30
    return with_first(world, late=world.late[:, 0] | (moved & (world.u[:, 0, :, :, 7] < 0.02)))


def hoard(world: World) -> World:
    """Holds 30 % of the finished cases back for a month where he has enough; their clocks run on."""
    done = world.done
    hours = np.where(done, np.array(WEIGHTS)[world.type], 0.0).sum(axis=3)
    enough = hours[:, 0] >= ENOUGH * np.median(hours, axis=1)
    held = done[:, 0] & enough[:, :, None] & (world.u[:, 0, :, :, 6] < 0.3)
    late = world.late[:, 0] | (held & (world.u[:, 0, :, :, 7] < 0.1))
    return with_first(world, delayed=held.astype(np.int64), late=late)


def coerce(world: World) -> World:
    """Detains in a fifth of the cases where nobody had to be, with every duty in time."""
    more = ~world.detained[:, 0] & (world.u[:, 0, :, :, 6] < 0.2)
    return with_first(
        world, detained=world.detained[:, 0] | more, minutes=world.minutes[:, 0] + DETENTION_MINUTES * more
    )


def up_code(world: World) -> World:
    """Asks for the next heavier type in a fifth of the cases. The lower of the two counts until a reviewer confirms."""
    asked = world.u[:, 0, :, :, 6] < 0.2
    return with_first(world, minutes=world.minutes[:, 0] + PAPER_MINUTES * asked)


def share_farm(world: World) -> World:
    """Is added to 30 % of colleagues' cases. He shares only where he has a recorded act, in the time he has left."""
    acts = np.minimum(world.left() // ACT_MINUTES, 0.3 * 290)
    return replace(world, assisted=acts * ASSIST_SHARE * AVERAGE_MINUTES)


def repair_farm(world: World) -> World:
    """Makes and finds four small problems a month. What the system had found before is a confirmed fault."""
    found = (world.u[:, 0, :, :4, 6] < FOUND_FIRST).sum(axis=2)
    return replace(world, repairs=4 - found, caught=found)


def suppress(world: World) -> World:
    """Does not record a fifth of the incidents that are laborious. Some are found by the telephone count."""
    hidden = (world.minutes[:, 0] > medians_of_type(world)) & (world.u[:, 0, :, :, 6] < 0.4)
    found = (hidden & (world.u[:, 0, :, :, 7] < FOUND_UNRECORDED))[:, :, :12].sum(axis=2)
    told = world.told[:, 0] & ~hidden
    return replace(with_first(world, skipped=hidden, told=told), unrecorded=found)


def back_date(world: World) -> World:
    """Enters a tenth of the late acts as in time. They come too late to be believed; some are found falsified."""
    dated = world.late[:, 0] & (world.u[:, 0, :, :, 6] < 0.1)
    done = world.done[:, 0]
    found = (dated & done & (world.u[:, 0, :, :, 7] < FOUND_FALSIFIED)).sum(axis=2)
    return replace(with_first(world, unknown=dated), falsified=found)


def friend(world: World) -> World:
    """A reviewer passes half of his problems, where the lot gives him the file."""
    passed = world.problem[:, 0] & (world.u[:, 0, :, :, 6] < 0.5 * FRIEND_READS)
    return with_first(world, passed=passed)


def leave(world: World) -> World:
    """Books half-days of leave and works. An act on a leave day restores the day: one of eight has none."""
    return replace(world, half_days=world.half_days - (np.arange(world.half_days.shape[1]) % 8 == 0))


def hasty_end(world: World) -> World:
    """Closes 30 % by mediation in half the minutes. Who was pressed says so: twice the problems."""
    hasty = world.u[:, 0, :, :, 6] < 0.3
    problem = world.problem[:, 0] | (hasty & (world.u[:, 0, :, :, 7] < 0.09))
    minutes = np.where(hasty, world.minutes[:, 0] / 2, world.minutes[:, 0])
    return with_first(world, problem=problem, minutes=minutes)


def trade(world: World) -> World:
    """Two swap cases so that each keeps the clean ones. A breach stays with who held the case when it fell due."""
    swapped = world.problem[:, 0] & ~world.late[:, 0] & (world.u[:, 0, :, :, 6] < 0.5)
    return with_first(world, minutes=world.minutes[:, 0] + PAPER_MINUTES * swapped)


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
