"""Opening a clock: the version in force, whether the rule applies, its limit, and what already bears on it."""

import numpy as np

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE, local_day
from zhunsheng.core.fold.clock import close, newest, reaches, stand_still, update
from zhunsheng.core.fold.due import before, count, counts_hours, paused_span, set_limit
from zhunsheng.core.fold.earlier import pauses_at_start, stops_before_start
from zhunsheng.core.fold.facts import FAILS, HOLDS, MISSING, holds, known_fact, named, stated
from zhunsheng.core.fold.log import ask_hard, ask_soft, mark, step
from zhunsheng.core.fold.state import (
    FAULT,
    MET,
    MISSING_FACT,
    MOOT,
    N_CLOCKS,
    N_PAUSES,
    NO_AMOUNT,
    NO_CODE,
    NO_HOUR,
    NO_ROOM,
    NO_VERSION,
    REPEATED_START,
    S_COUNT,
    S_EXTEND,
    S_LIMIT,
    S_START,
    S_UNTIL,
    S_VERSION,
    S_WAIT,
    UNTIL_BEFORE_START,
    UNTIL_FACT,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    BY_DOCUMENT,
    CASE_AXIS,
    INCIDENT_AXIS,
    MEETS,
    PERSON_AXIS,
    QUESTION,
    SATISFY,
    START,
    TERMINATE,
    TOTAL,
    Program,
)


@inner
def start(
    book: Program,
    cal: CalendarArrays,
    ev: EventArrays,
    w: Work,
    group: int,
    rv: int,
    i: int,
    run: tuple[int, int],
    opened_by_restart: bool,
    as_of: int,
) -> int:
    """A START event for a rule version: a new clock, or a question to the one that is open. Returns the new clock, or
    -1.

    A clock that is opened by a restart waits for none.
    """
    version = book.rvs[rv]
    day = local_day(cal, ev.at[i])
    none_in_force = version.is_first == 1 and day < version.first_day
    if not none_in_force and not (version.first_day <= day < version.end_day):
        return -1
    subject, person = subject_of(book, ev, rv, i), named(ev, PERSON_AXIS, i)
    applies, fact = HOLDS, -1
    if version.applies0 < version.applies1:
        applies, fact = holds(book, ev, w, (version.applies0, version.applies1), i, person)
    if applies == FAILS:
        return -1
    epoch, handed = 1, 0
    s = newest(w, version.rule, group)
    while s >= 0:
        c = w.clocks[s]
        if c.subject == subject:
            epoch = max(epoch, c.epoch + 1)
            if c.open == 1 and handed_over(book, cal, ev, w, s, i, run):
                handed = 1
            elif c.open == 1:
                told = opened_by_restart or starts(book, ev, c.rv, i)
                if told and not (c.start == ev.at[i] and ev.day[c.start_event] == ev.day[i]):
                    ask_hard(w, s, REPEATED_START, i, NO_CODE, ev.at[i])
                return -1
        s = c.next
    s = open_clock(book, w, group, rv, i, i, subject, person, epoch, ev.at[i])
    w.clocks[s].handed = handed
    if applies == MISSING:
        ask_hard(w, s, MISSING_FACT, i, fact, ev.at[i])
        w.clocks[s].may_not_apply = 1
    if none_in_force:
        ask_hard(w, s, NO_VERSION, i, NO_CODE, ev.at[i])
        w.clocks[s].may_not_apply = 1
    begin(book, cal, ev, w, s, i, opened_by_restart, as_of)
    return s


@inner
def starts(book: Program, ev: EventArrays, rv: int, i: int) -> bool:
    """Whether an event is of a type that starts clocks of a rule version."""
    for r in range(book.role_ptr[ev.type[i]], book.role_ptr[ev.type[i] + 1]):
        if book.roles[r].rv == rv and book.roles[r].kind == START:
            return True
    return False


@inner
def subject_of(book: Program, ev: EventArrays, rv: int, i: int) -> int:
    """The code of what an event names as the subject of a rule; a rule per case or incident has one subject, -1."""
    axis = book.rvs[rv].axis
    return -1 if axis in (CASE_AXIS, INCIDENT_AXIS) else named(ev, axis, i)


