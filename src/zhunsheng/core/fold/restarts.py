"""New epochs, and the waiting for them."""

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
    FoldData,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    WAITS_NOT,
)


@inner
def restart(d: FoldData, group: int, s: int, n: int, i: int, as_of: int) -> None:
    """Close the clock as restarted, or late, and open a new epoch from the event under the same version."""
    c, new = d.w.clocks[s], d.book.restarts[n]
    at = max(d.ev.at[i], c.start)
    if new.waits != WAITS_NOT and c.wait_mask & new.bit == 0:
        return
    close(d, s, i, at, RESTARTED)
    c.wait_mask &= ~new.bit
    t = open_clock(d, group, c.rv, c.subject_event, i, c.subject, c.person, c.epoch + 1, at)
    limit = new.limit if new.limit >= 0 else d.book.rvs[c.rv].limits1 - 1
    run_limit(d, t, limit, d.book.limits[limit].amount, i)
    note_until(d, t, i)
    carry_over(d, s, t, at)
    if c.may_not_apply == 1:
        d.w.clocks[t].may_not_apply = 1
        ask_hard(d, t, c.question, c.question_event, c.question_fact, at)
    ask_for_hour(d, t, i)
    update(d, t, as_of)
    follow(d, group, t, i, at)


@inner
def carry_over(d: FoldData, old: int, new: int, at: int) -> None:
    """Open pauses and other waits go on in the new epoch, and whom it must be served on."""
    c, successor = d.w.clocks[old], d.w.clocks[new]
    successor.wait_mask, successor.needed = c.wait_mask, c.needed
    for n in range(d.book.rvs[c.rv].restarts0, d.book.rvs[c.rv].restarts1):
        if c.wait_mask & d.book.restarts[n].bit != 0:
            stand_still(d, new, at)
    for n in range(d.w.n[N_PAUSES]):
        d.w.holds[new, n] = d.w.holds[old, n]
        if d.w.holds[new, n] == 1:
            stand_still(d, new, at)


@inner
def wait(d: FoldData, s: int, n: int, i: int) -> None:
    """No limit runs until the restart event; not after a breach."""
    c, bit = d.w.clocks[s], d.book.restarts[n].bit
    if c.wait_mask & bit != 0:
        return
    if in_time(d, s, d.ev.at[i], False) == PAST:
        anomaly(d, s, LATE_PAUSE, i, d.ev.at[i], NO_CODE)
        return
    c.wait_mask |= bit
    stand_still(d, s, max(d.ev.at[i], c.start))
    step(d, s, S_WAIT, i, d.ev.at[i], NONE, NONE, NO_AMOUNT, n)


@inner
def stop_waiting(d: FoldData, s: int, n: int, i: int, as_of: int) -> None:
    """The wait is called off: the old limit goes on, moved by the span."""
    c, bit = d.w.clocks[s], d.book.restarts[n].bit
    if c.wait_mask & bit == 0:
        return
    c.wait_mask &= ~bit
    if go_on(d, s, max(d.ev.at[i], c.since), False):
        ask_for_hour(d, s, c.start_event)
        update(d, s, as_of)
    step(d, s, S_RESUME, i, d.ev.at[i], NONE, c.strict, NO_AMOUNT, NO_CODE)
