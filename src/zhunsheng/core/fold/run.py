"""The pass itself: every case, every instant, every role, and what stands at the end."""

from typing import Final

from numba import njit

from zhunsheng.core.by_pointer import ask_ahead
from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.clock import PAST, in_time, inherit, stand_as_if_resumed
from zhunsheng.core.fold.effects import act
from zhunsheng.core.fold.log import ask_hard, mark, step
from zhunsheng.core.fold.pauses import expire_pauses
from zhunsheng.core.fold.state import (
    BASE,
    BEYOND_CALENDAR,
    EXCUSED,
    FIRST,
    GROUP,
    LAPSED,
    N_CAPPED,
    N_CLOCKS,
    N_PAUSES,
    N_STRAYS,
    NO_AMOUNT,
    NO_CODE,
    PAUSED,
    RUNNING,
    S_DUE,
    S_DUE_STRICT,
    S_LAPSED,
    S_ROLL,
    UNKNOWN,
    WAITING,
    FoldData,
)
from zhunsheng.core.inner import Closed, inner
from zhunsheng.core.program import (
    INCIDENT_AXIS,
    PERSON_AXIS,
    ROLE_COUNT,
    Ints,
)

LINE: Final = 64  # bytes that memory hands over at once


@njit(cache=True, pipeline_class=Closed, nogil=True, _nrt=False, error_model="numpy")
def fold(d: FoldData, cases: Ints, first: int, end: int, as_of: Ints) -> int:
    """Fold the cases [first, end), whose events are the ranges between `cases`, each as of its own instant; results
    go to w.results from row 0 on.

    Returns the number of clocks. w.n[FAULT] is not zero where a case went beyond a bound of the fold.
    """
    d.w.n[BASE] = 0
    for g in range(first, end):
        if g + 1 < end:
            ask_for_case(d, cases[g + 1], cases[g + 2])
        fold_case(d, g, cases[g], as_of[g])
        finish_case(d, as_of[g])
        d.w.n[BASE] += d.w.n[N_CLOCKS]
    return d.w.n[BASE]


