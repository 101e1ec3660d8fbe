"""What the fold reads and keeps: events as arrays, the clocks of one case as records, and what it writes."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhunsheng.core.calendar import CalendarArrays
from zhunsheng.core.codes import code, codes
from zhunsheng.core.dates import NONE
from zhunsheng.core.program import Program

Ints = NDArray[np.int64]

NO_CODE: Final = code(-1)
NO_AMOUNT: Final = code(0)

OUTCOMES: Final = ("running", "waiting", "paused", "met", "late", "moot", "excused", "lapsed", "restarted", "unknown")
RUNNING, WAITING, PAUSED, MET, LATE, MOOT, EXCUSED, LAPSED, RESTARTED, UNKNOWN = codes(10)

QUESTIONS: Final = (
    "",
    "repeated_start",
    "stop_before_start",
    "missing_fact",
    "no_version",
    "no_hour",
    "no_hour_stop",
    "until_before_start",
    "beyond_calendar",
    "missing_tier",
)
(
    ASK_NOTHING,
    REPEATED_START,
    STOP_BEFORE_START,
    MISSING_FACT,
    NO_VERSION,
    NO_HOUR,
    NO_HOUR_STOP,
    UNTIL_BEFORE_START,
    BEYOND_CALENDAR,
    MISSING_TIER,
) = codes(10)
UNTIL_FACT: Final = code(-2)  # the "fact" of a question about the column `until`

ANOMALIES: Final = ("late_extension", "late_pause", "extension_out_of_order")
LATE_EXTENSION, LATE_PAUSE, OUT_OF_ORDER = codes(3)

STEP_KINDS: Final = (
    "start",
    "version",
    "limit",
    "count",
    "roll",
    "extend",
    "late_extension",
    "pause",
    "resume",
    "until",
    "restart",
    "due_strict",
    "due",
    "wait",
    "satisfied",
    "terminated",
    "excused",
    "lapsed",
    "extension_out_of_order",
    "late_pause",
    "question",
)
(
    S_START,
    S_VERSION,
    S_LIMIT,
    S_COUNT,
    S_ROLL,
    S_EXTEND,
    S_LATE_EXTENSION,
    S_PAUSE,
    S_RESUME,
    S_UNTIL,
    S_RESTART,
    S_DUE_STRICT,
    S_DUE,
    S_WAIT,
    S_SATISFIED,
    S_TERMINATED,
    S_EXCUSED,
    S_LAPSED,
    S_OUT_OF_ORDER,
    S_LATE_PAUSE,
    S_QUESTION,
) = codes(21)


class EventArrays(NamedTuple):
    """Events of many cases in fold order: by group, instant, source, id."""

    group: NDArray[np.int32]  # ordinal of the case or incident
    at: Ints
    day: NDArray[np.uint8]  # 1: a bare date
    type: NDArray[np.int32]
    subjects: NDArray[np.int32]  # (8, n) codes by SUBJECT_AXES; -1 = names none
    until: Ints  # NONE = states none
    until_day: NDArray[np.uint8]
    fact_ptr: Ints  # (n + 1,) range of the facts that an event states
    fact_code: NDArray[np.int32]
    fact_value: Ints
    known_ptr: Ints  # (groups + 1,) range of the facts of persons and of the case that a group's events state
    known: Any  # KNOWN_FACT
    known_mask: Ints  # (groups,) of the facts among them: bits of their codes, modulo 64
    custody_ptr: Ints  # (groups + 1,) range of what takes persons of a group into custody and lets them go
    custody: Any  # CUSTODY
    acting_ptr: Ints  # (groups + 1,) range of the events of a group that play a role in any rule
    acting: Ints  # their places, in order
    bare: Ints  # (groups,) bare-dated events


def record_type(**fields: type) -> np.dtype[Any]:
    """A record dtype from field names and types, widest first."""
    rows = sorted(fields.items(), key=lambda field: -np.dtype(field[1]).itemsize)
    return np.dtype([(name, np.dtype(kind)) for name, kind in rows])


CLOCK: Final = record_type(
    start=np.int64,
    origin=np.int64,  # from where the limit in force counts
    amount=np.int64,
    strict0=np.int64,  # before pauses and stated ends
    outer0=np.int64,  # also before the roll
    strict=np.int64,
    outer=np.int64,
    unrolled=np.int64,  # the outer reading before it rolled
    earliest=np.int64,
    latest=np.int64,
    paused_days=np.int64,
    paused_work=np.int64,
    paused_us=np.int64,
    settled_days=np.int64,  # of these, already in strict0 and outer0 (added time continues a moved due time)
    settled_work=np.int64,
    settled_us=np.int64,
    until=np.int64,
    until_days=np.int64,  # pauses counted before the end was stated
    until_work=np.int64,
    until_us=np.int64,
    since=np.int64,  # the clock has stood still since
    wait_mask=np.int64,
    granted=np.int64,
    got=np.int64,
    needed=np.int64,
    stopped=np.int64,
    rule=np.int64,
    rv=np.int64,
    subject_event=np.int64,
    start_event=np.int64,
    subject=np.int64,
    person=np.int64,
    epoch=np.int64,
    next=np.int64,
    parent=np.int64,
    child=np.int64,
    limit=np.int64,
    tier=np.int64,
    still=np.int64,  # pauses and waits that hold it
    stop_event=np.int64,
    question_event=np.int64,
    question_fact=np.int64,
    question=np.int64,
    hard=np.int64,
    may_not_apply=np.int64,
    origin_day=np.int64,
    strict0_end=np.int64,
    outer0_end=np.int64,
    strict_end=np.int64,
    outer_end=np.int64,
    until_end=np.int64,
    open=np.int64,
    excused=np.int64,
    handed=np.int64,  # it began in the instant in which the one before it ended
    outcome=np.int64,
)
"""A clock while its case is folded. Instants in microseconds; NONE = none or not known; *_end: an exclusive 24:00.

