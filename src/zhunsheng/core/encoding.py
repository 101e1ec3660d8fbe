"""Events as arrays: what counts by `known_at`, in fold order, words turned into codes."""

from collections.abc import Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas
from zhunsheng.core.counted import AsOf, Counted, as_of_column
from zhunsheng.core.dates import NONE
from zhunsheng.core.fold.state import CUSTODY, KNOWN_FACT, EventArrays, records
from zhunsheng.core.program import OF_EVENT, PERSON_AXIS, SUBJECT_AXES, Compiled, fact_value
from zhunsheng.core.vocabulary import Fact, Vocabulary

FACT_DTYPES: Final[Mapping[str, pl.DataType]] = {
    "bool": pl.Boolean(),
    "integer": pl.Int64(),
    "enum": pl.String(),
    "set": pl.List(pl.String()),
    "instant": pl.String(),
}
Ints = NDArray[np.int64]
STATEMENTS: Final = {"pair": pl.UInt32, "code": pl.Int32, "value": pl.Int64}
EVENT_KEY: Final = pl.concat_str([pl.col("source").fill_null(""), pl.lit("/"), pl.col("id")])


class Columns:
    """The columns of a log, each in one piece once it is asked for: to gather from many takes ten times as long."""

    def __init__(self, log: pl.DataFrame) -> None:
        self._log = log
        self._whole: dict[str, pl.Series] = {}
        self._lock = Lock()

    def __getitem__(self, name: str) -> pl.Series:
        with self._lock:
            if name not in self._whole:
                self._whole[name] = self._log[name].rechunk()
            return self._whole[name]


@dataclass(frozen=True)
class Coded:
    """Events as integers, row by row as they came, before anybody asks in which order; `words` is what is none."""

    words: Columns
    at: Ints
    day: NDArray[np.uint8]
    type: NDArray[np.int32]
    subjects: Mapping[int, NDArray[np.int32]]  # axis → a code of what each names, -1 for nothing; none where none does
    until: Ints
    until_day: NDArray[np.uint8]
    pair: NDArray[np.int32]  # of facts and type: which range of statements
    edges: Ints  # (pairs + 1,) ranges of the statements
    fact_code: NDArray[np.int32]
    fact_value: Ints


@dataclass(frozen=True)
class Ordered:
    """Events of one kind of group, and the order (group, at, source, id) in which the fold reads them."""

    coded: Coded
    rows: NDArray[np.uint32]  # of the events, in fold order
    cases: Ints  # (groups + 1,) ranges of places in that order

    @property
    def groups(self) -> int:
        """Number of cases or incidents."""
        return len(self.cases) - 1


@dataclass(frozen=True)
class Encoded:
    """Events of one kind of group in fold order. What is not an integer stays in the columns that they came in."""

    words: Columns
    rows: NDArray[np.uint32]  # of theirs, in fold order
    arrays: EventArrays
    cases: Ints  # (groups + 1,) ranges of places in that order

    @property
    def groups(self) -> int:
        """Number of cases or incidents."""
        return len(self.cases) - 1

    def rows_of(self, places: Any) -> pl.Series:
        """Row numbers of the columns for places in fold order; null for -1."""
        index = np.asarray(places)
        if not len(self.rows):
            return pl.Series([None] * len(index), dtype=pl.UInt32)
        found = pl.Series(self.rows[index])
        missing = index < 0
        return found.set(pl.Series(missing), None) if missing.any() else found

    def column(self, name: str, places: Any) -> pl.Series:
        """A column at places in fold order; null for -1."""
        return self.words[name].gather(self.rows_of(places))


def as_of_by_group(encoded: Encoded, as_of: AsOf) -> NDArray[np.int64]:
    """The instant of judgement of each group, microseconds."""
    firsts = pl.DataFrame([encoded.column(name, encoded.cases[:-1]) for name in ("case", "incident")])
    instants = (
        firsts.select(as_of_column(as_of).alias("as_of"))["as_of"]
        if encoded.groups
        else pl.Series(dtype=schemas.INSTANT)
    )
    if len(instants) == 1 and encoded.groups != 1:
        instants = instants.new_from_index(0, encoded.groups)
    return instants.to_physical().to_numpy().astype(np.int64)


