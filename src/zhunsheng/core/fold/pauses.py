"""Time that does not count: its begins and ends, for clocks that run and clocks yet to start."""

from zhunsheng.core.dates import NONE, local_day, midnight
from zhunsheng.core.fold.children import follow
from zhunsheng.core.fold.clock import PAST, go_on, in_time, newest, reaches, stand_still, update
from zhunsheng.core.fold.due import counts_hours, set_limit
from zhunsheng.core.fold.earlier import ends_pause, held_already
from zhunsheng.core.fold.facts import FAILS, HOLDS, MISSING, holds, named
from zhunsheng.core.fold.log import anomaly, ask_soft, step
from zhunsheng.core.fold.opening import (
    ask_for_hour,
    run_limit,
)
from zhunsheng.core.fold.state import (
    BEGINS,
    DOUBTFUL,
    ENDS,
    LATE_PAUSE,
    MISSING_FACT,
    N_CAPPED,
    N_CLOCKS,
    N_PAUSES,
    NO_AMOUNT,
    NO_CODE,
    S_PAUSE,
    S_RESUME,
    FoldData,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    PERSON_AXIS,
)


@inner
def note_pause(d: FoldData, group: int, p: int, rv: int, i: int) -> None:
    """Time begins that does not count: for every clock that it reaches, open now or later."""
    pause = d.book.pauses[p]
    result, fact = holds(d, (pause.tests0, pause.tests1), i, named(d, PERSON_AXIS, i))
    n = NO_CODE
    if result != FAILS:
        n = write_down(d, p, rv, i, BEGINS if result == HOLDS else DOUBTFUL)
        d.w.pauses[n].fact = fact
    s = newest(d, d.book.rvs[rv].rule, group)
    while s >= 0:
        c = d.w.clocks[s]
        if c.open == 1 and c.rv == rv and reaches(d, s, i):
            if result == MISSING:
                ask_soft(d, s, MISSING_FACT, i, fact, d.ev.at[i])
            elif result == HOLDS:
                hold(d, s, n, i)
                follow(d, group, s, i, d.ev.at[i])
        s = c.next


@inner
def write_down(d: FoldData, p: int, rv: int, i: int, begins: int) -> int:
    """Remember a begin or an end of a pause for clocks that start later; its number."""
    n = d.w.n[N_PAUSES]
    d.w.n[N_PAUSES] = n + 1
    found, pause = d.w.pauses[n], d.book.pauses[p]
    found.pause, found.rv, found.event, found.begins, found.over, found.fact = p, rv, i, begins, 0, NO_CODE
    found.pair, found.cap = named(d, pause.pair, i), NONE
    for s in range(d.w.n[N_CLOCKS]):
        d.w.holds[s, n] = 0
    if begins == BEGINS and pause.cap >= 0:
        found.cap = midnight(d.cal, local_day(d.cal, d.ev.at[i]) + pause.cap + 1)
        d.w.n[N_CAPPED] += 1
    return n


@inner
def hold(d: FoldData, s: int, n: int, i: int) -> None:
    """A pause holds a clock, unless its due time has passed or the same pause holds it already."""
    found = d.w.pauses[n]
    if held_already(d, s, found.pause, found.pair):
        return
    if in_time(d, s, d.ev.at[i], False) == PAST:
        anomaly(d, s, LATE_PAUSE, i, d.ev.at[i], NO_CODE)
        return
    d.w.holds[s, n] = 1
    stand_still(d, s, d.ev.at[i])
    step(d, s, S_PAUSE, i, d.ev.at[i], NONE, NONE, NO_AMOUNT, found.pause)


@inner
def end_pauses(d: FoldData, group: int, p: int, rv: int, i: int, as_of: int) -> None:
    """The pauses of a kind that an event ends, for every clock that it reaches: of the same pair, or of any where one
    side names none."""
    if d.w.n[N_PAUSES] == 0:
        return
    n = write_down(d, p, rv, i, ENDS)
    s = newest(d, d.book.rvs[rv].rule, group)
    while s >= 0:
        c = d.w.clocks[s]
        if c.open == 1 and c.rv == rv and reaches(d, s, i):
            for m in range(n):
                if ends_pause(d, s, m, p, d.w.pauses[n].pair):
                    release(d, group, s, m, i, d.ev.at[i], False, as_of)
        s = c.next


@inner
def release(
    d: FoldData,
    group: int,
    s: int,
    n: int,
    i: int,
    at: int,
    capped: bool,
    as_of: int,
) -> None:
    """One pause of a clock ends: when nothing else holds it, it runs on, or runs the limit that the law grants
    instead."""
    c, then = d.w.clocks[s], d.book.pauses[d.w.pauses[n].pause].then
    d.w.holds[s, n] = 0
    if go_on(d, s, at, capped):
        if then >= 0:
            run_instead(d, s, then, i, at, capped)
        update(d, s, as_of)
    step(d, s, S_RESUME, i, at, NONE, c.strict, NO_AMOUNT, d.w.pauses[n].pause)
    follow(d, group, s, i, at)


@inner
def run_instead(d: FoldData, s: int, limit: int, i: int, at: int, capped: bool) -> None:
    """After the pause a limit of its own runs from its end, and what was paused no longer matters."""
    c = d.w.clocks[s]
    c.until = NONE
    c.paused_days, c.paused_work, c.paused_us = 0, 0, 0
    run_limit(d, s, limit, d.book.limits[limit].amount, i)
    if capped:  # it ended with a day: the next day is the first that counts
        c.origin, c.origin_day = at if counts_hours(d.book.limits[limit].counting) else at - 1, 0
        set_limit(d, s, limit, d.book.limits[limit].amount)
    else:
        ask_for_hour(d, s, i)


@inner
def expire_pauses(d: FoldData, group: int, at: int, as_of: int) -> None:
    """Pauses that end by themselves do so before anything later happens."""
    for n in range(d.w.n[N_PAUSES]):
        found = d.w.pauses[n]
        if found.cap == NONE or found.over == 1 or found.cap > at:
            continue
        found.over = 1
        d.w.n[N_CAPPED] -= 1
        for s in range(d.w.n[N_CLOCKS]):
            if d.w.clocks[s].open == 1 and d.w.holds[s, n] == 1:
                release(d, group, s, n, found.event, found.cap, True, as_of)
