"""The pass itself: every case, every instant, every role, and what stands at the end."""

from numba import njit

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.clock import PAST, in_time, inherit, newest, stand_as_if_resumed
from zhunsheng.core.fold.effects import act
from zhunsheng.core.fold.facts import remember
from zhunsheng.core.fold.log import ask_hard, mark, step
from zhunsheng.core.fold.pauses import expire_pauses
from zhunsheng.core.fold.state import (
    BASE,
    BEYOND_CALENDAR,
    EXCUSED,
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
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    EXCUSE,
    EXTEND,
    NOTHING,
    ROLE_COUNT,
    SATISFY,
    TERMINATE,
    WAIT,
    WAIT_END,
    Ints,
    Program,
)


@njit(cache=True, nogil=True, _nrt=False, error_model="numpy")
def fold(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, cases: Ints, first: int, end: int, as_of: Ints
) -> int:
    """Fold the cases [first, end), whose events are the ranges between `cases`, each as of its own instant; results
    go to w.results from row 0 on.

    Returns the number of clocks. w.n[FAULT] is not zero where a case went beyond a bound of the fold.
    """
    w.n[BASE] = 0
    for g in range(first, end):
        fold_case(book, cal, ev, w, g, cases[g], cases[g + 1], as_of[g])
        finish_case(book, cal, ev, w, as_of[g])
        w.n[BASE] += w.n[N_CLOCKS]
    return w.n[BASE]


@inner
def fold_case(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, first: int, end: int, as_of: int
) -> None:
    """All events of one case in order; at one instant, role by role, and rules counted back from others after these."""
    w.n[N_CLOCKS], w.n[N_STRAYS], w.n[N_PAUSES], w.n[N_CAPPED] = 0, 0, 0, 0
    remember(book, ev, w, first, end)
    i = first
    while i < end:
        j = i + 1
        while j < end and ev.at[j] == ev.at[i]:
            j += 1
        if w.n[N_CAPPED] > 0:
            expire_pauses(book, cal, ev, w, group, ev.at[i], as_of)
        if j == i + 1:
            for r in range(book.role_ptr[ev.type[i]], book.role_ptr[ev.type[i] + 1]):
                if matters(book, w, group, r):
                    act(book, cal, ev, w, group, r, i, (i, j), as_of)
        else:
            for turn in range(2 * ROLE_COUNT):
                child, kind = turn // ROLE_COUNT, turn % ROLE_COUNT
                for k in range(i, j):
                    for r in range(book.role_ptr[ev.type[k]], book.role_ptr[ev.type[k] + 1]):
                        if book.roles[r].kind == kind and book.roles[r].child == child:
                            act(book, cal, ev, w, group, r, k, (i, j), as_of)
        i = j
    if w.n[N_CAPPED] > 0:
        expire_pauses(book, cal, ev, w, group, as_of, as_of)


@inner
def matters(book: Program, w: Work, group: int, r: int) -> bool:
    """Whether a role can do anything: where its rule has no clock in the case, an end or an extension cannot."""
    role = book.roles[r]
    if role.kind not in (WAIT, WAIT_END, EXTEND, EXCUSE, TERMINATE, SATISFY):
        return True
    version = book.rvs[role.rv]
    return newest(w, version.rule, group) >= 0 or (role.kind == SATISFY and version.before_start != NOTHING)


@inner
def finish_case(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, as_of: int) -> None:
    """What each clock is at `as_of`, written to the results."""
    for s in range(w.n[N_CLOCKS]):
        if w.clocks[s].open == 1:
            judge_open(book, cal, ev, w, s, as_of)
        if len(w.steps) > 0:
            log_dues(w, s)
        write(w, s)


@inner
def judge_open(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, as_of: int) -> None:
    """The outcome of a clock that nothing has stopped; a paused one shows its due time as if it resumed now."""
    c = w.clocks[s]
    inherit(w, s, as_of)
    timely = in_time(cal, w, s, as_of, False)
    if c.strict == NONE and c.earliest != NONE and c.still == 0:
        ask_hard(w, s, BEYOND_CALENDAR, c.start_event, NO_CODE, as_of)
    if c.still > 0:
        c.outcome = PAUSED if c.wait_mask == 0 else WAITING
        stand_as_if_resumed(book, cal, ev, w, s, as_of, as_of)
    elif timely == PAST and book.rvs[c.rv].lapse == 1:
        c.outcome = LAPSED
        mark(w, s, S_LAPSED, NO_CODE, c.outer)
    elif timely == PAST and c.excused == 1:
        c.outcome = EXCUSED
    else:
        c.outcome = RUNNING
    if c.hard == 1:
        c.outcome = UNKNOWN


@inner
def log_dues(w: Work, s: int) -> None:
    """The last steps: the strict due time, whether it rolled, and the outer one."""
    c = w.clocks[s]
    if c.strict != NONE:
        step(w, s, S_DUE_STRICT, NO_CODE, c.strict, NONE, c.strict, NO_AMOUNT, NO_CODE)
    if c.outer != NONE and c.unrolled != NONE and c.outer != c.unrolled and c.outer_end == 1:
        step(w, s, S_ROLL, NO_CODE, c.unrolled, c.unrolled, c.outer, NO_AMOUNT, NO_CODE)
    if c.outer != NONE:
        step(w, s, S_DUE, NO_CODE, c.outer, NONE, c.outer, NO_AMOUNT, NO_CODE)


@inner
def write(w: Work, s: int) -> None:
    """Copy what leaves the fold."""
    c, n = w.clocks[s], w.n[BASE] + s
    if n >= len(w.results):
        return
    row = w.results[n]
    row.rv, row.epoch, row.subject_event, row.start_event = c.rv, c.epoch, c.subject_event, c.start_event
    row.start, row.origin, row.limit, row.tier, row.amount = c.start, c.origin, c.limit, c.tier, c.amount
    row.strict, row.strict_end, row.outer, row.outer_end = c.strict, c.strict_end, c.outer, c.outer_end
    row.earliest, row.latest = (c.earliest, c.latest) if c.strict == NONE else (NONE, NONE)
    row.stopped, row.stop_event, row.outcome = c.stopped, c.stop_event, c.outcome
    row.question, row.question_event, row.question_fact = c.question, c.question_event, c.question_fact
    row.hard, row.may_not_apply, row.stands_still = c.hard, c.may_not_apply, 1 if c.still > 0 else 0
