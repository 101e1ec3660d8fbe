"""Opening a clock: the version in force, whether the rule applies, its limit, and what already bears on it."""

import numpy as np

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
    N_STRAYS,
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
    FoldData,
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
)


@inner
def start(
    d: FoldData,
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
    version = d.book.rvs[rv]
    day = local_day(d.cal, d.ev.at[i])
    none_in_force = version.is_first == 1 and day < version.first_day
    if not none_in_force and not (version.first_day <= day < version.end_day):
        return -1
    subject, person = subject_of(d, rv, i), named(d, PERSON_AXIS, i)
    applies, fact = HOLDS, -1
    if version.applies0 < version.applies1:
        applies, fact = holds(d, (version.applies0, version.applies1), i, person)
    if applies == FAILS:
        return -1
    epoch, handed = 1, 0
    s = newest(d, version.rule, group)
    while s >= 0:
        c = d.w.clocks[s]
        if c.subject == subject:
            epoch = max(epoch, c.epoch + 1)
            if c.open == 1 and handed_over(d, s, i, run):
                handed = 1
            elif c.open == 1:
                told = opened_by_restart or starts(d, c.rv, i)
                if told and not (c.start == d.ev.at[i] and d.ev.day[c.start_event] == d.ev.day[i]):
                    ask_hard(d, s, REPEATED_START, i, NO_CODE, d.ev.at[i])
                return -1
        s = c.next
    s = open_clock(d, group, rv, i, i, subject, person, epoch, d.ev.at[i])
    d.w.clocks[s].handed = handed
    if applies == MISSING:
        ask_hard(d, s, MISSING_FACT, i, fact, d.ev.at[i])
        d.w.clocks[s].may_not_apply = 1
    if none_in_force:
        ask_hard(d, s, NO_VERSION, i, NO_CODE, d.ev.at[i])
        d.w.clocks[s].may_not_apply = 1
    begin(d, s, i, opened_by_restart, as_of)
    return s


@inner
def starts(d: FoldData, rv: int, i: int) -> bool:
    """Whether an event is of a type that starts clocks of a rule version."""
    for r in range(d.book.role_ptr[d.ev.type[i]], d.book.role_ptr[d.ev.type[i] + 1]):
        if d.book.roles[r].rv == rv and d.book.roles[r].kind == START:
            return True
    return False


@inner
def subject_of(d: FoldData, rv: int, i: int) -> int:
    """The code of what an event names as the subject of a rule; a rule per case or incident has one subject, -1."""
    axis = d.book.rvs[rv].axis
    return -1 if axis in (CASE_AXIS, INCIDENT_AXIS) else named(d, axis, i)


@inner
def handed_over(d: FoldData, s: int, i: int, run: tuple[int, int]) -> bool:
    """A term or stay that ends in the instant in which it starts anew: end the old clock by the stop of the same
    instant."""
    c = d.w.clocks[s]
    if d.book.rvs[c.rv].handover == 0 or c.start >= d.ev.at[i]:
        return False
    for kind in (TERMINATE, SATISFY):
        for a in range(run[0], run[1]):
            k = d.ev.acting[a]
            for r in range(d.book.role_ptr[d.ev.type[k]], d.book.role_ptr[d.ev.type[k] + 1]):
                role = d.book.roles[r]
                if role.rv == c.rv and role.kind == kind and reaches(d, s, k):
                    close(d, s, k, d.ev.at[k], MOOT if kind == TERMINATE else MET)
                    return True
    return False


@inner
def open_clock(
    d: FoldData,
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
    s = d.w.n[N_CLOCKS]
    if s == len(d.w.clocks):
        d.w.n[FAULT] = NO_ROOM  # the caller runs again with more
        s -= 1
    d.w.n[N_CLOCKS] = s + 1
    rule = d.book.rvs[rv].rule
    d.w.clocks[s] = d.w.blank[0]
    c = d.w.clocks[s]
    c.rule, c.rv, c.subject, c.person, c.epoch = rule, rv, subject, person, epoch
    c.subject_event, c.start_event, c.start, c.origin = subject_event, event, at, at
    c.next = newest(d, rule, group)
    d.w.open[rule] = 1 if c.next < 0 else d.w.open[rule] + 1
    d.w.head[rule], d.w.stamp[rule] = s, group
    c.limit = d.book.rvs[rv].limits1 - 1
    for n in range(d.w.n[N_PAUSES]):
        d.w.holds[s, n] = 0
    return s


@inner
def begin(d: FoldData, s: int, i: int, opened_by_restart: bool, as_of: int) -> None:
    """Everything that the start itself decides: limit, tiers and waits by its facts, a stated end, open pauses,
    earlier stops."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    mark(d, s, S_START, i, c.start)
    step(d, s, S_VERSION, i, c.start, NONE, NONE, NO_AMOUNT, c.rv)
    limit, missing = choose_limit(d, s, i)
    run_limit(d, s, limit, d.book.limits[limit].amount, i)
    if missing:
        c.strict0, c.outer0 = NONE, NONE  # which limit runs is not known
    if version.may_wait == 1 and not opened_by_restart:
        waits_at_start(d, s, i)
    if version.parent_fact >= 0:
        count_back_from_fact(d, s, i)
    else:
        if version.may_grant == 1:
            tiers_at_start(d, s, i)
        ask_for_hour(d, s, i)
        if d.ev.until[i] != NONE or d.book.limits[c.limit].counting == BY_DOCUMENT:
            note_until(d, s, i)
    if version.recipients_fact >= 0:
        name_recipients(d, s, i)
    if d.w.n[N_PAUSES] > 0:
        pauses_at_start(d, s)
    update(d, s, as_of)
    if d.w.n[N_STRAYS] > 0 and version.before_start in (QUESTION, MEETS):
        stops_before_start(d, s)


@inner
def choose_limit(d: FoldData, s: int, i: int) -> tuple[int, bool]:
    """The first limit whose tests hold; the last has none. True: a fact that nobody states leaves the limit unknown."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    for limit in range(version.limits0, version.limits1 - 1):
        result, fact = holds(d, (d.book.limits[limit].tests0, d.book.limits[limit].tests1), i, c.person)
        if result == MISSING:
            ask_hard(d, s, MISSING_FACT, i, fact, d.ev.at[i])
        if result != FAILS:
            return limit, result == MISSING
    return version.limits1 - 1, False


@inner
def run_limit(d: FoldData, s: int, limit: int, amount: int, i: int) -> None:
    """Let a limit run from event `i`; where it counts hours and the event has none, its end is not known."""
    c = d.w.clocks[s]
    c.origin, c.origin_day = d.ev.at[i], d.ev.day[i]
    set_limit(d, s, limit, amount)
    step(d, s, S_LIMIT, i, c.origin, NONE, NONE, amount, limit)
    if lacks_hour(d, s):
        c.strict0, c.outer0, c.earliest, c.latest = NONE, NONE, NONE, NONE
    step(d, s, S_COUNT, i, c.origin, c.origin, c.strict0, amount, limit)


@inner
def lacks_hour(d: FoldData, s: int) -> bool:
    """Whether hours are counted from a bare date."""
    return d.w.clocks[s].origin_day == 1 and counts_hours(d.book.limits[d.w.clocks[s].limit].counting)


@inner
def ask_for_hour(d: FoldData, s: int, i: int) -> None:
    """Without its hour a limit in hours has no end; while the clock waits nobody needs it."""
    if d.w.clocks[s].wait_mask == 0 and lacks_hour(d, s):
        ask_hard(d, s, NO_HOUR, i, NO_CODE, d.ev.at[i])


@inner
def count_back_from_fact(d: FoldData, s: int, i: int) -> None:
    """A due time before an instant that the start states."""
    c, version = d.w.clocks[s], d.book.rvs[d.w.clocks[s].rv]
    moment = known_fact(d, i, c.person, d.ev.at[i], version.parent_fact)
    if moment == NONE:
        ask_hard(d, s, MISSING_FACT, i, version.parent_fact, d.ev.at[i])
        return
    c.strict0 = before(d.cal, moment, False, version.parent1, version.parent0)
    c.outer0 = c.strict0
    step(d, s, S_COUNT, i, c.origin, moment, c.strict0, version.parent0, c.limit)


@inner
def tiers_at_start(d: FoldData, s: int, i: int) -> None:
    """Tiers that a fact of the start grants."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    for t in range(version.tiers0, version.tiers1):
        tier = d.book.tiers[t]
        if tier.start0 == tier.start1:
            continue
        result, fact = holds(d, (tier.start0, tier.start1), i, c.person)
        if result == MISSING:
            ask_soft(d, s, MISSING_FACT, i, fact, d.ev.at[i])
        elif result == HOLDS and tier.mode == TOTAL:
            grant_total(d, s, t, d.book.limits[tier.limit].amount, i, d.ev.at[i])


@inner
def grant_total(d: FoldData, s: int, t: int, amount: int, i: int, at: int) -> bool:
    """Count a tier's total anew from the origin, unless it ends earlier than what is in force."""
    c, tier = d.w.clocks[s], d.book.tiers[t]
    lim, old = d.book.limits[tier.limit], c.strict0
    new, _ = count(d.cal, lim.counting, lim.unit, amount, c.origin)
    if old != NONE and new != NONE and new < old:
        return False
    set_limit(d, s, tier.limit, amount)
    if c.origin_day == 1 and counts_hours(lim.counting):
        c.strict0, c.outer0 = NONE, NONE
    c.tier = t
    c.granted |= 1 << tier.ordinal
    step(d, s, S_EXTEND, i, at, old, c.strict0, amount, t)
    return True


@inner
def note_until(d: FoldData, s: int, i: int) -> None:
    """The end that the start's or the extension's document states; an end before the start contradicts it."""
    c = d.w.clocks[s]
    c.until = d.ev.until[i]
    if c.until == NONE:
        if d.book.limits[c.limit].counting == BY_DOCUMENT:
            ask_hard(d, s, MISSING_FACT, i, UNTIL_FACT, d.ev.at[i])
        return
    c.until_end, c.until_days, c.until_work, c.until_us = (
        np.int64(d.ev.until_day[i]),
        c.paused_days,
        c.paused_work,
        c.paused_us,
    )
    if c.still > 0:
        days, work, us = paused_span(d.cal, c.since, max(d.ev.at[i], c.since))
        c.until_days, c.until_work, c.until_us = c.until_days + days, c.until_work + work, c.until_us + us
    step(d, s, S_UNTIL, i, d.ev.at[i], c.strict0, c.until, NO_AMOUNT, NO_CODE)
    if c.until < c.start or (c.until_end == 1 and c.until == c.start):
        ask_hard(d, s, UNTIL_BEFORE_START, i, UNTIL_FACT, d.ev.at[i])
        c.until = NONE


@inner
def name_recipients(d: FoldData, s: int, i: int) -> None:
    """Who must be served: as the start names them, else all; an empty list is a question."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    named = stated(d, i, version.recipients_fact)
    c.needed = version.recipients_all if named == NONE else named & version.recipients_all
    if c.needed == 0:
        ask_hard(d, s, MISSING_FACT, i, version.recipients_fact, d.ev.at[i])
        c.needed = version.recipients_all


@inner
def waits_at_start(d: FoldData, s: int, i: int) -> None:
    """A fact with which no limit runs until another event."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    for n in range(version.restarts0, version.restarts1):
        restart = d.book.restarts[n]
        if restart.tests0 == restart.tests1:
            continue
        result, fact = holds(d, (restart.tests0, restart.tests1), i, c.person)
        if result == MISSING:
            ask_soft(d, s, MISSING_FACT, i, fact, d.ev.at[i])
        elif result == HOLDS:
            c.wait_mask |= restart.bit
            stand_still(d, s, c.start)
            step(d, s, S_WAIT, i, c.start, NONE, NONE, NO_AMOUNT, n)
