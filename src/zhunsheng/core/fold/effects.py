"""What each role does to the clocks it reaches. clock.md, Effects; ADR 1."""

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import local_day, midnight
from zhunsheng.core.fold.children import follow, has_children
from zhunsheng.core.fold.clock import PAST, SAME_DAY, close, in_time, newest, reaches, update
from zhunsheng.core.fold.extensions import extend
from zhunsheng.core.fold.log import ask_hard, mark
from zhunsheng.core.fold.opening import (
    ask_for_hour,
    run_limit,
    start,
)
from zhunsheng.core.fold.pauses import end_pauses, note_pause
from zhunsheng.core.fold.restarts import restart, stop_waiting, wait
from zhunsheng.core.fold.state import (
    MET,
    MOOT,
    N_BARE,
    N_STRAYS,
    NO_CODE,
    NO_HOUR_STOP,
    S_EXCUSED,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    EXCUSE,
    EXTEND,
    NOTHING,
    PAUSE,
    RESTART,
    RESUME,
    ROLE_COUNT,
    SATISFY,
    START,
    TERMINATE,
    WAIT,
    WAIT_END,
    Program,
)


@inner
def act(
    book: Program,
    cal: CalendarArrays,
    ev: EventArrays,
    w: Work,
    group: int,
    r: int,
    i: int,
    run: tuple[int, int],
    as_of: int,
) -> None:
    """One role of one event."""
    role = book.roles[r]
    if role.kind == START:
        s = start(book, cal, ev, w, group, role.rv, i, run, False, as_of)
        if s >= 0:
            opened(book, cal, ev, w, group, s, i, as_of)
        return
    if role.kind == PAUSE:
        note_pause(book, cal, ev, w, group, role.arg, role.rv, i)
        return
    if role.kind == RESUME:
        end_pauses(book, cal, ev, w, group, role.arg, role.rv, i, as_of)
        return
    reached = False
    s = newest(w, book.rvs[role.rv].rule, group)
    while s >= 0:
        following = w.clocks[s].next
        if w.clocks[s].open == 1 and w.clocks[s].rv == role.rv and reaches(book, ev, w, s, i):
            if not (w.clocks[s].handed == 1 and w.clocks[s].start == ev.at[i] and role.kind in (SATISFY, TERMINATE)):
                affect(book, cal, ev, w, group, s, r, i, as_of)
            reached = True
        s = following
    if not reached:
        unheard(book, cal, ev, w, group, r, i, run, as_of)


@inner
def unheard(
    book: Program,
    cal: CalendarArrays,
    ev: EventArrays,
    w: Work,
    group: int,
    r: int,
    i: int,
    run: tuple[int, int],
    as_of: int,
) -> None:
    """An event that found no open clock: a restart may open one, an act that should meet one is remembered."""
    role = book.roles[r]
    version = book.rvs[role.rv]
    if role.kind == RESTART and book.restarts[role.arg].opens == 1:
        s = start(book, cal, ev, w, group, role.rv, i, run, True, as_of)
        if s >= 0:
            own = book.restarts[role.arg].limit
            if own >= 0:
                run_limit(book, cal, ev, w, s, own, book.limits[own].amount, i)
                ask_for_hour(book, ev, w, s, i)
                update(book, cal, ev, w, s, as_of)
            opened(book, cal, ev, w, group, s, i, as_of)
    elif (
        role.kind == SATISFY
        and version.before_start != NOTHING
        and not met_another(book, ev, w, group, version.rule, i)
    ):
        stray = w.strays[w.n[N_STRAYS]]
        stray.rule, stray.event = version.rule, i
        w.n[N_STRAYS] += 1


@inner
def met_another(book: Program, ev: EventArrays, w: Work, group: int, rule: int, i: int) -> bool:
    """Whether an event meets a clock of another version of the rule, so that it is no stray."""
    s = newest(w, rule, group)
    while s >= 0:
        c = w.clocks[s]
        if (c.open == 1 or c.stop_event == i) and reaches(book, ev, w, s, i):
            return True
        s = c.next
    return False


