"""Writing down what counted: steps, anomalies, questions. Each writer counts past the room it has, so that a second
run can have enough."""

from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.state import (
    ASK_NOTHING,
    BASE,
    LATE_EXTENSION,
    LATE_PAUSE,
    N_ANOMALIES,
    N_STEPS,
    NO_AMOUNT,
    NO_CODE,
    S_LATE_EXTENSION,
    S_LATE_PAUSE,
    S_OUT_OF_ORDER,
    S_QUESTION,
    FoldData,
)
from zhunsheng.core.inner import inner


@inner
def step(
    d: FoldData, s: int, kind: int, event: int, at: int, before: int, after: int, amount: int, detail: int
) -> None:
    """One row of the explanation of clock `s`. `detail` is a code that the kind gives a meaning: limit, tier, pause,
    question."""
    if len(d.w.steps) == 0:
        return
    n = d.w.n[N_STEPS]
    d.w.n[N_STEPS] = n + 1
    if n < len(d.w.steps):
        row = d.w.steps[n]
        row.row, row.kind, row.event, row.at = d.w.n[BASE] + s, kind, event, at
        row.before, row.after, row.amount, row.detail = before, after, amount, detail


@inner
def anomaly(d: FoldData, s: int, kind: int, event: int, at: int, tier: int) -> None:
    """An act that moved nothing because it came too late or out of order: a finding of its own."""
    n = d.w.n[N_ANOMALIES]
    d.w.n[N_ANOMALIES] = n + 1
    if n < len(d.w.anomalies):
        row = d.w.anomalies[n]
        row.row, row.kind, row.event = d.w.n[BASE] + s, kind, event
    kinds = S_LATE_EXTENSION if kind == LATE_EXTENSION else S_LATE_PAUSE if kind == LATE_PAUSE else S_OUT_OF_ORDER
    step(d, s, kinds, event, at, d.w.clocks[s].strict, d.w.clocks[s].outer, NO_AMOUNT, tier)


@inner
def mark(d: FoldData, s: int, kind: int, event: int, at: int) -> None:
    """A step that has nothing to show but when it happened."""
    step(d, s, kind, event, at, NONE, NONE, NO_AMOUNT, NO_CODE)


@inner
def ask_hard(d: FoldData, s: int, question: int, event: int, fact: int, at: int) -> None:
    """A question that leaves the outcome unknown; a clock keeps the first."""
    c = d.w.clocks[s]
    if c.hard == 0:
        c.question, c.hard, c.question_event, c.question_fact = question, 1, event, fact
        step(d, s, S_QUESTION, event, at, NONE, NONE, fact, question)


@inner
def ask_soft(d: FoldData, s: int, question: int, event: int, fact: int, at: int) -> None:
    """A question that only asks: what it rests on is not granted. A clock keeps the first, and any hard one before
    it."""
    c = d.w.clocks[s]
    if c.question == ASK_NOTHING:
        c.question, c.question_event, c.question_fact = question, event, fact
        step(d, s, S_QUESTION, event, at, NONE, NONE, fact, question)
