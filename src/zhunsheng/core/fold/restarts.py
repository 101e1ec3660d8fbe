"""New epochs, and the waiting for them."""

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.children import follow
from zhunsheng.core.fold.clock import PAST, close, go_on, in_time, stand_still, update
from zhunsheng.core.fold.log import anomaly, ask_hard, step
from zhunsheng.core.fold.opening import (
    ask_for_hour,
    note_until,
    open_clock,
    run_limit,
)
from zhunsheng.core.fold.state import (
    LATE_PAUSE,
    N_PAUSES,
    NO_AMOUNT,
    NO_CODE,
    RESTARTED,
    S_RESUME,
    S_WAIT,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    WAITS_NOT,
    Program,
)


@inner
def restart(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, n: int, i: int, as_of: int
) -> None:
    """Close the clock as restarted, or late, and open a new epoch from the event under the same version."""
    c, new = w.clocks[s], book.restarts[n]
    at = max(ev.at[i], c.start)
    if new.waits != WAITS_NOT and c.wait_mask & new.bit == 0:
        return
    close(book, cal, ev, w, s, i, at, RESTARTED)
    c.wait_mask &= ~new.bit
    t = open_clock(book, w, group, c.rv, c.subject_event, i, c.subject, c.person, c.epoch + 1, at)
    limit = new.limit if new.limit >= 0 else book.rvs[c.rv].limits1 - 1
    run_limit(book, cal, ev, w, t, limit, book.limits[limit].amount, i)
    note_until(book, cal, ev, w, t, i)
    carry_over(book, w, s, t, at)
    if c.may_not_apply == 1:
        w.clocks[t].may_not_apply = 1
        ask_hard(w, t, c.question, c.question_event, c.question_fact, at)
    ask_for_hour(book, ev, w, t, i)
    update(book, cal, ev, w, t, as_of)
    follow(book, cal, ev, w, group, t, i, at)


@inner
def carry_over(book: Program, w: Work, old: int, new: int, at: int) -> None:
    """Open pauses and other waits go on in the new epoch, and whom it must be served on."""
    c, d = w.clocks[old], w.clocks[new]
    d.wait_mask, d.needed = c.wait_mask, c.needed
    for n in range(book.rvs[c.rv].restarts0, book.rvs[c.rv].restarts1):
        if c.wait_mask & book.restarts[n].bit != 0:
            stand_still(w, new, at)
    for n in range(w.n[N_PAUSES]):
        w.holds[new, n] = w.holds[old, n]
        if w.holds[new, n] == 1:
            stand_still(w, new, at)


@inner
def wait(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, n: int, i: int) -> None:
    """No limit runs until the restart event; not after a breach."""
    c, bit = w.clocks[s], book.restarts[n].bit
    if c.wait_mask & bit != 0:
        return
    if in_time(cal, w, s, ev.at[i], False) == PAST:
        anomaly(w, s, LATE_PAUSE, i, ev.at[i], NO_CODE)
        return
    c.wait_mask |= bit
    stand_still(w, s, max(ev.at[i], c.start))
    step(w, s, S_WAIT, i, ev.at[i], NONE, NONE, NO_AMOUNT, n)


@inner
def stop_waiting(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, n: int, i: int, as_of: int
) -> None:
    """The wait is called off: the old limit goes on, moved by the span."""
    c, bit = w.clocks[s], book.restarts[n].bit
    if c.wait_mask & bit == 0:
        return
    c.wait_mask &= ~bit
    if go_on(cal, w, s, max(ev.at[i], c.since), False):
        ask_for_hour(book, ev, w, s, c.start_event)
        update(book, cal, ev, w, s, as_of)
    step(w, s, S_RESUME, i, ev.at[i], NONE, c.strict, NO_AMOUNT, NO_CODE)
