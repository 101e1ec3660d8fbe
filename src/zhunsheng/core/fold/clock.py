"""One clock: which events reach it, whether an instant is in time, standing still, and how it ends."""

from typing import Final

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE, local_day
from zhunsheng.core.fold.due import before, paused_span, refresh, set_limit
from zhunsheng.core.fold.facts import named, stated
from zhunsheng.core.fold.log import ask_hard, mark, step
from zhunsheng.core.fold.state import (
    BEYOND_CALENDAR,
    EXCUSED,
    LAPSED,
    LATE,
    MET,
    MOOT,
    N_PAUSES,
    NO_CODE,
    NO_HOUR_STOP,
    RESTARTED,
    S_EXCUSED,
    S_LAPSED,
    S_RESTART,
    S_SATISFIED,
    S_TERMINATED,
    UNKNOWN,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import BY_CUSTODY, CASE_AXIS, INCIDENT_AXIS, PERSON_AXIS, Program

PAST: Final = 0
IN_TIME: Final = 1
UNDECIDED: Final = 2  # the outer due time needs an unpublished calendar
SAME_DAY: Final = 3  # a bare date on the day of an instant
IN_CUSTODY_FACT: Final = 2


@inner
def reaches(book: Program, ev: EventArrays, w: Work, s: int, i: int) -> bool:
    """Whether an event concerns a clock: the same subject or none of that kind, and no other person (ADR 1, 6)."""
    c = w.clocks[s]
    axis = book.rvs[c.rv].axis
    if axis in (CASE_AXIS, INCIDENT_AXIS):
        return True
    other = named(ev, axis, i)
    if other >= 0 and c.subject >= 0 and other != c.subject:
        return False
    person = named(ev, PERSON_AXIS, i)
    return not (person >= 0 and c.person >= 0 and person != c.person)


@inner
def newest(w: Work, rule: int, group: int) -> int:
    """The newest clock of a rule in the case; -1 where it has none."""
    return w.head[rule] if w.stamp[rule] == group else -1


@inner
def in_time(cal: CalendarArrays, w: Work, s: int, at: int, bare: bool) -> int:
    """Whether an instant lies within the outer due time in force: IN_TIME, PAST, UNDECIDED or SAME_DAY."""
    c = w.clocks[s]
    if c.still > 0:
        return IN_TIME
    if c.outer == NONE:
        if c.strict != NONE and (at < c.strict or (at == c.strict and c.strict_end == 0)):
            return IN_TIME
        if c.strict == NONE and c.earliest != NONE and at < c.earliest:
            return IN_TIME
        return UNDECIDED
    if c.outer_end == 1:
        return IN_TIME if at < c.outer else PAST
    if bare and local_day(cal, c.outer) == local_day(cal, at):
        return SAME_DAY
    return IN_TIME if at <= c.outer else PAST


@inner
def update(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, as_of: int) -> None:
    """Take the due times of a clock anew."""
    c, held = w.clocks[s], NONE
    if book.limits[c.limit].roll == BY_CUSTODY and book.special[IN_CUSTODY_FACT] >= 0:
        held = stated(ev, c.start_event, book.special[IN_CUSTODY_FACT])
    refresh(book, cal, w, s, as_of, held)


@inner
def stand_still(w: Work, s: int, at: int) -> None:
    """One more reason for a clock not to run."""
    c = w.clocks[s]
    if c.still == 0:
        c.since = at
    c.still += 1


@inner
def go_on(cal: CalendarArrays, w: Work, s: int, at: int, capped: bool) -> bool:
    """One reason less; true when the clock runs again, its paused time added up. A capped pause ends with a day, at
    24:00."""
    c = w.clocks[s]
    c.still -= 1
    if c.still > 0:
        return False
    days, work, us = paused_span(cal, c.since, at - 1 if capped else at)
    c.paused_days += days
    c.paused_work += work
    c.paused_us += us + 1 if capped else us
    return True


@inner
def stand_as_if_resumed(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, at: int, as_of: int
) -> None:
    """The due times that a paused clock would have if it ran on from `at`; a waiting one has none."""
    c = w.clocks[s]
    if c.wait_mask != 0:
        c.strict, c.outer = NONE, NONE
    elif c.parent >= 0:
        parent, spec = w.clocks[c.parent], book.children[c.child]
        c.strict = before(cal, parent.strict, parent.strict_end == 1, spec.span1, spec.span0)
        c.outer = c.strict
    else:
        days, work, us = paused_span(cal, c.since, at)
        c.paused_days += days
        c.paused_work += work
        c.paused_us += us
        then = limit_after_pauses(book, w, s)
        if then >= 0:
            c.origin, c.origin_day, c.until = at, 0, NONE
            c.paused_days, c.paused_work, c.paused_us = 0, 0, 0
            set_limit(book, cal, w, s, then, book.limits[then].amount)
        update(book, cal, ev, w, s, as_of)


@inner
def limit_after_pauses(book: Program, w: Work, s: int) -> int:
    """The limit that the law grants after the pauses that hold a clock, instead of the rest; -1 for the rest."""
    limit = -1
    for n in range(w.n[N_PAUSES]):
        if w.holds[s, n] == 1:
            limit = max(limit, book.pauses[w.pauses[n].pause].then)
    return limit


@inner
def inherit(w: Work, s: int, at: int) -> None:
    """What makes a parent's due time doubtful makes the child's."""
    c = w.clocks[s]
    if c.parent >= 0 and w.clocks[c.parent].hard == 1:
        parent = w.clocks[c.parent]
        ask_hard(w, s, parent.question, parent.question_event, parent.question_fact, at)


@inner
def close(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int, i: int, at: int, ending: int) -> None:
    """End a clock by event `i` (-1: by its parent): `ending` is MET, MOOT or RESTARTED when in time."""
    c = w.clocks[s]
    bare = i >= 0 and ev.day[i] == 1 and ev.at[i] == at
    inherit(w, s, at)
    timely = in_time(cal, w, s, at, bare and ending != RESTARTED)
    if timely == SAME_DAY:
        ask_hard(w, s, NO_HOUR_STOP, i, NO_CODE, at)
    elif timely == UNDECIDED:
        ask_hard(w, s, BEYOND_CALENDAR, i, NO_CODE, at)
    if c.still > 0:
        stand_as_if_resumed(book, cal, ev, w, s, max(at, c.start), at)
    c.open, c.stopped, c.stop_event = 0, at, i
    if c.hard == 1:
        c.outcome = UNKNOWN
    elif timely == PAST:
        c.outcome = LAPSED if book.rvs[c.rv].lapse == 1 else EXCUSED if c.excused == 1 else LATE
    else:
        c.outcome = ending
    kind = S_SATISFIED if ending == MET else S_TERMINATED if ending == MOOT else S_RESTART
    step(w, s, kind, i, at, c.strict, c.outer, c.outcome, NO_CODE)
    if c.outcome == LAPSED:
        mark(w, s, S_LAPSED, i, c.outer)
    elif c.outcome == EXCUSED:
        mark(w, s, S_EXCUSED, i, at)