Every field of the scratch is 64 bits wide: a function of the fold is compiled once for each mix of widths that it is
called with.
"""
NOT_KNOWN: Final = (
    "strict0", "outer0", "strict", "outer", "unrolled", "earliest", "latest", "until", "since", "stopped",
)  # fmt: skip
NO_SUCH: Final = ("parent", "child", "tier", "stop_event", "question_event", "question_fact")

RESULT: Final = record_type(
    start=np.int64,
    origin=np.int64,
    amount=np.int64,
    strict=np.int64,
    outer=np.int64,
    earliest=np.int64,
    latest=np.int64,
    stopped=np.int64,
    rv=np.int32,
    limit=np.int32,
    tier=np.int32,
    subject_event=np.int32,
    start_event=np.int32,
    stop_event=np.int32,
    question_event=np.int32,
    question_fact=np.int32,
    epoch=np.int32,
    question=np.int8,
    hard=np.int8,
    may_not_apply=np.int8,
    stands_still=np.int8,  # paused or waiting when judged or stopped
    strict_end=np.int8,
    outer_end=np.int8,
    outcome=np.int8,
)
"""What leaves the fold of a clock."""

STEP: Final = record_type(
    row=np.int64,
    at=np.int64,
    before=np.int64,
    after=np.int64,
    amount=np.int64,
    event=np.int32,
    detail=np.int32,
    kind=np.int8,
)
ANOMALY: Final = record_type(row=np.int64, event=np.int32, kind=np.int8)
STRAY: Final = record_type(rule=np.int64, event=np.int64)
PAUSE_MARK: Final = record_type(
    cap=np.int64,
    pause=np.int64,
    rv=np.int64,
    event=np.int64,
    pair=np.int64,
    fact=np.int64,
    begins=np.int64,
    over=np.int64,
)
ENDS, BEGINS, DOUBTFUL = codes(3)  # doubtful: a pause that rests on a fact that nobody states
CUSTODY: Final = record_type(at=np.int64, person=np.int64, kind=np.int64)
KNOWN_FACT: Final = record_type(value=np.int64, at=np.int64, person=np.int64, code=np.int64)

# Counters of Work.n; GROUP is the case that is being folded, FIRST its first event.
N_CLOCKS, N_STRAYS, N_PAUSES, N_CAPPED, N_STEPS, N_ANOMALIES, FAULT, BASE, GROUP, FIRST = codes(10)
COUNTERS: Final = 10
NO_ROOM: Final = 1


class Work(NamedTuple):
    """Scratch of one case at a time, and what has been written. Results go to rows BASE + clock."""

    clocks: Any
    blank: Any  # one clock as it opens
    spare: Any  # one clock put aside
    head: Ints  # rule → newest clock of the case
    stamp: Ints  # rule → the group for which head and open count
    open: Ints  # rule → its open clocks in the case
    strays: Any
    pauses: Any  # begins and ends of pauses in the case, in order
    holds: NDArray[np.uint8]  # (clock, mark) 1: this pause holds the clock
    n: Ints
    results: Any
    steps: Any
    anomalies: Any


class FoldData(NamedTuple):
    """All that a pass reads and writes, as one argument."""

    book: Program
    cal: CalendarArrays
    ev: EventArrays
    w: Work


def records(count: int, dtype: np.dtype[Any]) -> Any:
    """A zeroed record array."""
    return np.zeros(count, dtype=dtype).view(np.recarray)


def room(count: int, dtype: np.dtype[Any]) -> Any:
    """A record array of which each row is written before it is read: memory that was used before serves as it is."""
    return np.empty(count, dtype=dtype).view(np.recarray)


def blank_clock() -> Any:
    """A clock of which nothing is known yet, as the only row of a record array."""
    blank = records(1, CLOCK)
    for name in NOT_KNOWN:
        blank[name] = NONE
    for name in NO_SUCH:
        blank[name] = -1
    blank["open"], blank["outcome"] = 1, RUNNING
    return blank


BLANK: Final = blank_clock()


def make_work(*, rules: int, clocks: int, events: int, pauses: int, results: int, steps: int, anomalies: int) -> Work:
    """Scratch for cases of at most so many clocks and events; room for so many results, steps, anomalies."""
    return Work(
        clocks=room(clocks, CLOCK),
        blank=BLANK,
        spare=room(1, CLOCK),
        head=np.full(rules, -1, dtype=np.int64),
        stamp=np.full(rules, NONE, dtype=np.int64),
        open=np.zeros(rules, dtype=np.int64),
        strays=room(clocks + events, STRAY),
        pauses=room(pauses, PAUSE_MARK),
        holds=np.empty((clocks, pauses), dtype=np.uint8),
        n=np.zeros(COUNTERS, dtype=np.int64),
        results=room(results, RESULT),
        steps=room(steps, STEP),
        anomalies=room(anomalies, ANOMALY),
    )