def ranges_of(cases: NDArray[np.int64], pieces: int) -> list[tuple[int, int]]:
    """So many ranges of groups with about as many events each; fewer where there are fewer groups."""
    bounds = np.searchsorted(cases, np.linspace(0, cases[-1], pieces + 1)[1:-1])
    edges = [0, *bounds.tolist(), len(cases) - 1]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def in_fold_order(counted: Counted, coded: Coded, *, group_by: str) -> Ordered:
    """Put events in the order of the fold. `group_by` is case (else the incident where no case is named) or incident
    (only events that name one)."""
    case, incident = counted.log["case"], counted.log["incident"]
    group = _codes(case.zip_with(case.is_not_null(), incident) if group_by == "case" else incident)
    rows = counted.rows if group_by == "case" else counted.rows[group[counted.rows] >= 0]
    rows = _fold_order(group, rows, coded)
    own = group[rows]
    starts = np.flatnonzero(own[1:] != own[:-1]) + 1 if len(own) else np.zeros(0, dtype=np.int64)
    edges = np.concatenate([[0], starts, [len(own)]]) if len(own) else np.zeros(1)
    return Ordered(coded, rows, edges.astype(np.int64))


def _fold_order(group: NDArray[np.int32], rows: NDArray[np.uint32], coded: Coded) -> NDArray[np.uint32]:
    """Row numbers in fold order. Source and id are compared only where instants tie."""
    own, then = (group, coded.at) if len(rows) == len(group) else (group[rows], coded.at[rows])
    follows = own[1:] == own[:-1]
    runs = len(own) - int(follows.sum())
    if (follows & (then[1:] < then[:-1])).any() or runs != pl.Series(own).n_unique():
        order = pl.DataFrame({"own": own, "then": then}).select(pl.arg_sort_by("own", "then")).to_series().to_numpy()
        rows, own, then = rows[order], own[order], then[order]
    same = np.append((own[1:] == own[:-1]) & (then[1:] == then[:-1]), False)
    tied = np.flatnonzero(same | np.append(False, same[:-1]))
    if not len(tied):
        return rows
    ties = pl.DataFrame([coded.words[name].gather(pl.Series(rows[tied])) for name in ("source", "id")])
    run = np.cumsum(~np.append(False, same[tied][:-1]))  # a new one begins where the row before is not tied on
    numbered = ties.with_columns(pl.col("source").fill_null(""), run=run, row=rows[tied])
    resolved = numbered.sort("run", "source", "id")["row"]
    rows = rows.copy()
    rows[tied] = resolved.to_numpy()
    return rows


def _codes(texts: pl.Series) -> NDArray[np.int32]:
    """Any injective code of each text; -1 for none."""
    if texts.null_count() == len(texts):
        return np.full(len(texts), -1, dtype=np.int32)
    return texts.cast(pl.Categorical()).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()


def coded(
    events: pl.DataFrame, compiled: Compiled, vocabulary: Vocabulary, *, facts: Container[str], threads: int = 2
) -> Coded:
    """Turn what the fold reads into integers. `facts` are the facts that somebody will read: others are left out."""
    types = pl.Series(compiled.types, dtype=pl.String)
    numbers = np.arange(len(types), dtype=np.int32)
    axes = [axis for axis, column in enumerate(SUBJECT_AXES) if column not in ("case", "incident")]
    named = [axis for axis in axes if events[SUBJECT_AXES[axis]].null_count() < events.height]
    with ThreadPoolExecutor(threads) as pool:
        kinds = pool.submit(events["type"].replace_strict, types, numbers, return_dtype=pl.Int32)
        told = pool.submit(_facts, events, compiled, vocabulary, facts)
        subjects = pool.map(lambda axis: _codes(events[SUBJECT_AXES[axis]]), named)
        pair, edges, codes, values = told.result()
        return Coded(
            words=Columns(events),
            at=events["at"].to_physical().to_numpy(),
            day=_is_day(events["at_precision"]),
            type=kinds.result().to_numpy(),
            subjects=dict(zip(named, subjects, strict=True)),
            until=events["until"].to_physical().fill_null(NONE).to_numpy(),
            until_day=_is_day(events["until_precision"]),
            pair=pair,
            edges=edges,
            fact_code=codes,
            fact_value=values,
        )


def _is_day(precision: pl.Series) -> NDArray[np.uint8]:
    return (precision == "day").fill_null(value=False).cast(pl.UInt8).to_numpy()