@inner
def opened(
    book: Program,
    cal: CalendarArrays,
    ev: EventArrays,
    w: Work,
    group: int,
    s: int,
    i: int,
    as_of: int,
) -> None:
    """After a start: children follow, and the bare-dated events of the same day that found nothing open act now (ADR
    1, 5)."""
    if has_children(book, w, s):
        follow(book, cal, ev, w, group, s, i, ev.at[i])
    if w.n[N_BARE] == 0:
        return
    midnight_before = midnight(cal, local_day(cal, ev.at[i]))
    first = i
    while first > 0 and ev.at[first - 1] >= midnight_before and ev.group[first - 1] == ev.group[i]:
        first -= 1
    for kind in range(RESTART, ROLE_COUNT):
        for k in range(first, i):
            if ev.day[k] == 1 and ev.at[k] < ev.at[i] and w.clocks[s].open == 1 and kind not in (PAUSE, RESUME):
                act_late(book, cal, ev, w, group, s, kind, k, as_of)


@inner
def act_late(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, kind: int, k: int, as_of: int
) -> None:
    """The roles of one kind of a bare-dated event, on a clock that started later on its day."""
    for r in range(book.role_ptr[ev.type[k]], book.role_ptr[ev.type[k] + 1]):
        if book.roles[r].rv != w.clocks[s].rv or book.roles[r].kind != kind or w.clocks[s].open == 0:
            continue
        if reaches(book, ev, w, s, k) and not heard_before(book, ev, w, s, k):
            affect(book, cal, ev, w, group, s, r, k, as_of)
            if kind == SATISFY:
                no_stray(w, w.clocks[s].rule, k)


@inner
def no_stray(w: Work, rule: int, k: int) -> None:
    """An event that found nothing has found its clock after all."""
    for n in range(w.n[N_STRAYS]):
        if w.strays[n].rule == rule and w.strays[n].event == k:
            w.strays[n].rule = NO_CODE


@inner
def heard_before(book: Program, ev: EventArrays, w: Work, s: int, k: int) -> bool:
    """Whether a bare-dated event has acted already: it opened a clock, or one of the same subject was open for it."""
    older = w.clocks[s].next
    while older >= 0:
        o = w.clocks[older]
        if o.start_event == k and (o.epoch == 1 or o.subject == w.clocks[s].subject):
            return True
        if (
            o.subject == w.clocks[s].subject
            and (o.open == 1 or o.stopped >= ev.at[k])
            and reaches(book, ev, w, older, k)
        ):
            return True
        older = o.next
    return False


@inner
def affect(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, r: int, i: int, as_of: int
) -> None:
    """One role on one open clock that it reaches."""
    role, at = book.roles[r], ev.at[i]
    if role.kind == SATISFY:
        satisfy(book, cal, ev, w, s, role.arg, i, at)
    elif role.kind == TERMINATE:
        close(book, cal, ev, w, s, i, at, MOOT)
    elif role.kind == EXTEND:
        extend(book, cal, ev, w, s, role.arg, i, as_of)
    elif role.kind == RESTART:
        restart(book, cal, ev, w, group, s, role.arg, i, as_of)
    elif role.kind == WAIT:
        wait(book, cal, ev, w, s, role.arg, i)
    elif role.kind == WAIT_END:
        stop_waiting(book, cal, ev, w, s, role.arg, i, as_of)
    elif role.kind == EXCUSE:
        excuse(cal, ev, w, s, i)
    if has_children(book, w, s):
        follow(book, cal, ev, w, group, s, i, at)


@inner
def satisfy(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, bit: int, i: int, at: int) -> None:
    """Met, when the last of those who must be served is served."""
    c = w.clocks[s]
    c.got |= bit
    if c.got & c.needed == c.needed:
        close(book, cal, ev, w, s, i, at, MET)


@inner
def excuse(cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """A reason recorded in time: past the due time the outcome is excused."""
    timely = in_time(cal, w, s, ev.at[i], ev.day[i] == 1)
    if timely == SAME_DAY:
        ask_hard(w, s, NO_HOUR_STOP, i, NO_CODE, ev.at[i])
    elif timely != PAST:
        w.clocks[s].excused = 1
        mark(w, s, S_EXCUSED, i, ev.at[i])