@inner
def ask_for_case(d: FoldData, first: int, end: int) -> None:
    """Ask the memory for what the next case's events name and state: only few events do, here and there, and to wait
    for each costs as much as to judge it."""
    for i in range(first, end, LINE // 4):
        for axis in range(PERSON_AXIS, INCIDENT_AXIS):
            ask_ahead(d.ev.subjects, (axis, i))
    for i in range(first, end, LINE // 8):
        ask_ahead(d.ev.until, i)
        ask_ahead(d.ev.fact_ptr, i)


@inner
def fold_case(d: FoldData, group: int, first: int, as_of: int) -> None:
    """All events of one case that play a role, in order; at one instant, role by role, and rules counted back from
    others after these."""
    d.w.n[GROUP], d.w.n[FIRST] = group, first
    d.w.n[N_CLOCKS], d.w.n[N_STRAYS], d.w.n[N_PAUSES], d.w.n[N_CAPPED] = 0, 0, 0, 0
    a, end = d.ev.acting_ptr[group], d.ev.acting_ptr[group + 1]
    while a < end:
        i, b = d.ev.acting[a], a + 1
        while b < end and d.ev.at[d.ev.acting[b]] == d.ev.at[i]:
            b += 1
        if d.w.n[N_CAPPED] > 0:
            expire_pauses(d, group, d.ev.at[i], as_of)
        if b == a + 1:
            for r in range(d.book.role_ptr[d.ev.type[i]], d.book.role_ptr[d.ev.type[i] + 1]):
                if matters(d, group, r):
                    act(d, group, r, i, (a, b), as_of)
        else:
            act_together(d, group, a, b, as_of)
        a = b
    if d.w.n[N_CAPPED] > 0:
        expire_pauses(d, group, as_of, as_of)


@inner
def act_together(d: FoldData, group: int, first: int, end: int, as_of: int) -> None:
    """The acting events of one instant: role by role, whichever event plays it."""
    turns = 0
    for a in range(first, end):
        k = d.ev.acting[a]
        for r in range(d.book.role_ptr[d.ev.type[k]], d.book.role_ptr[d.ev.type[k] + 1]):
            turns |= 1 << d.book.roles[r].turn
    for turn in range(2 * ROLE_COUNT):
        if (turns >> turn) & 1 == 0:
            continue
        for a in range(first, end):
            k = d.ev.acting[a]
            for r in range(d.book.role_ptr[d.ev.type[k]], d.book.role_ptr[d.ev.type[k] + 1]):
                if d.book.roles[r].turn == turn:
                    act(d, group, r, k, (first, end), as_of)


@inner
def matters(d: FoldData, group: int, r: int) -> bool:
    """Whether a role can do anything: where its rule has no open clock in the case, an end or an extension cannot."""
    role = d.book.roles[r]
    return role.always == 1 or (d.w.stamp[role.rule] == group and d.w.open[role.rule] > 0)


@inner
def finish_case(d: FoldData, as_of: int) -> None:
    """What each clock is at `as_of`, written to the results."""
    for s in range(d.w.n[N_CLOCKS]):
        if d.w.clocks[s].open == 1:
            judge_open(d, s, as_of)
        if len(d.w.steps) > 0:
            log_dues(d, s)
        write(d, s)


@inner
def judge_open(d: FoldData, s: int, as_of: int) -> None:
    """The outcome of a clock that nothing has stopped; a paused one shows its due time as if it resumed now."""
    c = d.w.clocks[s]
    inherit(d, s, as_of)
    timely = in_time(d, s, as_of, False)
    if c.strict == NONE and c.earliest != NONE and c.still == 0:
        ask_hard(d, s, BEYOND_CALENDAR, c.start_event, NO_CODE, as_of)
    if c.still > 0:
        c.outcome = PAUSED if c.wait_mask == 0 else WAITING
        stand_as_if_resumed(d, s, as_of, as_of)
    elif timely == PAST and d.book.rvs[c.rv].lapse == 1:
        c.outcome = LAPSED
        mark(d, s, S_LAPSED, NO_CODE, c.outer)
    elif timely == PAST and c.excused == 1:
        c.outcome = EXCUSED
    else:
        c.outcome = RUNNING
    if c.hard == 1:
        c.outcome = UNKNOWN


@inner
def log_dues(d: FoldData, s: int) -> None:
    """The last steps: the strict due time, whether it rolled, and the outer one."""
    c = d.w.clocks[s]
    if c.strict != NONE:
        step(d, s, S_DUE_STRICT, NO_CODE, c.strict, NONE, c.strict, NO_AMOUNT, NO_CODE)
    if c.outer != NONE and c.unrolled != NONE and c.outer != c.unrolled and c.outer_end == 1:
        step(d, s, S_ROLL, NO_CODE, c.unrolled, c.unrolled, c.outer, NO_AMOUNT, NO_CODE)
    if c.outer != NONE:
        step(d, s, S_DUE, NO_CODE, c.outer, NONE, c.outer, NO_AMOUNT, NO_CODE)


@inner
def write(d: FoldData, s: int) -> None:
    """Copy what leaves the fold."""
    c, n = d.w.clocks[s], d.w.n[BASE] + s
    if n >= len(d.w.results):
        return
    row = d.w.results[n]
    row.rv, row.epoch, row.subject_event, row.start_event = c.rv, c.epoch, c.subject_event, c.start_event
    row.start, row.origin, row.limit, row.tier, row.amount = c.start, c.origin, c.limit, c.tier, c.amount
    row.strict, row.strict_end, row.outer, row.outer_end = c.strict, c.strict_end, c.outer, c.outer_end
    row.earliest, row.latest = (c.earliest, c.latest) if c.strict == NONE else (NONE, NONE)
    row.stopped, row.stop_event, row.outcome = c.stopped, c.stop_event, c.outcome
    row.question, row.question_event, row.question_fact = c.question, c.question_event, c.question_fact
    row.hard, row.may_not_apply, row.stands_still = c.hard, c.may_not_apply, 1 if c.still > 0 else 0