def encode(ordered: Ordered, compiled: Compiled, groups: tuple[int, int] | None = None) -> Encoded:
    """What the fold reads, in fold order: of all groups or of a range of them."""
    first, end = groups or (0, ordered.groups)
    cases = ordered.cases[first : end + 1] - ordered.cases[first]
    rows = ordered.rows[ordered.cases[first] : ordered.cases[end]]
    return Encoded(ordered.coded.words, rows, _arrays(ordered.coded, rows, cases, compiled), cases)


def _arrays(coded: Coded, rows: NDArray[np.uint32], cases: Ints, compiled: Compiled) -> EventArrays:
    subjects = np.full((len(SUBJECT_AXES), len(rows)), -1, dtype=np.int32)
    for axis, codes in coded.subjects.items():
        subjects[axis] = codes[rows]
    pointers, codes, values = _facts_of(coded, rows)
    at, day, kinds = coded.at[rows], coded.day[rows], coded.type[rows]
    known_ptr, known = _known_facts(compiled, cases, at, subjects, (pointers, codes, values))
    custody_ptr, custody = _custody(compiled, cases, at, subjects, kinds)
    acting = np.flatnonzero(compiled.plays_a_role[kinds])
    return EventArrays(
        group=np.repeat(np.arange(len(cases) - 1, dtype=np.int32), np.diff(cases)),
        at=at,
        day=day,
        type=kinds,
        subjects=subjects,
        until=coded.until[rows],
        until_day=coded.until_day[rows],
        fact_ptr=pointers,
        fact_code=codes,
        fact_value=values,
        known_ptr=known_ptr,
        known=known,
        known_mask=_known_mask(known_ptr, known),
        custody_ptr=custody_ptr,
        custody=custody,
        acting_ptr=np.searchsorted(acting, cases),
        acting=acting,
        bare=np.diff(np.append(0, np.cumsum(day, dtype=np.int64))[cases]),
    )


def _facts_of(coded: Coded, rows: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.int32], Ints]:
    """The facts of events as ranges of (code, value)."""
    pair = coded.pair[rows]
    begins = coded.edges[:-1][pair]
    counts = coded.edges[1:][pair] - begins
    pointers = np.append(0, np.cumsum(counts))
    places = np.arange(pointers[-1]) + np.repeat(begins - pointers[:-1], counts)
    return pointers, coded.fact_code[places], coded.fact_value[places]


def _known_facts(
    compiled: Compiled,
    cases: NDArray[np.int64],
    at: NDArray[np.int64],
    subjects: NDArray[np.int32],
    facts: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]],
) -> tuple[NDArray[np.int64], Any]:
    """What counts beyond the event that states it: facts of persons and of the case, group by group."""
    pointers, codes, values = facts
    beyond = compiled.program.facts.owner != OF_EVENT
    beyond[[n for n, fact in enumerate(compiled.facts) if fact.id not in compiled.facts_read]] = False
    chosen = np.flatnonzero(beyond[codes])
    rows = np.repeat(np.arange(len(at)), np.diff(pointers))[chosen]
    known = records(len(chosen), KNOWN_FACT)
    known.code, known.value, known.at, known.person = (
        codes[chosen],
        values[chosen],
        at[rows],
        subjects[PERSON_AXIS, rows],
    )
    return np.searchsorted(rows, cases), known


def _known_mask(pointers: NDArray[np.int64], known: Any) -> NDArray[np.int64]:
    """Which facts a group knows at all: most tests need not search for theirs."""
    bits = np.append(np.left_shift(1, known.code & 63), 0)
    return np.where(np.diff(pointers) > 0, np.bitwise_or.reduceat(bits, pointers[:-1]), 0)


def _custody(
    compiled: Compiled,
    cases: NDArray[np.int64],
    at: NDArray[np.int64],
    subjects: NDArray[np.int32],
    types: NDArray[np.int32],
) -> tuple[NDArray[np.int64], Any]:
    """Who is taken into custody and let go, group by group."""
    kinds = compiled.program.type_custody[types]
    rows = np.flatnonzero(kinds)
    custody = records(len(rows), CUSTODY)
    custody.at, custody.person, custody.kind = at[rows], subjects[PERSON_AXIS, rows], kinds[rows]
    return np.searchsorted(rows, cases), custody