@inner
def handed_over(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int, run: tuple[int, int]
) -> bool:
    """A term or stay that ends in the instant in which it starts anew: end the old clock by the stop of the same
    instant."""
    c = w.clocks[s]
    if book.rvs[c.rv].handover == 0 or c.start >= ev.at[i]:
        return False
    for kind in (TERMINATE, SATISFY):
        for k in range(run[0], run[1]):
            for r in range(book.role_ptr[ev.type[k]], book.role_ptr[ev.type[k] + 1]):
                role = book.roles[r]
                if role.rv == c.rv and role.kind == kind and reaches(book, ev, w, s, k):
                    close(book, cal, ev, w, s, k, ev.at[k], MOOT if kind == TERMINATE else MET)
                    return True
    return False


@inner
def open_clock(
    book: Program,
    w: Work,
    group: int,
    rv: int,
    subject_event: int,
    event: int,
    subject: int,
    person: int,
    epoch: int,
    at: int,
) -> int:
    """A fresh clock record at the head of its rule."""
    s = w.n[N_CLOCKS]
    if s == len(w.clocks):
        w.n[FAULT] = NO_ROOM  # the caller runs again with more
        s -= 1
    w.n[N_CLOCKS] = s + 1
    rule = book.rvs[rv].rule
    w.clocks[s] = w.blank[0]
    c = w.clocks[s]
    c.rule, c.rv, c.subject, c.person, c.epoch = rule, rv, subject, person, epoch
    c.subject_event, c.start_event, c.start, c.origin = subject_event, event, at, at
    c.next = newest(w, rule, group)
    w.head[rule], w.stamp[rule] = s, group
    c.limit = book.rvs[rv].limits1 - 1
    for n in range(w.n[N_PAUSES]):
        w.holds[s, n] = 0
    return s


@inner
def begin(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int, opened_by_restart: bool, as_of: int
) -> None:
    """Everything that the start itself decides: limit, tiers and waits by its facts, a stated end, open pauses,
    earlier stops."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    mark(w, s, S_START, i, c.start)
    step(w, s, S_VERSION, i, c.start, NONE, NONE, NO_AMOUNT, c.rv)
    limit, missing = choose_limit(book, ev, w, s, i)
    run_limit(book, cal, ev, w, s, limit, book.limits[limit].amount, i)
    if missing:
        c.strict0, c.outer0 = NONE, NONE  # which limit runs is not known
    if version.restarts0 < version.restarts1 and not opened_by_restart:
        waits_at_start(book, ev, w, s, i)
    if version.parent_fact >= 0:
        count_back_from_fact(book, cal, ev, w, s, i)
    else:
        if version.tiers0 < version.tiers1:
            tiers_at_start(book, cal, ev, w, s, i)
        ask_for_hour(book, ev, w, s, i)
        if ev.until[i] != NONE or book.limits[c.limit].counting == BY_DOCUMENT:
            note_until(book, cal, ev, w, s, i)
    if version.recipients_fact >= 0:
        name_recipients(book, ev, w, s, i)
    if w.n[N_PAUSES] > 0:
        pauses_at_start(book, ev, w, s)
    update(book, cal, ev, w, s, as_of)
    if version.before_start in (QUESTION, MEETS):
        stops_before_start(book, cal, ev, w, s)


@inner
def choose_limit(book: Program, ev: EventArrays, w: Work, s: int, i: int) -> tuple[int, bool]:
    """The first limit whose tests hold; the last has none. True: a fact that nobody states leaves the limit unknown."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    for limit in range(version.limits0, version.limits1 - 1):
        result, fact = holds(book, ev, w, (book.limits[limit].tests0, book.limits[limit].tests1), i, c.person)
        if result == MISSING:
            ask_hard(w, s, MISSING_FACT, i, fact, ev.at[i])
        if result != FAILS:
            return limit, result == MISSING
    return version.limits1 - 1, False


@inner
def run_limit(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, limit: int, amount: int, i: int
) -> None:
    """Let a limit run from event `i`; where it counts hours and the event has none, its end is not known."""
    c = w.clocks[s]
    c.origin, c.origin_day = ev.at[i], ev.day[i]
    set_limit(book, cal, w, s, limit, amount)
    step(w, s, S_LIMIT, i, c.origin, NONE, NONE, amount, limit)
    if lacks_hour(book, w, s):
        c.strict0, c.outer0, c.earliest, c.latest = NONE, NONE, NONE, NONE
    step(w, s, S_COUNT, i, c.origin, c.origin, c.strict0, amount, limit)


@inner
def lacks_hour(book: Program, w: Work, s: int) -> bool:
    """Whether hours are counted from a bare date."""
    return w.clocks[s].origin_day == 1 and counts_hours(book.limits[w.clocks[s].limit].counting)


