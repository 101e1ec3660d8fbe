"""What a case says: facts by event, person and case, custody by its events, and tests on them."""

from typing import Any, Final

import numpy as np

from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.state import GROUP, FoldData
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    AT_LEAST,
    AT_MOST,
    LETS_GO,
    NOT,
    OF_CASE,
    OF_EVENT,
    ONE_OF,
    PRESENT,
    TAKES,
)

HOLDS: Final = 1
FAILS: Final = 0
MISSING: Final = 2
IN_CUSTODY_FACT: Final = 2  # its place in Program.special


@inner
def named(d: FoldData, axis: int, i: int) -> Any:
    """The code of what an event names on an axis; -1 for nothing."""
    return np.int64(d.ev.subjects[axis, i])


@inner
def stated(d: FoldData, i: int, code: int) -> int:
    """A fact as the event itself states it; NONE where it does not."""
    for f in range(d.ev.fact_ptr[i], d.ev.fact_ptr[i + 1]):
        if d.ev.fact_code[f] == code:
            return d.ev.fact_value[f]
    return NONE


@inner
def held(d: FoldData, person: int, at: int) -> int:
    """Whether a person is in custody by the measures recorded up to an instant: 1, 0, or NONE where there is none.

    Let go of one measure and taken by the next in the same minute is held.
    """
    answer, taken_at = NONE, NONE
    for n in range(d.ev.custody_ptr[d.w.n[GROUP]], d.ev.custody_ptr[d.w.n[GROUP] + 1]):
        row = d.ev.custody[n]
        if row.at > at:
            continue
        if row.kind == TAKES and row.person == person:
            answer, taken_at = 1, row.at
        elif row.kind == LETS_GO and (row.person == person or (row.person < 0 and answer == 1)) and row.at != taken_at:
            answer = 0
    return answer


@inner
def anyone_held(d: FoldData, at: int, otherwise: int) -> bool:
    """Whether any suspect of the case is in custody at an instant; `otherwise` where no measure was recorded at all."""
    if d.ev.custody_ptr[d.w.n[GROUP]] == d.ev.custody_ptr[d.w.n[GROUP] + 1]:
        return otherwise == 1
    for n in range(d.ev.custody_ptr[d.w.n[GROUP]], d.ev.custody_ptr[d.w.n[GROUP] + 1]):
        row = d.ev.custody[n]
        if row.kind == TAKES and row.at <= at and held(d, row.person, at) == 1:
            return True
    return False


@inner
def known_fact(d: FoldData, i: int, person: int, at: int, code: int) -> int:
    """A fact for a clock: of the event, else of its person, else of the case; NONE where nobody states it."""
    if code == d.book.special[IN_CUSTODY_FACT] and person >= 0:
        by_measures = held(d, person, at)
        if by_measures != NONE:
            return by_measures
    value = stated(d, i, code)
    if value != NONE or d.book.facts[code].owner == OF_EVENT:
        return value
    if (d.ev.known_mask[d.w.n[GROUP]] >> (code & 63)) & 1 == 0:
        return NONE
    personal = d.book.facts[code].owner != OF_CASE
    dated = d.book.facts[code].dated == 1
    own = NONE
    for n in range(d.ev.known_ptr[d.w.n[GROUP]], d.ev.known_ptr[d.w.n[GROUP] + 1]):
        row = d.ev.known[n]
        if row.code != code or (dated and row.at > at):
            continue
        if personal and row.person >= 0 and row.person == person:
            own = row.value
        elif not personal or row.person < 0:
            value = row.value
    return own if own != NONE else value


@inner
def compare(d: FoldData, t: int, value: int) -> bool:
    """One test on a value that is stated."""
    test = d.book.tests[t]
    if test.op == PRESENT:
        return d.book.values[test.values0] == 1
    if test.op == AT_LEAST:
        return value >= d.book.values[test.values0]
    if test.op == AT_MOST:
        return value <= d.book.values[test.values0]
    for v in range(test.values0, test.values1):
        if d.book.values[v] == value:
            return test.op == ONE_OF
    return test.op != ONE_OF


@inner
def holds(d: FoldData, tests: tuple[int, int], i: int, person: int) -> tuple[int, int]:
    """Whether all tests of a range hold for event `i`: HOLDS, FAILS, or MISSING with the code of the first fact that
    nobody states.

    A test that fails outweighs a fact that is missing: then the rule does not apply either way.
    """
    result, fact = HOLDS, -1
    for t in range(tests[0], tests[1]):
        test = d.book.tests[t]
        value = known_fact(d, i, person, d.ev.at[i], test.fact)
        if value == NONE:
            value = test.assume
        if value == NONE:
            if test.op == NOT or (test.op == PRESENT and d.book.values[test.values0] == 0):
                continue
            if test.op == PRESENT:
                return FAILS, -1
            if result == HOLDS:
                result, fact = MISSING, test.fact
        elif not compare(d, t, value):
            return FAILS, -1
    return result, fact