def _facts(
    events: pl.DataFrame, compiled: Compiled, vocabulary: Vocabulary, read: Container[str]
) -> tuple[NDArray[np.int32], Ints, NDArray[np.int32], Ints]:
    """The pair of facts and asserting type of each event; ranges of the statements of each pair, their codes and
    values: those stated, and those that the type itself asserts. Each pair is read once."""
    asserted = _asserted(compiled, vocabulary, read)
    pairs, pair_of = _pairs(events, asserted["type"].unique(maintain_order=True))
    statements = _statements(pairs, asserted, compiled, read)
    edges = np.searchsorted(statements["pair"].to_numpy(), np.arange(pairs.height + 1))
    codes, values = statements["code"].to_numpy(), statements["value"].to_numpy()
    return pair_of, edges.astype(np.int64), codes.astype(np.int32), values.astype(np.int64)


def _pairs(events: pl.DataFrame, asserting: pl.Series) -> tuple[pl.DataFrame, NDArray[np.int32]]:
    """The distinct pairs of what an event states (facts) and its type, where that asserts something; and the pair of
    each event."""
    kinds = len(asserting) + 1
    asserts = events["type"].replace_strict(
        asserting, np.arange(1, kinds, dtype=np.int32), default=0, return_dtype=pl.Int32
    )
    names = (_codes(events["facts"]).astype(np.int64) + 1) * kinds + asserts.to_numpy()
    there = np.zeros(int(names.max(initial=0)) + 1, dtype=bool)
    there[names] = True
    pair_of = (np.cumsum(there, dtype=np.int32) - 1)[names]
    example = np.zeros(int(there.sum()), dtype=np.int64)
    example[pair_of] = np.arange(len(pair_of))
    told = pl.DataFrame([events[name].gather(example) for name in ("facts", "type")])
    asserting_type = pl.when(pl.col("type").is_in(asserting.implode())).then("type")
    return told.select("facts", type=asserting_type), pair_of


def _statements(pairs: pl.DataFrame, asserted: pl.DataFrame, compiled: Compiled, read: Container[str]) -> pl.DataFrame:
    """pair, code and value of every fact, by pair and code. What an event states itself outweighs what its type
    asserts."""
    judged = [(n, fact) for n, fact in enumerate(compiled.facts) if fact.id in read and fact.type in FACT_DTYPES]
    numbered = pairs.with_row_index("pair")
    dtype = pl.Struct([pl.Field(fact.id, FACT_DTYPES[fact.type]) for _, fact in judged])
    stating = numbered.filter(pl.col("facts").is_not_null())
    parts = [pl.DataFrame(schema=STATEMENTS)]
    if judged and not stating.is_empty():
        decoded = stating.select("pair", pl.col("facts").str.json_decode(dtype).struct.unnest())
        parts += [
            decoded.select("pair", pl.lit(code, dtype=pl.Int32).alias("code"), _as_integer(fact).alias("value"))
            for code, fact in judged
        ]
    stated = pl.concat(parts, how="vertical_relaxed").filter(pl.col("value").is_not_null())
    by_type = numbered.join(asserted, on="type").select(*STATEMENTS)
    return pl.concat([stated, by_type.join(stated, on=["pair", "code"], how="anti")]).sort("pair", "code")


def _as_integer(fact: Fact) -> pl.Expr:
    column = pl.col(fact.id)
    if fact.type == "enum":
        return column.replace_strict(
            list(fact.values), list(range(len(fact.values))), default=None, return_dtype=pl.Int64
        )
    if fact.type == "set":
        bits = [pl.when(column.list.contains(word)).then(1 << n).otherwise(0) for n, word in enumerate(fact.values)]
        return pl.when(column.is_not_null()).then(pl.sum_horizontal(bits).cast(pl.Int64))
    if fact.type == "instant":
        return column.str.to_datetime(time_unit="us", time_zone="UTC", strict=False).to_physical()
    return column.cast(pl.Int64)


def _asserted(compiled: Compiled, vocabulary: Vocabulary, read: Container[str]) -> pl.DataFrame:
    """type, code and value of the facts that event types assert."""
    codes = {fact.id: n for n, fact in enumerate(compiled.facts)}
    rows = [
        (event_type.id, codes[name], fact_value(vocabulary.facts[name], value))
        for event_type in vocabulary.event_types.values()
        for name, value in event_type.states.items()
        if name in read
    ]
    return pl.DataFrame(rows, schema={"type": pl.String, "code": pl.Int32, "value": pl.Int64}, orient="row")


def assert_events(events: pl.DataFrame) -> pl.DataFrame:
    """The frame, if it is schemas.EVENTS. Raises SchemaMismatch."""
    return schemas.assert_schema(events, schemas.EVENTS, "events")