@inner
def ask_for_hour(book: Program, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """Without its hour a limit in hours has no end; while the clock waits nobody needs it."""
    if w.clocks[s].wait_mask == 0 and lacks_hour(book, w, s):
        ask_hard(w, s, NO_HOUR, i, NO_CODE, ev.at[i])


@inner
def count_back_from_fact(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """A due time before an instant that the start states."""
    c, version = w.clocks[s], book.rvs[w.clocks[s].rv]
    moment = known_fact(book, ev, w, i, c.person, ev.at[i], version.parent_fact)
    if moment == NONE:
        ask_hard(w, s, MISSING_FACT, i, version.parent_fact, ev.at[i])
        return
    c.strict0 = before(cal, moment, False, version.parent1, version.parent0)
    c.outer0 = c.strict0
    step(w, s, S_COUNT, i, c.origin, moment, c.strict0, version.parent0, c.limit)


@inner
def tiers_at_start(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """Tiers that a fact of the start grants."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    for t in range(version.tiers0, version.tiers1):
        tier = book.tiers[t]
        if tier.start0 == tier.start1:
            continue
        result, fact = holds(book, ev, w, (tier.start0, tier.start1), i, c.person)
        if result == MISSING:
            ask_soft(w, s, MISSING_FACT, i, fact, ev.at[i])
        elif result == HOLDS and tier.mode == TOTAL:
            grant_total(book, cal, w, s, t, book.limits[tier.limit].amount, i, ev.at[i])


@inner
def grant_total(book: Program, cal: CalendarArrays, w: Work, s: int, t: int, amount: int, i: int, at: int) -> bool:
    """Count a tier's total anew from the origin, unless it ends earlier than what is in force."""
    c, tier = w.clocks[s], book.tiers[t]
    lim, old = book.limits[tier.limit], c.strict0
    new, _ = count(cal, lim.counting, lim.unit, amount, c.origin)
    if old != NONE and new != NONE and new < old:
        return False
    set_limit(book, cal, w, s, tier.limit, amount)
    if c.origin_day == 1 and counts_hours(lim.counting):
        c.strict0, c.outer0 = NONE, NONE
    c.tier = t
    c.granted |= 1 << tier.ordinal
    step(w, s, S_EXTEND, i, at, old, c.strict0, amount, t)
    return True


@inner
def note_until(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """The end that the start's or the extension's document states; an end before the start contradicts it."""
    c = w.clocks[s]
    c.until = ev.until[i]
    if c.until == NONE:
        if book.limits[c.limit].counting == BY_DOCUMENT:
            ask_hard(w, s, MISSING_FACT, i, UNTIL_FACT, ev.at[i])
        return
    c.until_end, c.until_days, c.until_work, c.until_us = (
        np.int64(ev.until_day[i]),
        c.paused_days,
        c.paused_work,
        c.paused_us,
    )
    if c.still > 0:
        days, work, us = paused_span(cal, c.since, max(ev.at[i], c.since))
        c.until_days, c.until_work, c.until_us = c.until_days + days, c.until_work + work, c.until_us + us
    step(w, s, S_UNTIL, i, ev.at[i], c.strict0, c.until, NO_AMOUNT, NO_CODE)
    if c.until < c.start or (c.until_end == 1 and c.until == c.start):
        ask_hard(w, s, UNTIL_BEFORE_START, i, UNTIL_FACT, ev.at[i])
        c.until = NONE


@inner
def name_recipients(book: Program, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """Who must be served: as the start names them, else all; an empty list is a question."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    named = stated(ev, i, version.recipients_fact)
    c.needed = version.recipients_all if named == NONE else named & version.recipients_all
    if c.needed == 0:
        ask_hard(w, s, MISSING_FACT, i, version.recipients_fact, ev.at[i])
        c.needed = version.recipients_all


@inner
def waits_at_start(book: Program, ev: EventArrays, w: Work, s: int, i: int) -> None:
    """A fact with which no limit runs until another event."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    for n in range(version.restarts0, version.restarts1):
        restart = book.restarts[n]
        if restart.tests0 == restart.tests1:
            continue
        result, fact = holds(book, ev, w, (restart.tests0, restart.tests1), i, c.person)
        if result == MISSING:
            ask_soft(w, s, MISSING_FACT, i, fact, ev.at[i])
        elif result == HOLDS:
            c.wait_mask |= restart.bit
            stand_still(w, s, c.start)
            step(w, s, S_WAIT, i, c.start, NONE, NONE, NO_AMOUNT, n)
