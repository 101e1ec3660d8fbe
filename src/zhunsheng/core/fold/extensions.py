"""What lengthens a limit: tiers by document, in time and in order."""

from typing import Final

from zhunsheng.core.calendar import CalendarArrays
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
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    ADDED,
    STATES_DAYS,
    TIER_BY_DOCUMENT,
    Program,
)

TIER_FACT: Final = 0  # places in Program.special
DAYS_FACT: Final = 1


@inner
def extend(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, t: int, i: int, as_of: int) -> None:
    """Grant a tier, if the event names it, comes in time and in order, and states what the tier rests on."""
    c, tier, at = w.clocks[s], book.tiers[t], ev.at[i]
    if not names_tier(book, ev, w, s, t, i):
        return
    result, fact = holds(book, ev, w, (tier.tests0, tier.tests1), i, c.person)
    if result == MISSING:
        ask_soft(w, s, MISSING_FACT, i, fact, at)
    if result != HOLDS:
        return
    timely = in_time(cal, w, s, at, ev.day[i] == 1)
    if timely == SAME_DAY:
        ask_hard(w, s, NO_HOUR_STOP, i, NO_CODE, at)
        return
    if timely == PAST:
        anomaly(w, s, LATE_EXTENSION, i, at, t)
        return
    if tier.after >= 0 and (c.granted >> tier.after) & 1 == 0:
        anomaly(w, s, OUT_OF_ORDER, i, at, t)
        return
    if grant(book, cal, ev, w, s, t, i):
        note_until(book, cal, ev, w, s, i)
        update(book, cal, ev, w, s, as_of)


@inner
def names_tier(book: Program, ev: EventArrays, w: Work, s: int, t: int, i: int) -> bool:
    """Whether an event grants this tier: it names it, or names none and its type serves no other."""
    tier = book.tiers[t]
    named = stated(ev, i, book.special[TIER_FACT]) if book.special[TIER_FACT] >= 0 else NONE
    if named != NONE:
        return named == tier.code
    if tier.siblings > 1:
        ask_soft(w, s, MISSING_TIER, i, book.special[TIER_FACT], ev.at[i])
        return False
    return True


@inner
def grant(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, t: int, i: int) -> bool:
    """The new limit of a tier: a total from the start, time added, or what the document says. False where nothing
    moves."""
    c, tier = w.clocks[s], book.tiers[t]
    if tier.mode == TIER_BY_DOCUMENT:
        if ev.until[i] == NONE:
            ask_hard(w, s, MISSING_FACT, i, UNTIL_FACT, ev.at[i])
            return False
        c.tier, c.limit = t, tier.limit
        c.strict0, c.outer0 = NONE, NONE
        c.granted |= 1 << tier.ordinal
        step(w, s, S_EXTEND, i, ev.at[i], c.strict, NONE, NO_AMOUNT, t)
        return True
    if tier.mode == ADDED:
        if tier.repeat == 0 and (c.granted >> tier.ordinal) & 1 == 1:
            return False
        add_time(book, cal, w, s, tier.limit)
        c.tier = t
        c.granted |= 1 << tier.ordinal
        step(w, s, S_EXTEND, i, ev.at[i], c.strict, c.strict0, book.limits[tier.limit].amount, t)
        return True
    amount = book.limits[tier.limit].amount
    if tier.states == STATES_DAYS:
        days = stated(ev, i, book.special[DAYS_FACT])
        if days == NONE and ev.until[i] == NONE:
            ask_hard(w, s, MISSING_FACT, i, book.special[DAYS_FACT], ev.at[i])
            return False
        if days != NONE:
            amount = min(amount, tier.base_amount + days)
    return grant_total(book, cal, w, s, t, amount, i, ev.at[i])
