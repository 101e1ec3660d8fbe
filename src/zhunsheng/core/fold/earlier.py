"""What happened before a clock started and still bears on it: open pauses, and acts that came too early."""

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
    FoldData,
)
from zhunsheng.core.inner import inner
from zhunsheng.core.program import (
    MEETS,
)


@inner
def pauses_at_start(d: FoldData, s: int) -> None:
    """Pauses of the rule version that began and did not end for this clock count from its start."""
    c = d.w.clocks[s]
    for n in range(d.w.n[N_PAUSES]):
        found = d.w.pauses[n]
        if found.rv != c.rv or not reaches(d, s, found.event):
            continue
        if found.begins == 0:
            for m in range(n):
                if ends_pause(d, s, m, found.pause, found.pair):
                    d.w.holds[s, m] = 0
        else:
            drop_ended(d, s, n, d.ev.at[found.event])
            if not held_already(d, s, found.pause, found.pair):
                d.w.holds[s, n] = 1
    drop_ended(d, s, d.w.n[N_PAUSES], c.start)
    for n in range(d.w.n[N_PAUSES]):
        if d.w.holds[s, n] == 1 and d.w.pauses[n].begins == DOUBTFUL:
            d.w.holds[s, n] = 0
            ask_soft(d, s, MISSING_FACT, d.w.pauses[n].event, d.w.pauses[n].fact, c.start)
        elif d.w.holds[s, n] == 1:
            stand_still(d, s, c.start)
            step(d, s, S_PAUSE, d.w.pauses[n].event, c.start, NONE, NONE, NO_AMOUNT, d.w.pauses[n].pause)


@inner
def drop_ended(d: FoldData, s: int, end: int, at: int) -> None:
    """Of the pauses before `end`, those that had ended by themselves at an instant hold the clock no more."""
    for n in range(end):
        if d.w.pauses[n].cap != NONE and d.w.pauses[n].cap <= at:
            d.w.holds[s, n] = 0


@inner
def held_already(d: FoldData, s: int, pause: int, pair: int) -> bool:
    """Whether a pause of this kind and pair holds the clock."""
    for n in range(d.w.n[N_PAUSES]):
        if d.w.holds[s, n] == 1 and d.w.pauses[n].pause == pause and d.w.pauses[n].pair == pair:
            return True
    return False


@inner
def ends_pause(d: FoldData, s: int, n: int, pause: int, pair: int) -> bool:
    """Whether an end of this kind and pair ends the pause `n` of a clock; where one side names none it is the same."""
    held = d.w.pauses[n]
    return d.w.holds[s, n] == 1 and held.pause == pause and (pair < 0 or held.pair < 0 or held.pair == pair)


@inner
def stops_before_start(d: FoldData, s: int) -> None:
    """An act that should meet the clock but stands before its start: it meets it where the rule lets it come early,
    else it is a question."""
    c = d.w.clocks[s]
    version = d.book.rvs[c.rv]
    for n in range(d.w.n[N_STRAYS]):
        stray = d.w.strays[n]
        i = stray.event
        if stray.rule != c.rule or d.ev.at[i] >= c.start or not reaches(d, s, i):
            continue
        if d.ev.day[i] == 1 and local_day(d.cal, d.ev.at[i]) == local_day(d.cal, c.start):
            continue  # it acts after the start: ADR 1, 5
        if version.before_start == MEETS:
            stray.rule = NO_CODE
            close(d, s, i, c.start, MET)
            return
        ask_hard(d, s, STOP_BEFORE_START, i, NO_CODE, d.ev.at[i])
