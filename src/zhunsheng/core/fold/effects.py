"""What each role does to the clocks it reaches. clock.md, Effects; ADR 1."""

from typing import Final

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE, local_day, midnight
from zhunsheng.core.fold.children import follow
from zhunsheng.core.fold.clock import PAST, SAME_DAY, close, go_on, in_time, newest, reaches, stand_still, update
from zhunsheng.core.fold.due import add_time, counts_hours, set_limit
from zhunsheng.core.fold.facts import FAILS, HOLDS, MISSING, holds, named, stated
from zhunsheng.core.fold.log import anomaly, ask_hard, ask_soft, mark, step
from zhunsheng.core.fold.opening import (
    ask_for_hour,
    ends_pause,
    grant_total,
    held_already,
    note_until,
    open_clock,
    run_limit,
    start,
)
from zhunsheng.core.fold.state import (
    BEGINS,
    DOUBTFUL,
    ENDS,
    LATE_EXTENSION,
    LATE_PAUSE,
    MET,
    MISSING_FACT,
    MISSING_TIER,
    MOOT,
    N_BARE,
    N_CAPPED,
    N_CLOCKS,
    N_PAUSES,
    N_STRAYS,
    NO_AMOUNT,
    NO_CODE,
    NO_HOUR_STOP,
    OUT_OF_ORDER,
    RESTARTED,
    S_EXCUSED,
    S_EXTEND,
    S_PAUSE,
    S_RESUME,
    S_WAIT,
    UNTIL_FACT,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    ADDED,
    EXCUSE,
    EXTEND,
    NOTHING,
    PAUSE,
    PERSON_AXIS,
    RESTART,
    RESUME,
    ROLE_COUNT,
    SATISFY,
    START,
    STATES_DAYS,
    TERMINATE,
    TIER_BY_DOCUMENT,
    WAIT,
    WAIT_END,
    WAITS_NOT,
    Program,
)

TIER_FACT: Final = 0  # places in Program.special
DAYS_FACT: Final = 1


@inner
def act(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, r: int, i: int, run: tuple[int, int], as_of: int
) -> None:
    """One role of one event."""
    role = book.roles[r]
    if role.kind == START:
        s = start(book, cal, ev, w, group, role.rv, i, run, False, as_of)
        if s >= 0:
            opened(book, cal, ev, w, group, s, i, run, as_of)
        return
    if role.kind == PAUSE:
        note_pause(book, cal, ev, w, group, role.arg, role.rv, i, as_of)
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
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, r: int, i: int, run: tuple[int, int], as_of: int
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
            opened(book, cal, ev, w, group, s, i, run, as_of)
    elif role.kind == SATISFY and version.before_start != NOTHING and not met_another(book, ev, w, group, version.rule, i):
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
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, i: int, run: tuple[int, int], as_of: int
) -> None:
    """After a start: children follow, and the bare-dated events of the same day that found nothing open act now (ADR 1, 5)."""
    follow(book, cal, ev, w, group, s, i, ev.at[i], as_of)
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
        if o.start_event == k:
            return True
        if o.subject == w.clocks[s].subject and (o.open == 1 or o.stopped >= ev.at[k]) and reaches(book, ev, w, older, k):
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
    follow(book, cal, ev, w, group, s, i, at, as_of)


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
    """The new limit of a tier: a total from the start, time added, or what the document says. False where nothing moves."""
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
    follow(book, cal, ev, w, group, t, i, at, as_of)


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
def stop_waiting(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, n: int, i: int, as_of: int) -> None:
    """The wait is called off: the old limit goes on, moved by the span."""
    c, bit = w.clocks[s], book.restarts[n].bit
    if c.wait_mask & bit == 0:
        return
    c.wait_mask &= ~bit
    if go_on(cal, w, s, max(ev.at[i], c.since), False):
        ask_for_hour(book, ev, w, s, c.start_event)
        update(book, cal, ev, w, s, as_of)
    step(w, s, S_RESUME, i, ev.at[i], NONE, c.strict, NO_AMOUNT, NO_CODE)


@inner
def note_pause(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, p: int, rv: int, i: int, as_of: int
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
                follow(book, cal, ev, w, group, s, i, ev.at[i], as_of)
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
    """The pauses of a kind that an event ends, for every clock that it reaches: of the same pair, or of any where one side names none."""
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
    """One pause of a clock ends: when nothing else holds it, it runs on, or runs the limit that the law grants instead."""
    c, then = w.clocks[s], book.pauses[w.pauses[n].pause].then
    w.holds[s, n] = 0
    if go_on(cal, w, s, at, capped):
        if then >= 0:
            run_instead(book, cal, ev, w, s, then, i, at, capped)
        update(book, cal, ev, w, s, as_of)
    step(w, s, S_RESUME, i, at, NONE, c.strict, NO_AMOUNT, w.pauses[n].pause)
    follow(book, cal, ev, w, group, s, i, at, as_of)


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
def expire_pauses(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, at: int, as_of: int) -> None:
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
