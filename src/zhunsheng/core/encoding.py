"""Events as arrays: what counts by `known_at`, in fold order, words turned into codes."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas
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
STATEMENTS: Final = {"pair": pl.UInt32, "code": pl.Int32, "value": pl.Int64}
AsOf = datetime | Mapping[str, datetime]
"""The instant of judgement: one for all, or one for each case (or incident without a case)."""

GROUP: Final = pl.coalesce("case", "incident")
EVENT_KEY: Final = pl.concat_str([pl.col("source").fill_null(""), pl.lit("/"), pl.col("id")])


@dataclass(frozen=True)
class Counted:
    """Events that count, and how many did not: `future` lie beyond `as_of`, `unknown_yet` were recorded after
    `known_at`."""

    events: pl.DataFrame
    future: int
    unknown_yet: int
    superseded: int


@dataclass(frozen=True)
class Encoded:
    """Events of one kind of group in fold order, with the frame that they came from, row by row the same."""

    frame: pl.DataFrame
    arrays: EventArrays
    cases: NDArray[np.int64]  # (groups + 1,) ranges of rows

    @property
    def groups(self) -> int:
        """Number of cases or incidents."""
        return len(self.cases) - 1


def counted_events(events: pl.DataFrame, *, as_of: AsOf, known_at: datetime | None = None) -> Counted:
    """The events that count: of each (source, id) the highest version recorded by `known_at`, unless it is void; none
    after `as_of`. One of an incident alone is given the case that it belongs to (`link_incidents`).

    Takes   schemas.EVENTS, every version.
    Source: clock.md, Order; ADR 1, 1 and 3.
    """
    total = events.height
    if known_at is not None:
        known_by = known_at.astimezone(UTC)
        events = events.filter(pl.col("recorded_at").is_null() | (pl.col("recorded_at") <= known_by))
    known = events.height
    newest = _newest_versions(events)
    happened = happened_events(newest, as_of=as_of)
    return Counted(happened, newest.height - happened.height, total - known, known - newest.height)


def happened_events(events: pl.DataFrame, *, as_of: AsOf) -> pl.DataFrame:
    """Of events of which superseded, void and unknown ones are gone, those that had happened, with the cases of
    incidents."""
    return link_incidents(events, as_of=as_of).filter(pl.col("at") <= _as_of_column(as_of))


def _newest_versions(events: pl.DataFrame) -> pl.DataFrame:
    """Of each (source, id) the highest version, unless it is void. Only ids that were ever corrected are compared."""
    void = pl.col("void").fill_null(value=False)
    corrected = events.filter(pl.col("version") != 1)["id"].unique()
    if corrected.is_empty():
        return events.filter(~void) if events["void"].any() else events
    in_question = events["id"].is_in(corrected.implode())
    versions = events.filter(in_question)
    newest = versions.filter(pl.col("version") == pl.col("version").max().over("source", "id"))
    return pl.concat([events.filter(~in_question), newest]).filter(~void)


def link_incidents(events: pl.DataFrame, *, as_of: AsOf) -> pl.DataFrame:
    """Give an event without a case the one case that names its incident, if exactly one does (ADR 1, 1).

    Takes   schemas.EVENTS of which superseded, void and unknown ones are gone. One beyond `as_of` names nothing yet.
    """
    loose = pl.col("case").is_null() & pl.col("incident").is_not_null()
    if not events.select(loose.any()).item():
        return events
    naming = events.filter(pl.col("case").is_not_null() & pl.col("incident").is_not_null())
    cases = (
        naming.filter(pl.col("at") <= _as_of_column(as_of))
        .group_by("incident")
        .agg(pl.col("case").unique().alias("cases"))
        .filter(pl.col("cases").list.len() == 1)
        .select("incident", pl.col("cases").list.first().alias("linked"))
    )
    alone = events.select("incident").filter(events.select(loose).to_series())
    linked = alone.join(cases, on="incident", how="left", maintain_order="left")["linked"]
    rows = events.select(loose.arg_true()).to_series()
    return events.with_columns(events["case"].scatter(rows, linked))  # in the order in which they came


def _as_of_column(as_of: AsOf) -> pl.Expr:
    if isinstance(as_of, datetime):
        return pl.lit(as_of).cast(schemas.INSTANT)
    return GROUP.replace_strict(list(as_of), list(as_of.values()), return_dtype=schemas.INSTANT)


def as_of_by_group(encoded: Encoded, as_of: AsOf) -> NDArray[np.int64]:
    """The instant of judgement of each group, microseconds."""
    firsts = encoded.frame[encoded.cases[:-1]] if encoded.groups else encoded.frame
    instants = (
        firsts.select(_as_of_column(as_of).alias("as_of"))["as_of"]
        if encoded.groups
        else pl.Series(dtype=schemas.INSTANT)
    )
    if len(instants) == 1 and encoded.groups != 1:
        instants = instants.new_from_index(0, encoded.groups)
    return instants.to_physical().to_numpy().astype(np.int64)


def encode(
    events: pl.DataFrame, compiled: Compiled, vocabulary: Vocabulary, *, group_by: str, facts: Container[str]
) -> Encoded:
    """Order events by (group, at, source, id) and turn what the fold reads into integers.

    `group_by` is case (else the incident where no case is named) or incident (only events that name one); `facts` are
    the facts that somebody will read: others are left out.
    """
    if group_by == "incident":
        events = events.filter(pl.col("incident").is_not_null())
        group = pl.col("incident")
    else:
        group = GROUP
    codes = pl.DataFrame(
        {"group": _codes(events.select(group.alias("group"))["group"]), "at": events["at"].to_physical()}
    )
    order = _fold_order(codes, events)
    if order is not None:
        events, codes = events[order], codes[order]
    groups = codes["group"].to_numpy()
    starts = np.flatnonzero(np.diff(groups, prepend=-1)) if len(groups) else np.zeros(0, dtype=np.int64)
    ordinal = np.zeros(len(groups), dtype=np.int32)
    ordinal[starts[1:]] = 1
    cases = np.append(starts, len(groups)).astype(np.int64)
    return Encoded(
        events, _arrays(events, np.cumsum(ordinal, dtype=np.int32), cases, compiled, vocabulary, facts), cases
    )


def _codes(texts: pl.Series) -> pl.Series:
    """Any injective code of each text; -1 for none."""
    if texts.null_count() == len(texts):
        return pl.Series(texts.name, np.full(len(texts), -1, dtype=np.int32))
    return texts.cast(pl.Categorical()).to_physical().cast(pl.Int32).fill_null(-1)


def _fold_order(codes: pl.DataFrame, events: pl.DataFrame) -> pl.Series | None:
    """Row numbers in fold order; None where the events are in it. Source and id are compared only where instants
    tie."""
    rows = codes.with_row_index("row")
    before = pl.col("group") == pl.col("group").shift(1)
    out_of_order = before & (pl.col("at") < pl.col("at").shift(1))
    runs = rows.select((pl.col("group") != pl.col("group").shift(1)).fill_null(value=True).sum()).item()
    is_sorted = not rows.select(out_of_order.any()).item() and runs == rows["group"].n_unique()
    if not is_sorted:
        rows = rows.sort("group", "at")
    same = (pl.col("group") == pl.col("group").shift(1)) & (pl.col("at") == pl.col("at").shift(1))
    tied = (same | same.shift(-1)).fill_null(value=False)
    places = rows.select(tied.arg_true()).to_series()
    if len(places) == 0:
        return None if is_sorted else rows["row"]
    ties = rows[places].with_columns(run=pl.struct("group", "at").rle_id())
    keys = events[ties["row"]].select(pl.col("source").fill_null(""), "id")
    resolved = ties.hstack(keys).sort("run", "source", "id")["row"]
    order = rows["row"].to_numpy().copy()
    order[places.to_numpy()] = resolved.to_numpy()
    return pl.Series("row", order)


def _arrays(
    events: pl.DataFrame,
    groups: NDArray[np.int32],
    cases: NDArray[np.int64],
    compiled: Compiled,
    vocabulary: Vocabulary,
    facts: Container[str],
) -> EventArrays:
    types = pl.Series(compiled.types, dtype=pl.String)
    type_codes = events["type"].replace_strict(types, np.arange(len(types), dtype=np.int32), return_dtype=pl.Int32)
    subjects = np.full((len(SUBJECT_AXES), events.height), -1, dtype=np.int32)
    for axis, column in enumerate(SUBJECT_AXES):
        if column not in ("case", "incident"):
            subjects[axis] = _codes(events[column]).to_numpy()
    pointers, codes, values = _facts(events, compiled, vocabulary, facts)
    at = events["at"].to_physical().to_numpy().astype(np.int64)
    day = (events["at_precision"] == "day").fill_null(value=False).to_numpy().astype(np.uint8)
    kinds = type_codes.to_numpy().astype(np.int32)
    known_ptr, known = _known_facts(compiled, cases, at, subjects, (pointers, codes, values))
    custody_ptr, custody = _custody(compiled, cases, at, subjects, kinds)
    return EventArrays(
        group=groups,
        at=at,
        day=day,
        type=kinds,
        subjects=subjects,
        until=events["until"].to_physical().fill_null(NONE).to_numpy().astype(np.int64),
        until_day=(events["until_precision"] == "day").fill_null(value=False).to_numpy().astype(np.uint8),
        fact_ptr=pointers,
        fact_code=codes,
        fact_value=values,
        known_ptr=known_ptr,
        known=known,
        known_mask=_known_mask(known_ptr, known),
        custody_ptr=custody_ptr,
        custody=custody,
        bare=np.diff(np.append(0, np.cumsum(day, dtype=np.int64))[cases]),
    )


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
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Facts of events as ranges of (code, value): those stated, and those that the type itself asserts.

    Each distinct pair of text and asserting type is read once; every event then takes the facts of its pair.
    """
    asserted = _asserted(compiled, vocabulary, read)
    pairs, pair_of = _pairs(events, asserted["type"].unique())
    statements = _statements(pairs, asserted, compiled, read)
    edges = np.searchsorted(statements["pair"].to_numpy(), np.arange(pairs.height + 1))
    counts = np.diff(edges)[pair_of]
    pointers = np.append(0, np.cumsum(counts)).astype(np.int64)
    places = np.arange(pointers[-1]) + np.repeat(edges[:-1][pair_of] - pointers[:-1], counts)
    codes, values = statements["code"].to_numpy(), statements["value"].to_numpy()
    return pointers, codes[places].astype(np.int32), values[places].astype(np.int64)


def _pairs(events: pl.DataFrame, asserting: pl.Series) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """The distinct pairs of what an event states (facts) and its type, where that asserts something; and the pair of
    each event."""
    asserts = pl.when(pl.col("type").is_in(asserting.implode())).then("type")
    told = events.select("facts", type=asserts)
    width = events.height + 1
    _, texts = np.unique(_codes(told["facts"]).to_numpy(), return_inverse=True)
    _, types = np.unique(_codes(told["type"]).to_numpy(), return_inverse=True)
    _, first, pair_of = np.unique(types.astype(np.int64) * width + texts, return_index=True, return_inverse=True)
    return told[first], pair_of


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
