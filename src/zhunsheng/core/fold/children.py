"""Clocks measured back from another clock's due time: they open, move, stand still and end with it."""

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE, local_day
from zhunsheng.core.fold.clock import close, inherit, newest
from zhunsheng.core.fold.due import before
from zhunsheng.core.fold.earlier import stops_before_start
from zhunsheng.core.fold.log import mark, step
from zhunsheng.core.fold.opening import open_clock
from zhunsheng.core.fold.state import MOOT, NO_CODE, S_COUNT, S_START, EventArrays, Work
from zhunsheng.core.inner import inner
from zhunsheng.core.program import NOTHING, Program


@inner
def has_children(book: Program, w: Work, s: int) -> bool:
    """Whether any rule is counted back from a clock's."""
    rule = w.clocks[s].rule
    return book.child_ptr[rule] < book.child_ptr[rule + 1]


@inner
def follow(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, i: int, at: int) -> None:
    """After anything happened to a clock: bring its children up to date."""
    rule = w.clocks[s].rule
    for n in range(book.child_ptr[rule], book.child_ptr[rule + 1]):
        follow_one(book, cal, ev, w, group, s, n, i, at)


@inner
def follow_one(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, n: int, i: int, at: int
) -> None:
    """One kind of child of one parent clock."""
    parent, spec = w.clocks[s], book.children[n]
    latest = latest_child(book, w, group, s, n)
    exists = spec.tier < 0 or (parent.tier >= 0 and book.tiers[parent.tier].code == spec.tier)
    if parent.open == 0 or not exists:
        if latest >= 0 and w.clocks[latest].open == 1:
            close(book, cal, ev, w, latest, i, at, MOOT)
        return
    due = NONE if parent.wait_mask != 0 else before(cal, parent.strict, parent.strict_end == 1, spec.span1, spec.span0)
    if latest >= 0 and w.clocks[latest].open == 1:
        move(w, latest, s, due, i, at, spec.span0)
    elif latest < 0 or (due != NONE and w.clocks[latest].strict != due):
        open_child(book, cal, ev, w, group, s, n, due, i, at)


@inner
def latest_child(book: Program, w: Work, group: int, s: int, n: int) -> int:
    """The newest child clock of a kind that a parent clock has; -1 where it has none."""
    child = newest(w, book.children[n].rule, group)
    while child >= 0:
        if w.clocks[child].parent == s and w.clocks[child].child == n:
            return child
        child = w.clocks[child].next
    return -1


@inner
def move(w: Work, child: int, s: int, due: int, i: int, at: int, amount: int) -> None:
    """Take the parent's due time, its standstill and what makes it doubtful."""
    c, parent = w.clocks[child], w.clocks[s]
    inherit(w, child, at)
    if due != c.strict:
        step(w, child, S_COUNT, i, at, parent.strict, due, amount, NO_CODE)
    c.strict, c.strict_end, c.outer, c.outer_end = due, parent.strict_end, due, parent.strict_end
    c.still, c.since, c.wait_mask = parent.still, parent.since, parent.wait_mask


@inner
def open_child(
    book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, group: int, s: int, n: int, due: int, i: int, at: int
) -> None:
    """A new child clock of the parent's subject, in the version of its rule in force on that day."""
    parent, rule = w.clocks[s], book.children[n].rule
    day, rv = local_day(cal, at), book.rules[rule].rv0
    for version in range(book.rules[rule].rv0, book.rules[rule].rv1):
        if book.rvs[version].first_day <= day:
            rv = version
    epoch, other = 1, newest(w, rule, group)
    while other >= 0:
        if w.clocks[other].subject == parent.subject:
            epoch = max(epoch, w.clocks[other].epoch + 1)
        other = w.clocks[other].next
    child = open_clock(book, w, group, rv, parent.subject_event, i, parent.subject, parent.person, epoch, at)
    c = w.clocks[child]
    c.parent, c.child, c.amount = s, n, book.children[n].span0
    mark(w, child, S_START, i, at)
    move(w, child, s, due, i, at, c.amount)
    if book.rvs[rv].before_start != NOTHING:
        stops_before_start(book, cal, ev, w, child)
