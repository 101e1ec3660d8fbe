"""Rows under the names of the event table → schemas.EVENTS, or every reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from zhunsheng.core.schemas import EVENTS, INSTANT, PRECISIONS, assert_schema
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.facts import PREFIX, SEPARATOR, facts_of_columns, facts_of_json
from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.times import FAULTS, Clockwork, Times, at_wall_clock, read_times

REQUIRED: Final = ("id", "type", "at")
TEXTS: Final = tuple(name for name, dtype in EVENTS.items() if dtype == pl.String() and name not in ("facts", "source"))
FIRST_VERSION: Final = 1
LARGEST_VERSION: Final = 10**9
LONGEST_ID: Final = 200
IDS: Final = (
    "source",
    "id",
    "case",
    "incident",
    "person",
    "item",
    "visit",
    "order",
    "dossier",
    "document",
    "place",
    "unit",
)


@dataclass(frozen=True)
class Typed:
    """Rows as events (schemas.EVENTS and #row). `are_as_given`: every column is the one that was given."""

    events: pl.DataFrame
    are_as_given: bool


def to_events(
    rows: pl.DataFrame, vocabulary: Vocabulary, clockwork: Clockwork, issues: Issues, *, source: str
) -> Typed:
    """Type, complete and check rows whose columns are named like the event table, plus #row and fact.<id>.

    Takes   text columns (null = empty) or columns that have their type already; `source` names where none is stated.
    Raises  InputRefused with every issue of the file.
    """
    _columns(rows, issues)
    issues.refuse()
    given = Given({name: rows[name] for name in rows.columns}, rows.height)
    columns = {ROW: given.numbers, **_texts(given, issues, source), **_numbers(given, issues)}
    columns |= _moments(given, clockwork, issues)
    types = columns["type"]
    unknown = (~types.is_in(list(vocabulary.event_types)) & types.is_not_null()).fill_null(value=False)
    issues.where(unknown, given.numbers, "type", "no such event type.", "Use a type of vocabulary.toml.", values=types)
    columns["officers"] = _officers(given)
    if "facts" in given.columns:
        about = pl.DataFrame([given.numbers, types.alias("type")])
        columns["facts"] = facts_of_json(given.columns["facts"], about, vocabulary, clockwork, issues)
    else:
        facts = rows.select(ROW, pl.col(r"^fact\..*$")).with_columns(types.alias("type"))
        columns["facts"] = facts_of_columns(facts, vocabulary, clockwork, issues)
    issues.refuse()
    as_given = all(columns[name] is given.columns.get(name) for name in EVENTS)
    typed = pl.DataFrame(columns).select(ROW, *(pl.col(name).cast(dtype) for name, dtype in EVENTS.items()))
    return Typed(typed, as_given and rows.columns == [*EVENTS, ROW])


@dataclass(frozen=True)
class Given:
    """The columns of a file, each as one object: what is taken over unchanged is known by being it."""

    columns: Mapping[str, pl.Series]
    height: int

    @property
    def numbers(self) -> pl.Series:
        """#row."""
        return self.columns[ROW]

    def of(self, name: str, dtype: pl.DataType) -> pl.Series:
        """A column; one of nulls where the file has none."""
        column = self.columns.get(name)
        return pl.repeat(None, self.height, dtype=dtype, eager=True) if column is None else column


def without_rows(events: pl.DataFrame) -> pl.DataFrame:
    """The event table alone."""
    return assert_schema(events.select(EVENTS.names()), EVENTS, "events")


def _columns(rows: pl.DataFrame, issues: Issues) -> None:
    names = [name for name in rows.columns if name != ROW]
    for name in names:
        if name not in EVENTS and not name.startswith(PREFIX):
            issues.add(
                "no such column in the event table.", "Remove it, or read the file through a mapping.", column=name
            )
    for name in REQUIRED:
        if name not in names:
            issues.add("the column is missing.", "Add it, or read the file through a mapping.", column=name)
    if "case" not in names and "incident" not in names:
        issues.add("the columns case and incident are both missing.", "Add one of them.", column="case")
    if "facts" in names and any(name.startswith(PREFIX) for name in names):
        issues.add("facts are stated twice, in facts and in fact.… columns.", "Keep one of the two.", column="facts")
    for name in names:
        wanted = EVENTS.get(name)
        if (
            wanted is not None
            and rows[name].dtype not in (wanted, pl.String())
            and not _is_read(name, rows[name].dtype)
        ):
            issues.add(
                f"of type {rows[name].dtype}; it should be {wanted} or text.", "Write the column anew.", column=name
            )


def _is_read(name: str, dtype: pl.DataType) -> bool:
    """Times without zone or hour are told by their own issue, or read where a mapping states the zone."""
    return name in ("at", "until", "recorded_at") and isinstance(dtype, pl.Datetime | pl.Date)


def _texts(given: Given, issues: Issues, source: str) -> dict[str, pl.Series]:
    columns = {name: given.of(name, pl.String()) for name in ("source", *TEXTS)}
    for name in ("id", "type"):
        issues.where(columns[name].is_null(), given.numbers, name, "the cell is empty.", "State it in every row.")
    homeless = columns["case"].is_null() & columns["incident"].is_null()
    text, remedy = "neither case nor incident is named.", "Name one of them in every row."
    issues.where(homeless, given.numbers, "case", text, remedy)
    longest = pl.DataFrame([columns[name].alias(name) for name in IDS]).select(pl.all().str.len_bytes().max())
    for name in (name for name in IDS if (longest[name].item() or 0) > LONGEST_ID):
        too_long = (columns[name].str.len_chars() > LONGEST_ID).fill_null(value=False)
        text = f"longer than {LONGEST_ID} characters."
        issues.where(too_long, given.numbers, name, text, "Use the id, not a description.", values=columns[name])
    for name in ("at_precision", "until_precision"):
        wrong = (~columns[name].is_in(list(PRECISIONS))).fill_null(value=False)
        issues.where(wrong, given.numbers, name, "not a precision.", "Write minute or day.", values=columns[name])
    columns["source"] = _filled(columns["source"], source)
    return columns


def _filled(column: pl.Series, value: Any) -> pl.Series:
    """The column with a value where it has none; itself where it lacks none."""
    return column.fill_null(value) if column.null_count() else column


def _numbers(given: Given, issues: Issues) -> dict[str, pl.Series]:
    version = given.of("version", pl.Int64())
    number = version if version.dtype == pl.Int64 else version.cast(pl.Int64, strict=False)
    in_range = number.is_between(FIRST_VERSION, LARGEST_VERSION).fill_null(value=False)
    wrong = version.is_not_null() & ~in_range
    issues.where(wrong, given.numbers, "version", "not a version.", "Write 1, 2, 3 ….", values=version)
    void = given.of("void", pl.Boolean())
    truth = void
    if void.dtype == pl.String:
        truth = void.replace_strict(["true", "false"], [True, False], default=None, return_dtype=pl.Boolean)
    unclear = void.is_not_null() & truth.is_null()
    issues.where(unclear, given.numbers, "void", "not true or false.", "Write true or false.", values=void)
    return {"version": _filled(number, FIRST_VERSION), "void": _filled(truth, value=False)}


def _moments(given: Given, clockwork: Clockwork, issues: Issues) -> dict[str, pl.Series]:
    """Instants and their precisions. A bare date in `until` ends with its day: stored as the next local midnight."""
    empty = given.columns["at"].is_null()
    issues.where(empty, given.numbers, "at", "the cell is empty.", "State when it happened.")
    at, at_precision = _moment(given, "at", clockwork, issues)
    until, until_precision = _moment(given, "until", clockwork, issues)
    recorded_at = _times(given, "recorded_at", clockwork, issues).instant
    if recorded_at.null_count():
        recorded_at = recorded_at.zip_with(recorded_at.is_not_null(), at)
    return {
        "at": at,
        "at_precision": at_precision,
        "until": until,
        "until_precision": until_precision,
        "recorded_at": recorded_at,
    }


def _moment(given: Given, name: str, clockwork: Clockwork, issues: Issues) -> tuple[pl.Series, pl.Series]:
    """An instant and its precision: as stated in the column beside it, else as it is written."""
    times = _times(given, name, clockwork, issues)
    precision = _precision(times, given.of(f"{name}_precision", pl.String()))
    by_day = (precision == "day").fill_null(value=False) | times.is_day
    if not by_day.any():
        return times.instant, precision
    columns = {ROW: given.numbers, "instant": times.instant, "is_bare": times.is_day, "precision": precision}
    frame = pl.DataFrame(columns).filter(by_day)
    days = _days(frame, name, clockwork, issues)
    if days.equals(frame["instant"]):
        return times.instant, precision
    return times.instant.scatter(by_day.arg_true(), days), precision


def _precision(times: Times, stated: pl.Series) -> pl.Series:
    """The precision of each instant; `stated` itself where it says it of each and of nothing else."""
    if (stated.is_null() == times.instant.is_null()).all():
        return stated
    written = pl.when(pl.lit(times.is_day)).then(pl.lit("day")).otherwise(pl.lit("minute"))
    there = pl.when(pl.lit(times.instant).is_not_null()).then(pl.coalesce(pl.lit(stated), written))
    return pl.select(there).to_series()


def _days(frame: pl.DataFrame, name: str, clockwork: Clockwork, issues: Issues) -> pl.Series:
    """Where a bare date stands: at its local midnight, as an end at the next one. Takes rows of days."""
    local = pl.col("instant").dt.convert_time_zone(clockwork.zone).dt.replace_time_zone(None).dt.truncate("1d")
    midnight, next_midnight = (at_wall_clock(day, clockwork.zone) for day in (local, local.dt.offset_by("1d")))
    is_day = pl.col("precision") == "day"
    has_hour = is_day & (pl.col("instant") != midnight)
    if clockwork.rounds_to_days:
        is_end = is_day & (name == "until")
    else:
        is_end = pl.col("is_bare") & (name == "until")
        wrong = frame.select(has_hour | (~is_day & pl.col("is_bare"))).to_series().fill_null(value=False)
        remedy = "A day is a bare date or its local midnight; a minute states its hour."
        text = "contradicts the time beside it."
        issues.where(wrong, frame[ROW], f"{name}_precision", text, remedy, values=frame["precision"])
    stands = pl.when(is_end).then(next_midnight).when(has_hour).then(midnight).otherwise("instant")
    return frame.select(stands).to_series()


def _times(given: Given, name: str, clockwork: Clockwork, issues: Issues) -> Times:
    column = given.of(name, INSTANT)
    times = read_times(column, clockwork)
    if times.fault.null_count() == given.height:
        return times
    for fault, (text, remedy) in FAULTS.items():
        bad = (times.fault == fault).fill_null(value=False)
        issues.where(bad, given.numbers, name, text, remedy, values=column)
    return times


def _officers(given: Given) -> pl.Series:
    """A list, or text with a semicolon between the officers; null where none is named."""
    officers = given.of("officers", pl.List(pl.String))
    if officers.dtype != pl.String:
        return officers
    return officers.str.split(SEPARATOR).list.eval(pl.element().str.strip_chars())
