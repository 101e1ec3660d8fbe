"""Time that does not count: its begins and ends, for clocks that run and clocks yet to start."""

from zhunsheng.core.calendar import CalendarArrays
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
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    PERSON_AXIS,
    Program,
)


@inner
def note_pause(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, p: int, rv: int, i: int
) -> None:
    """Time begins that does not count: for every clock that it reaches, open now or later."""
    pause = book.pauses[p]
    result, fact = holds(book, ev, w, (pause.tests0, pause.tests1), i, named(ev, PERSON_AXIS, i))
    n = NO_CODE
    if result != FAILS:
        n = write_down(book, cal, ev, w, p, rv, i, BEGINS if result == HOLDS else DOUBTFUL)
        w.pauses[n].fact = fact
    s = newest(w, book.rvs[rv].rule, group)
    while s >= 0:
        c = w.clocks[s]
        if c.open == 1 and c.rv == rv and reaches(book, ev, w, s, i):
            if result == MISSING:
                ask_soft(w, s, MISSING_FACT, i, fact, ev.at[i])
            elif result == HOLDS:
                hold(cal, ev, w, s, n, i)
                follow(book, cal, ev, w, group, s, i, ev.at[i])
        s = c.next


@inner
def write_down(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, p: int, rv: int, i: int, begins: int
) -> int:
    """Remember a begin or an end of a pause for clocks that start later; its number."""
    n = w.n[N_PAUSES]
    w.n[N_PAUSES] = n + 1
    found, pause = w.pauses[n], book.pauses[p]
    found.pause, found.rv, found.event, found.begins, found.over, found.fact = p, rv, i, begins, 0, NO_CODE
    found.pair, found.cap = named(ev, pause.pair, i), NONE
    for s in range(w.n[N_CLOCKS]):
        w.holds[s, n] = 0
    if begins == BEGINS and pause.cap >= 0:
        found.cap = midnight(cal, local_day(cal, ev.at[i]) + pause.cap + 1)
        w.n[N_CAPPED] += 1
    return n


@inner
def hold(cal: CalendarArrays, ev: EventArrays, w: Work, s: int, n: int, i: int) -> None:
    """A pause holds a clock, unless its due time has passed or the same pause holds it already."""
    found = w.pauses[n]
    if held_already(w, s, found.pause, found.pair):
        return
    if in_time(cal, w, s, ev.at[i], False) == PAST:
        anomaly(w, s, LATE_PAUSE, i, ev.at[i], NO_CODE)
        return
    w.holds[s, n] = 1
    stand_still(w, s, ev.at[i])
    step(w, s, S_PAUSE, i, ev.at[i], NONE, NONE, NO_AMOUNT, found.pause)


@inner
def end_pauses(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, p: int, rv: int, i: int, as_of: int
) -> None:
    """The pauses of a kind that an event ends, for every clock that it reaches: of the same pair, or of any where one
    side names none."""
    n = write_down(book, cal, ev, w, p, rv, i, ENDS)
    s = newest(w, book.rvs[rv].rule, group)
    while s >= 0:
        c = w.clocks[s]
        if c.open == 1 and c.rv == rv and reaches(book, ev, w, s, i):
            for m in range(n):
                if ends_pause(w, s, m, p, w.pauses[n].pair):
                    release(book, cal, ev, w, group, s, m, i, ev.at[i], False, as_of)
        s = c.next


@inner
def release(
    book: Program,
    cal: CalendarArrays,
    ev: EventArrays,
    w: Work,
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
    c, then = w.clocks[s], book.pauses[w.pauses[n].pause].then
    w.holds[s, n] = 0
    if go_on(cal, w, s, at, capped):
        if then >= 0:
            run_instead(book, cal, ev, w, s, then, i, at, capped)
        update(book, cal, ev, w, s, as_of)
    step(w, s, S_RESUME, i, at, NONE, c.strict, NO_AMOUNT, w.pauses[n].pause)
    follow(book, cal, ev, w, group, s, i, at)


@inner
def run_instead(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, limit: int, i: int, at: int, capped: bool
) -> None:
    """After the pause a limit of its own runs from its end, and what was paused no longer matters."""
    c = w.clocks[s]
    c.until = NONE
    c.paused_days, c.paused_work, c.paused_us = 0, 0, 0
    run_limit(book, cal, ev, w, s, limit, book.limits[limit].amount, i)
    if capped:  # it ended with a day: the next day is the first that counts
        c.origin, c.origin_day = at if counts_hours(book.limits[limit].counting) else at - 1, 0
        set_limit(book, cal, w, s, limit, book.limits[limit].amount)
    else:
        ask_for_hour(book, ev, w, s, i)


@inner
def expire_pauses(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, at: int, as_of: int
) -> None:
    """Pauses that end by themselves do so before anything later happens."""
    for n in range(w.n[N_PAUSES]):
        found = w.pauses[n]
        if found.cap == NONE or found.over == 1 or found.cap > at:
            continue
        found.over = 1
        w.n[N_CAPPED] -= 1
        for s in range(w.n[N_CLOCKS]):
            if w.clocks[s].open == 1 and w.holds[s, n] == 1:
                release(book, cal, ev, w, group, s, n, found.event, found.cap, True, as_of)
