"""Rows under the names of the event table → schemas.EVENTS, or every reason why not."""

from typing import Final

import polars as pl

from zhunsheng.core.schemas import EVENTS, INSTANT, PRECISIONS, assert_schema
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.facts import PREFIX, SEPARATOR, facts_of_columns, facts_of_json
from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.times import FAULTS, Clockwork, Times, at_wall_clock, read_times

REQUIRED: Final = ("id", "type", "at")
TEXTS: Final = tuple(name for name, dtype in EVENTS.items() if dtype == pl.String() and name not in ("facts", "source"))
AS_THEY_ARE: Final = tuple(name for name in TEXTS if name not in ("at_precision", "until_precision"))
"""Columns that `to_events` takes over unchanged, where a file has them."""
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


def to_events(
    rows: pl.DataFrame, vocabulary: Vocabulary, clockwork: Clockwork, issues: Issues, *, source: str
) -> pl.DataFrame:
    """Type, complete and check rows whose columns are named like the event table, plus #row and fact.<id>.

    Takes   text columns (null = empty) or columns that have their type already; `source` names where none is stated.
    Returns schemas.EVENTS and #row. Raises InputRefused with every issue of the file.
    """
    _columns(rows, issues)
    issues.refuse()
    columns = {ROW: rows[ROW], **_texts(rows, issues, source), **_numbers(rows, issues)}
    columns |= _moments(rows, clockwork, issues)
    types = columns["type"]
    unknown = (~types.is_in(list(vocabulary.event_types)) & types.is_not_null()).fill_null(value=False)
    issues.where(unknown, rows[ROW], "type", "no such event type.", "Use a type of vocabulary.toml.", values=types)
    columns["officers"] = _officers(rows)
    facts = rows.select(ROW, pl.col(r"^(facts|fact\..*)$")).with_columns(types.alias("type"))
    if "facts" in rows.columns:
        columns["facts"] = facts_of_json(facts, vocabulary, clockwork, issues)
    else:
        columns["facts"] = facts_of_columns(facts, vocabulary, clockwork, issues)
    issues.refuse()
    return pl.DataFrame(columns).select(ROW, *(pl.col(name).cast(dtype) for name, dtype in EVENTS.items()))


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


def _texts(rows: pl.DataFrame, issues: Issues, source: str) -> dict[str, pl.Series]:
    nothing = pl.Series([None] * rows.height, dtype=pl.String)
    columns = {name: rows[name] if name in rows.columns else nothing for name in ("source", *TEXTS)}
    for name in ("id", "type"):
        issues.where(columns[name].is_null(), rows[ROW], name, "the cell is empty.", "State it in every row.")
    homeless = columns["case"].is_null() & columns["incident"].is_null()
    issues.where(homeless, rows[ROW], "case", "neither case nor incident is named.", "Name one of them in every row.")
    longest = pl.DataFrame([columns[name].alias(name) for name in IDS]).select(pl.all().str.len_bytes().max())
    for name in (name for name in IDS if (longest[name].item() or 0) > LONGEST_ID):
        too_long = (columns[name].str.len_chars() > LONGEST_ID).fill_null(value=False)
        text = f"longer than {LONGEST_ID} characters."
        issues.where(too_long, rows[ROW], name, text, "Use the id, not a description.", values=columns[name])
    for name in ("at_precision", "until_precision"):
        wrong = (~columns[name].is_in(list(PRECISIONS))).fill_null(value=False)
        issues.where(wrong, rows[ROW], name, "not a precision.", "Write minute or day.", values=columns[name])
    columns["source"] = columns["source"].fill_null(source)
    return columns


def _numbers(rows: pl.DataFrame, issues: Issues) -> dict[str, pl.Series]:
    version = rows["version"] if "version" in rows.columns else pl.Series([None] * rows.height, dtype=pl.Int64)
    number = version.cast(pl.Int64, strict=False)
    in_range = number.is_between(FIRST_VERSION, LARGEST_VERSION).fill_null(value=False)
    wrong = version.is_not_null() & ~in_range
    issues.where(wrong, rows[ROW], "version", "not a version.", "Write 1, 2, 3 ….", values=version)
    void = rows["void"] if "void" in rows.columns else pl.Series([None] * rows.height, dtype=pl.Boolean)
    truth = void
    if void.dtype == pl.String:
        truth = void.replace_strict(["true", "false"], [True, False], default=None, return_dtype=pl.Boolean)
    unclear = void.is_not_null() & truth.is_null()
    issues.where(unclear, rows[ROW], "void", "not true or false.", "Write true or false.", values=void)
    return {"version": number.fill_null(FIRST_VERSION), "void": truth.fill_null(value=False)}


def _moments(rows: pl.DataFrame, clockwork: Clockwork, issues: Issues) -> dict[str, pl.Series]:
    """Instants and their precisions. A bare date in `until` ends with its day: stored as the next local midnight."""
    issues.where(rows["at"].is_null(), rows[ROW], "at", "the cell is empty.", "State when it happened.")
    at, at_precision = _moment(rows, "at", clockwork, issues)
    until, until_precision = _moment(rows, "until", clockwork, issues)
    recorded_at = _times(rows, "recorded_at", clockwork, issues).instant
    return {
        "at": at,
        "at_precision": at_precision,
        "until": until,
        "until_precision": until_precision,
        "recorded_at": pl.select(pl.coalesce(pl.lit(recorded_at), pl.lit(at))).to_series(),
    }


def _moment(rows: pl.DataFrame, name: str, clockwork: Clockwork, issues: Issues) -> tuple[pl.Series, pl.Series]:
    """An instant and its precision: as stated in the column beside it, else as it is written."""
    times = _times(rows, name, clockwork, issues)
    column = f"{name}_precision"
    stated = rows[column] if column in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)
    frame = pl.DataFrame({ROW: rows[ROW], "instant": times.instant, "is_bare": times.is_day, "stated": stated})
    written = pl.when("is_bare").then(pl.lit("day")).otherwise(pl.lit("minute"))
    frame = frame.with_columns(precision=pl.when(pl.col("instant").is_not_null()).then(pl.coalesce("stated", written)))
    by_day = frame.select((pl.col("precision") == "day").fill_null(value=False) | pl.col("is_bare")).to_series()
    if not by_day.any():
        return frame["instant"], frame["precision"]
    days = _days(frame.filter(by_day), name, clockwork, issues)
    return frame["instant"].scatter(by_day.arg_true(), days), frame["precision"]


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


def _times(rows: pl.DataFrame, name: str, clockwork: Clockwork, issues: Issues) -> Times:
    if name not in rows.columns:
        nothing = pl.Series([None] * rows.height, dtype=INSTANT)
        return Times(nothing, nothing.is_not_null(), nothing.cast(pl.String))
    times = read_times(rows[name], clockwork)
    if times.fault.null_count() == rows.height:
        return times
    for fault, (text, remedy) in FAULTS.items():
        bad = (times.fault == fault).fill_null(value=False)
        issues.where(bad, rows[ROW], name, text, remedy, values=rows[name])
    return times


def _officers(rows: pl.DataFrame) -> pl.Series:
    """A list, or text with a semicolon between the officers; null where none is named."""
    if "officers" not in rows.columns:
        return pl.Series([None] * rows.height, dtype=pl.List(pl.String))
    if rows["officers"].dtype != pl.String:
        return rows["officers"]
    return rows["officers"].str.split(SEPARATOR).list.eval(pl.element().str.strip_chars())
