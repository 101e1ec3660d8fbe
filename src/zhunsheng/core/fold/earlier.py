"""What happened before a clock started and still bears on it: open pauses, and acts that came too early."""

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.dates import NONE, local_day
from zhunsheng.core.fold.clock import close, reaches, stand_still
from zhunsheng.core.fold.log import ask_hard, ask_soft, step
from zhunsheng.core.fold.state import (
    DOUBTFUL,
    MET,
    MISSING_FACT,
    N_PAUSES,
    N_STRAYS,
    NO_AMOUNT,
    NO_CODE,
    S_PAUSE,
    STOP_BEFORE_START,
    EventArrays,
    Work,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    MEETS,
    Program,
)


@inner
def pauses_at_start(book: Program, ev: EventArrays, w: Work, s: int) -> None:
    """Pauses of the rule version that began and did not end for this clock count from its start."""
    c = w.clocks[s]
    for n in range(w.n[N_PAUSES]):
        found = w.pauses[n]
        if found.rv != c.rv or not reaches(book, ev, w, s, found.event):
            continue
        if found.begins == 0:
            for m in range(n):
                if ends_pause(w, s, m, found.pause, found.pair):
                    w.holds[s, m] = 0
        else:
            drop_ended(w, s, n, ev.at[found.event])
            if not held_already(w, s, found.pause, found.pair):
                w.holds[s, n] = 1
    drop_ended(w, s, w.n[N_PAUSES], c.start)
    for n in range(w.n[N_PAUSES]):
        if w.holds[s, n] == 1 and w.pauses[n].begins == DOUBTFUL:
            w.holds[s, n] = 0
            ask_soft(w, s, MISSING_FACT, w.pauses[n].event, w.pauses[n].fact, c.start)
        elif w.holds[s, n] == 1:
            stand_still(w, s, c.start)
            step(w, s, S_PAUSE, w.pauses[n].event, c.start, NONE, NONE, NO_AMOUNT, w.pauses[n].pause)


@inner
def drop_ended(w: Work, s: int, end: int, at: int) -> None:
    """Of the pauses before `end`, those that had ended by themselves at an instant hold the clock no more."""
    for n in range(end):
        if w.pauses[n].cap != NONE and w.pauses[n].cap <= at:
            w.holds[s, n] = 0


@inner
def held_already(w: Work, s: int, pause: int, pair: int) -> bool:
    """Whether a pause of this kind and pair holds the clock."""
    for n in range(w.n[N_PAUSES]):
        if w.holds[s, n] == 1 and w.pauses[n].pause == pause and w.pauses[n].pair == pair:
            return True
    return False


@inner
def ends_pause(w: Work, s: int, n: int, pause: int, pair: int) -> bool:
    """Whether an end of this kind and pair ends the pause `n` of a clock; where one side names none it is the same."""
    held = w.pauses[n]
    return w.holds[s, n] == 1 and held.pause == pause and (pair < 0 or held.pair < 0 or held.pair == pair)


@inner
def stops_before_start(book: Program, cal: CalendarArrays, ev: EventArrays, w: Work, s: int) -> None:
    """An act that should meet the clock but stands before its start: it meets it where the rule lets it come early,
    else it is a question."""
    c = w.clocks[s]
    version = book.rvs[c.rv]
    for n in range(w.n[N_STRAYS]):
        stray = w.strays[n]
        i = stray.event
        if stray.rule != c.rule or ev.at[i] >= c.start or not reaches(book, ev, w, s, i):
            continue
        if ev.day[i] == 1 and local_day(cal, ev.at[i]) == local_day(cal, c.start):
            continue  # it acts after the start: ADR 1, 5
        if version.before_start == MEETS:
            stray.rule = NO_CODE
            close(book, cal, ev, w, s, i, c.start, MET)
            return
        ask_hard(w, s, STOP_BEFORE_START, i, NO_CODE, ev.at[i])
