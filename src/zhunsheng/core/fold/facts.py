"""What a case says: facts by event, person and case, custody by its events, and tests on them."""

from typing import Any, Final

import numpy as np

from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.state import N_BARE, N_CUSTODY, N_FACTS, EventArrays, Work
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    AT_LEAST,
    AT_MOST,
    LETS_GO,
    NOT,
    OF_CASE,
    OF_EVENT,
    ONE_OF,
    PERSON_AXIS,
    PRESENT,
    TAKES,
    Program,
)

HOLDS: Final = 1
FAILS: Final = 0
MISSING: Final = 2
IN_CUSTODY_FACT: Final = 2  # its place in Program.special


@inner
def remember(book: Program, ev: EventArrays, w: Work, first: int, end: int) -> None:
    """Read a case once for what counts beyond its event: facts of persons and of the case, and who is held."""
    w.n[N_CUSTODY] = 0
    w.n[N_FACTS] = 0
    w.n[N_BARE] = 0
    for i in range(first, end):
        w.n[N_BARE] += ev.day[i]
        kind = book.type_custody[ev.type[i]]
        if kind != 0:
            row = w.custody[w.n[N_CUSTODY]]
            row.at, row.person, row.kind = ev.at[i], named(ev, PERSON_AXIS, i), kind
            w.n[N_CUSTODY] += 1
        for f in range(ev.fact_ptr[i], ev.fact_ptr[i + 1]):
            code = np.int64(ev.fact_code[f])
            if book.facts[code].owner != OF_EVENT:
                known = w.facts[w.n[N_FACTS]]
                known.code, known.person = code, named(ev, PERSON_AXIS, i)
                known.value, known.at = ev.fact_value[f], ev.at[i]
                w.n[N_FACTS] += 1


@inner
def named(ev: EventArrays, axis: int, i: int) -> Any:
    """The code of what an event names on an axis; -1 for nothing."""
    return np.int64(ev.subjects[axis, i])


@inner
def stated(ev: EventArrays, i: int, code: int) -> int:
    """A fact as the event itself states it; NONE where it does not."""
    for f in range(ev.fact_ptr[i], ev.fact_ptr[i + 1]):
        if ev.fact_code[f] == code:
            return ev.fact_value[f]
    return NONE


@inner
def held(w: Work, person: int, at: int) -> int:
    """Whether a person is in custody by the measures recorded up to an instant: 1, 0, or NONE where there is none.

    Let go of one measure and taken by the next in the same minute is held.
    """
    answer, taken_at = NONE, NONE
    for n in range(w.n[N_CUSTODY]):
        row = w.custody[n]
        if row.at > at:
            continue
        if row.kind == TAKES and row.person == person:
            answer, taken_at = 1, row.at
        elif row.kind == LETS_GO and (row.person == person or (row.person < 0 and answer == 1)) and row.at != taken_at:
            answer = 0
    return answer


@inner
def anyone_held(w: Work, at: int, otherwise: int) -> bool:
    """Whether any suspect of the case is in custody at an instant; `otherwise` where no measure was recorded at all."""
    if w.n[N_CUSTODY] == 0:
        return otherwise == 1
    for n in range(w.n[N_CUSTODY]):
        row = w.custody[n]
        if row.kind == TAKES and row.at <= at and held(w, row.person, at) == 1:
            return True
    return False


@inner
def known_fact(book: Program, ev: EventArrays, w: Work, i: int, person: int, at: int, code: int) -> int:
    """A fact for a clock: of the event, else of its person, else of the case; NONE where nobody states it."""
    if code == book.special[IN_CUSTODY_FACT] and person >= 0:
        by_measures = held(w, person, at)
        if by_measures != NONE:
            return by_measures
    value = stated(ev, i, code)
    if value != NONE or book.facts[code].owner == OF_EVENT:
        return value
    personal = book.facts[code].owner != OF_CASE
    dated = book.facts[code].dated == 1
    own = NONE
    for n in range(w.n[N_FACTS]):
        row = w.facts[n]
        if row.code != code or (dated and row.at > at):
            continue
        if personal and row.person >= 0 and row.person == person:
            own = row.value
        elif not personal or row.person < 0:
            value = row.value
    return own if own != NONE else value


@inner
def compare(book: Program, t: int, value: int) -> bool:
    """One test on a value that is stated."""
    test = book.tests[t]
    if test.op == PRESENT:
        return book.values[test.values0] == 1
    if test.op == AT_LEAST:
        return value >= book.values[test.values0]
    if test.op == AT_MOST:
        return value <= book.values[test.values0]
    found = False
    for v in range(test.values0, test.values1):
        found = found or book.values[v] == value
    return found if test.op == ONE_OF else not found


@inner
def holds(book: Program, ev: EventArrays, w: Work, tests: tuple[int, int], i: int, person: int) -> tuple[int, int]:
    """Whether all tests of a range hold for event `i`: HOLDS, FAILS, or MISSING with the code of the first fact that
    nobody states.

    A test that fails outweighs a fact that is missing: then the rule does not apply either way.
    """
    result, fact = HOLDS, -1
    for t in range(tests[0], tests[1]):
        test = book.tests[t]
        value = known_fact(book, ev, w, i, person, ev.at[i], test.fact)
        if value == NONE:
            value = test.assume
        if value == NONE:
            if test.op == NOT or (test.op == PRESENT and book.values[test.values0] == 0):
                continue
            if test.op == PRESENT:
                return FAILS, -1
            if result == HOLDS:
                result, fact = MISSING, test.fact
        elif not compare(book, t, value):
            return FAILS, -1
    return result, fact
