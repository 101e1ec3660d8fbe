"""Clocks measured back from another clock's due time: they open, move, stand still and end with it."""

from zhunsheng.core.dates import NONE, local_day
from zhunsheng.core.fold.clock import close, inherit, newest
from zhunsheng.core.fold.due import before
from zhunsheng.core.fold.earlier import stops_before_start
from zhunsheng.core.fold.log import mark, step
from zhunsheng.core.fold.opening import open_clock
from zhunsheng.core.fold.state import MOOT, NO_CODE, S_COUNT, S_START, FoldData
from zhunsheng.core.inner import inner
from zhunsheng.core.program import NOTHING


@inner
def has_children(d: FoldData, s: int) -> bool:
    """Whether any rule is counted back from a clock's."""
    rule = d.w.clocks[s].rule
    return d.book.child_ptr[rule] < d.book.child_ptr[rule + 1]


@inner
def follow(d: FoldData, group: int, s: int, i: int, at: int) -> None:
    """After anything happened to a clock: bring its children up to date."""
    rule = d.w.clocks[s].rule
    for n in range(d.book.child_ptr[rule], d.book.child_ptr[rule + 1]):
        follow_one(d, group, s, n, i, at)


@inner
def follow_one(d: FoldData, group: int, s: int, n: int, i: int, at: int) -> None:
    """One kind of child of one parent clock."""
    parent, spec = d.w.clocks[s], d.book.children[n]
    latest = latest_child(d, group, s, n)
    exists = spec.tier < 0 or (parent.tier >= 0 and d.book.tiers[parent.tier].code == spec.tier)
    if parent.open == 0 or not exists:
        if latest >= 0 and d.w.clocks[latest].open == 1:
            close(d, latest, i, at, MOOT)
        return
    due = (
        NONE if parent.wait_mask != 0 else before(d.cal, parent.strict, parent.strict_end == 1, spec.span1, spec.span0)
    )
    if latest >= 0 and d.w.clocks[latest].open == 1:
        move(d, latest, s, due, i, at, spec.span0)
    elif latest < 0 or (due != NONE and d.w.clocks[latest].strict0 != due):
        open_child(d, group, s, n, due, i, at)


@inner
def latest_child(d: FoldData, group: int, s: int, n: int) -> int:
    """The newest child clock of a kind that a parent clock has; -1 where it has none."""
    child = newest(d, d.book.children[n].rule, group)
    while child >= 0:
        if d.w.clocks[child].parent == s and d.w.clocks[child].child == n:
            return child
        child = d.w.clocks[child].next
    return -1


@inner
def move(d: FoldData, child: int, s: int, due: int, i: int, at: int, amount: int) -> None:
    """Take the parent's due time, its standstill and what makes it doubtful."""
    c, parent = d.w.clocks[child], d.w.clocks[s]
    inherit(d, child, at)
    if due != c.strict:
        step(d, child, S_COUNT, i, at, parent.strict, due, amount, NO_CODE)
    c.strict0, c.strict, c.strict_end, c.outer, c.outer_end = due, due, parent.strict_end, due, parent.strict_end
    c.still, c.since, c.wait_mask = parent.still, parent.since, parent.wait_mask


@inner
def open_child(d: FoldData, group: int, s: int, n: int, due: int, i: int, at: int) -> None:
    """A new child clock of the parent's subject, in the version of its rule in force on that day."""
    parent, rule = d.w.clocks[s], d.book.children[n].rule
    day, rv = local_day(d.cal, at), d.book.rules[rule].rv0
    for version in range(d.book.rules[rule].rv0, d.book.rules[rule].rv1):
        if d.book.rvs[version].first_day <= day:
            rv = version
    epoch, other = 1, newest(d, rule, group)
    while other >= 0:
        if d.w.clocks[other].subject == parent.subject:
            epoch = max(epoch, d.w.clocks[other].epoch + 1)
        other = d.w.clocks[other].next
    child = open_clock(d, group, rv, parent.subject_event, i, parent.subject, parent.person, epoch, at)
    c = d.w.clocks[child]
    c.parent, c.child, c.amount = s, n, d.book.children[n].span0
    mark(d, child, S_START, i, at)
    move(d, child, s, due, i, at, c.amount)
    if d.book.rvs[rv].before_start != NOTHING:
        stops_before_start(d, child)
