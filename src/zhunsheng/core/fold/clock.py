"""One clock: which events reach it, whether an instant is in time, standing still, and how it ends."""

from typing import Final

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
    RUNNING,
    S_EXCUSED,
    S_LAPSED,
    S_RESTART,
    S_SATISFIED,
    S_TERMINATED,
    UNKNOWN,
    FoldData,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import BY_CUSTODY, CASE_AXIS, INCIDENT_AXIS, PERSON_AXIS

PAST: Final = 0
IN_TIME: Final = 1
UNDECIDED: Final = 2  # the outer due time needs an unpublished calendar
SAME_DAY: Final = 3  # a bare date on the day of an instant
IN_CUSTODY_FACT: Final = 2


@inner
def reaches(d: FoldData, s: int, i: int) -> bool:
    """Whether an event concerns a clock: the same subject or none of that kind, and no other person (ADR 1, 6)."""
    c = d.w.clocks[s]
    axis = d.book.rvs[c.rv].axis
    if axis in (CASE_AXIS, INCIDENT_AXIS):
        return True
    other = named(d, axis, i)
    if other >= 0 and c.subject >= 0 and other != c.subject:
        return False
    person = named(d, PERSON_AXIS, i)
    return not (person >= 0 and c.person >= 0 and person != c.person)


@inner
def newest(d: FoldData, rule: int, group: int) -> int:
    """The newest clock of a rule in the case; -1 where it has none."""
    return d.w.head[rule] if d.w.stamp[rule] == group else -1


@inner
def in_time(d: FoldData, s: int, at: int, bare: bool) -> int:
    """Whether an instant lies within the outer due time in force: IN_TIME, PAST, UNDECIDED or SAME_DAY."""
    c = d.w.clocks[s]
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
    if bare and local_day(d.cal, c.outer) == local_day(d.cal, at):
        return SAME_DAY
    return IN_TIME if at <= c.outer else PAST


@inner
def update(d: FoldData, s: int, as_of: int) -> None:
    """Take the due times of a clock anew."""
    c, held = d.w.clocks[s], NONE
    if d.book.limits[c.limit].roll == BY_CUSTODY and d.book.special[IN_CUSTODY_FACT] >= 0:
        held = stated(d, c.start_event, d.book.special[IN_CUSTODY_FACT])
    refresh(d, s, as_of, held)


@inner
def stand_still(d: FoldData, s: int, at: int) -> None:
    """One more reason for a clock not to run."""
    c = d.w.clocks[s]
    if c.still == 0:
        c.since = at
    c.still += 1


@inner
def go_on(d: FoldData, s: int, at: int, capped: bool) -> bool:
    """One reason less; true when the clock runs again, its paused time added up. A capped pause ends with a day, at
    24:00."""
    c = d.w.clocks[s]
    c.still -= 1
    if c.still > 0:
        return False
    days, work, us = paused_span(d.cal, c.since, at - 1 if capped else at)
    c.paused_days += days
    c.paused_work += work
    c.paused_us += us + 1 if capped else us
    return True


@inner
def stand_as_if_resumed(d: FoldData, s: int, at: int, as_of: int) -> None:
    """The due times that a paused clock would have if it ran on from `at`; a waiting one has none."""
    c = d.w.clocks[s]
    if c.wait_mask != 0:
        c.strict, c.outer = NONE, NONE
    elif c.parent >= 0:
        stand_as_parent(d, s, at, as_of)
    else:
        resume_now(d, s, at, as_of)


@inner
def stand_as_parent(d: FoldData, s: int, at: int, as_of: int) -> None:
    """A clock that is counted back stands where its parent would if that ran on from `at`."""
    c, parent = d.w.clocks[s], d.w.clocks[d.w.clocks[s].parent]
    spec = d.book.children[c.child]
    is_paused = parent.open == 1 and parent.still > 0 and parent.outcome == RUNNING  # else it stands so already
    if is_paused:
        d.w.spare[0] = parent
        resume_now(d, c.parent, at, as_of)
    c.strict = before(d.cal, parent.strict, parent.strict_end == 1, spec.span1, spec.span0)
    c.outer = c.strict
    if is_paused:
        d.w.clocks[c.parent] = d.w.spare[0]


@inner
def resume_now(d: FoldData, s: int, at: int, as_of: int) -> None:
    """The due times of a paused clock as if it ran on from `at`."""
    c = d.w.clocks[s]
    days, work, us = paused_span(d.cal, c.since, at)
    c.paused_days += days
    c.paused_work += work
    c.paused_us += us
    then = limit_after_pauses(d, s)
    if then >= 0:
        c.origin, c.origin_day, c.until = at, 0, NONE
        c.paused_days, c.paused_work, c.paused_us = 0, 0, 0
        set_limit(d, s, then, d.book.limits[then].amount)
    update(d, s, as_of)


@inner
def limit_after_pauses(d: FoldData, s: int) -> int:
    """The limit that the law grants after the pauses that hold a clock, instead of the rest; -1 for the rest."""
    limit = -1
    for n in range(d.w.n[N_PAUSES]):
        if d.w.holds[s, n] == 1:
            limit = max(limit, d.book.pauses[d.w.pauses[n].pause].then)
    return limit


@inner
def inherit(d: FoldData, s: int, at: int) -> None:
    """What makes a parent's due time doubtful makes the child's."""
    c = d.w.clocks[s]
    if c.parent >= 0 and d.w.clocks[c.parent].hard == 1:
        parent = d.w.clocks[c.parent]
        ask_hard(d, s, parent.question, parent.question_event, parent.question_fact, at)


@inner
def close(d: FoldData, s: int, i: int, at: int, ending: int) -> None:
    """End a clock by event `i` (-1: by its parent): `ending` is MET, MOOT or RESTARTED when in time."""
    c = d.w.clocks[s]
    bare = i >= 0 and d.ev.day[i] == 1 and d.ev.at[i] == at
    inherit(d, s, at)
    timely = in_time(d, s, at, bare and ending != RESTARTED)
    if timely == SAME_DAY:
        ask_hard(d, s, NO_HOUR_STOP, i, NO_CODE, at)
    elif timely == UNDECIDED:
        ask_hard(d, s, BEYOND_CALENDAR, i, NO_CODE, at)
    if c.still > 0:
        stand_as_if_resumed(d, s, max(at, c.start), at)
    c.open, c.stopped, c.stop_event = 0, at, i
    d.w.open[c.rule] -= 1
    if c.hard == 1:
        c.outcome = UNKNOWN
    elif timely == PAST:
        c.outcome = LAPSED if d.book.rvs[c.rv].lapse == 1 else EXCUSED if c.excused == 1 else LATE
    else:
        c.outcome = ending
    kind = S_SATISFIED if ending == MET else S_TERMINATED if ending == MOOT else S_RESTART
    step(d, s, kind, i, at, c.strict, c.outer, c.outcome, NO_CODE)
    if c.outcome == LAPSED:
        mark(d, s, S_LAPSED, i, c.outer)
    elif c.outcome == EXCUSED:
        mark(d, s, S_EXCUSED, i, at)
