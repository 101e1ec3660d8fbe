"""What each role does to the clocks it reaches. clock.md, Effects; ADR 1."""

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
    FIRST,
    MET,
    MOOT,
    N_STRAYS,
    NO_CODE,
    NO_HOUR_STOP,
    S_EXCUSED,
    FoldData,
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
)


@inner
def act(
    d: FoldData,
    group: int,
    r: int,
    i: int,
    run: tuple[int, int],
    as_of: int,
) -> None:
    """One role of one event."""
    role = d.book.roles[r]
    if role.kind == START:
        s = start(d, group, role.rv, i, run, False, as_of)
        if s >= 0:
            opened(d, group, s, i, as_of)
        return
    if role.kind == PAUSE:
        note_pause(d, group, role.arg, role.rv, i)
        return
    if role.kind == RESUME:
        end_pauses(d, group, role.arg, role.rv, i, as_of)
        return
    reached = False
    s = newest(d, role.rule, group)
    while s >= 0:
        following = d.w.clocks[s].next
        if d.w.clocks[s].open == 1 and d.w.clocks[s].rv == role.rv and reaches(d, s, i):
            if not (
                d.w.clocks[s].handed == 1 and d.w.clocks[s].start == d.ev.at[i] and role.kind in (SATISFY, TERMINATE)
            ):
                affect(d, group, s, r, i, as_of)
            reached = True
        s = following
    if not reached:
        unheard(d, group, r, i, run, as_of)


@inner
def unheard(
    d: FoldData,
    group: int,
    r: int,
    i: int,
    run: tuple[int, int],
    as_of: int,
) -> None:
    """An event that found no open clock: a restart may open one, an act that should meet one is remembered."""
    role = d.book.roles[r]
    version = d.book.rvs[role.rv]
    if role.kind == RESTART and d.book.restarts[role.arg].opens == 1:
        s = start(d, group, role.rv, i, run, True, as_of)
        if s >= 0:
            own = d.book.restarts[role.arg].limit
            if own >= 0:
                run_limit(d, s, own, d.book.limits[own].amount, i)
                ask_for_hour(d, s, i)
                update(d, s, as_of)
            opened(d, group, s, i, as_of)
    elif role.kind == SATISFY and version.before_start != NOTHING and not met_another(d, group, version.rule, i):
        stray = d.w.strays[d.w.n[N_STRAYS]]
        stray.rule, stray.event = version.rule, i
        d.w.n[N_STRAYS] += 1


@inner
def met_another(d: FoldData, group: int, rule: int, i: int) -> bool:
    """Whether an event meets a clock of another version of the rule, so that it is no stray."""
    s = newest(d, rule, group)
    while s >= 0:
        c = d.w.clocks[s]
        if (c.open == 1 or c.stop_event == i) and reaches(d, s, i):
            return True
        s = c.next
    return False


@inner
def opened(
    d: FoldData,
    group: int,
    s: int,
    i: int,
    as_of: int,
) -> None:
    """After a start: children follow, and the bare-dated events of the same day that found nothing open act now (ADR
    1, 5)."""
    if has_children(d, s):
        follow(d, group, s, i, d.ev.at[i])
    if d.ev.bare[group] > 0:
        hear_the_day(d, group, s, i, as_of)


@inner
def hear_the_day(d: FoldData, group: int, s: int, i: int, as_of: int) -> None:
    """The bare-dated events of the day on which event `i` opened a clock, and before it."""
    midnight_before = midnight(d.cal, local_day(d.cal, d.ev.at[i]))
    first, bare = i, 0
    while first > d.w.n[FIRST] and d.ev.at[first - 1] >= midnight_before:
        first -= 1
        bare += d.ev.day[first]
    if bare == 0:
        return
    for kind in range(RESTART, ROLE_COUNT):
        for k in range(first, i):
            if d.ev.day[k] == 1 and d.ev.at[k] < d.ev.at[i] and d.w.clocks[s].open == 1 and kind not in (PAUSE, RESUME):
                act_late(d, group, s, kind, k, as_of)


@inner
def act_late(d: FoldData, group: int, s: int, kind: int, k: int, as_of: int) -> None:
    """The roles of one kind of a bare-dated event, on a clock that started later on its day."""
    for r in range(d.book.role_ptr[d.ev.type[k]], d.book.role_ptr[d.ev.type[k] + 1]):
        if d.book.roles[r].rv != d.w.clocks[s].rv or d.book.roles[r].kind != kind or d.w.clocks[s].open == 0:
            continue
        if reaches(d, s, k) and not heard_before(d, s, k):
            affect(d, group, s, r, k, as_of)
            if kind == SATISFY:
                no_stray(d, d.w.clocks[s].rule, k)


@inner
def no_stray(d: FoldData, rule: int, k: int) -> None:
    """An event that found nothing has found its clock after all."""
    for n in range(d.w.n[N_STRAYS]):
        if d.w.strays[n].rule == rule and d.w.strays[n].event == k:
            d.w.strays[n].rule = NO_CODE


@inner
def heard_before(d: FoldData, s: int, k: int) -> bool:
    """Whether a bare-dated event has acted already: it opened a clock, or one of the same subject was open for it."""
    older = d.w.clocks[s].next
    while older >= 0:
        o = d.w.clocks[older]
        if o.start_event == k and (o.epoch == 1 or o.subject == d.w.clocks[s].subject):
            return True
        if o.subject == d.w.clocks[s].subject and (o.open == 1 or o.stopped >= d.ev.at[k]) and reaches(d, older, k):
            return True
        older = o.next
    return False


@inner
def affect(d: FoldData, group: int, s: int, r: int, i: int, as_of: int) -> None:
    """One role on one open clock that it reaches."""
    role, at = d.book.roles[r], d.ev.at[i]
    if role.kind == SATISFY:
        satisfy(d, s, role.arg, i, at)
    elif role.kind == TERMINATE:
        close(d, s, i, at, MOOT)
    elif role.kind == EXTEND:
        extend(d, s, role.arg, i, as_of)
    elif role.kind == RESTART:
        restart(d, group, s, role.arg, i, as_of)
    elif role.kind == WAIT:
        wait(d, s, role.arg, i)
    elif role.kind == WAIT_END:
        stop_waiting(d, s, role.arg, i, as_of)
    elif role.kind == EXCUSE:
        excuse(d, s, i)
    if has_children(d, s):
        follow(d, group, s, i, at)


@inner
def satisfy(d: FoldData, s: int, bit: int, i: int, at: int) -> None:
    """Met, when the last of those who must be served is served."""
    c = d.w.clocks[s]
    c.got |= bit
    if c.got & c.needed == c.needed:
        close(d, s, i, at, MET)


@inner
def excuse(d: FoldData, s: int, i: int) -> None:
    """A reason recorded in time: past the due time the outcome is excused."""
    timely = in_time(d, s, d.ev.at[i], d.ev.day[i] == 1)
    if timely == SAME_DAY:
        ask_hard(d, s, NO_HOUR_STOP, i, NO_CODE, d.ev.at[i])
    elif timely != PAST:
        d.w.clocks[s].excused = 1
        mark(d, s, S_EXCUSED, i, d.ev.at[i])
