"""What lengthens a limit: tiers by document, in time and in order."""

from typing import Final

from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.clock import PAST, SAME_DAY, in_time, update
from zhunsheng.core.fold.due import add_time
from zhunsheng.core.fold.facts import HOLDS, MISSING, holds, stated
from zhunsheng.core.fold.log import anomaly, ask_hard, ask_soft, step
from zhunsheng.core.fold.opening import (
    grant_total,
    note_until,
)
from zhunsheng.core.fold.state import (
    LATE_EXTENSION,
    MISSING_FACT,
    MISSING_TIER,
    NO_AMOUNT,
    NO_CODE,
    NO_HOUR_STOP,
    OUT_OF_ORDER,
    S_EXTEND,
    UNTIL_FACT,
    FoldData,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    ADDED,
    STATES_DAYS,
    TIER_BY_DOCUMENT,
)

TIER_FACT: Final = 0  # places in Program.special
DAYS_FACT: Final = 1


@inner
def extend(d: FoldData, s: int, t: int, i: int, as_of: int) -> None:
    """Grant a tier, if the event names it, comes in time and in order, and states what the tier rests on."""
    c, tier, at = d.w.clocks[s], d.book.tiers[t], d.ev.at[i]
    if not names_tier(d, s, t, i):
        return
    result, fact = holds(d, (tier.tests0, tier.tests1), i, c.person)
    if result == MISSING:
        ask_soft(d, s, MISSING_FACT, i, fact, at)
    if result != HOLDS:
        return
    timely = in_time(d, s, at, d.ev.day[i] == 1)
    if timely == SAME_DAY:
        ask_hard(d, s, NO_HOUR_STOP, i, NO_CODE, at)
        return
    if timely == PAST:
        anomaly(d, s, LATE_EXTENSION, i, at, t)
        return
    if tier.after >= 0 and (c.granted >> tier.after) & 1 == 0:
        anomaly(d, s, OUT_OF_ORDER, i, at, t)
        return
    if grant(d, s, t, i):
        note_until(d, s, i)
        update(d, s, as_of)


@inner
def names_tier(d: FoldData, s: int, t: int, i: int) -> bool:
    """Whether an event grants this tier: it names it, or names none and its type serves no other."""
    tier = d.book.tiers[t]
    named = stated(d, i, d.book.special[TIER_FACT]) if d.book.special[TIER_FACT] >= 0 else NONE
    if named != NONE:
        return named == tier.code
    if tier.siblings > 1:
        ask_soft(d, s, MISSING_TIER, i, d.book.special[TIER_FACT], d.ev.at[i])
        return False
    return True


@inner
def grant(d: FoldData, s: int, t: int, i: int) -> bool:
    """The new limit of a tier: a total from the start, time added, or what the document says. False where nothing
    moves."""
    c, tier = d.w.clocks[s], d.book.tiers[t]
    if tier.mode == TIER_BY_DOCUMENT:
        if d.ev.until[i] == NONE:
            ask_hard(d, s, MISSING_FACT, i, UNTIL_FACT, d.ev.at[i])
            return False
        c.tier, c.limit = t, tier.limit
        c.strict0, c.outer0 = NONE, NONE
        c.granted |= 1 << tier.ordinal
        step(d, s, S_EXTEND, i, d.ev.at[i], c.strict, NONE, NO_AMOUNT, t)
        return True
    if tier.mode == ADDED:
        if tier.repeat == 0 and (c.granted >> tier.ordinal) & 1 == 1:
            return False
        add_time(d, s, tier.limit)
        c.tier = t
        c.granted |= 1 << tier.ordinal
        step(d, s, S_EXTEND, i, d.ev.at[i], c.strict, c.strict0, d.book.limits[tier.limit].amount, t)
        return True
    amount = d.book.limits[tier.limit].amount
    if tier.states == STATES_DAYS:
        days = stated(d, i, d.book.special[DAYS_FACT])
        if days == NONE and d.ev.until[i] == NONE:
            ask_hard(d, s, MISSING_FACT, i, d.book.special[DAYS_FACT], d.ev.at[i])
            return False
        if days != NONE:
            amount = min(amount, tier.base_amount + days)
    return grant_total(d, s, t, amount, i, d.ev.at[i])
