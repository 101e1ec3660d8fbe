"""Text and dates of files → instants in UTC. What states no zone has none, unless the caller says which."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from zhunsheng.core.schemas import INSTANT

MOMENT: Final = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:[0-5]\d([.,]\d{1,9})?)?"
ZONED: Final = MOMENT + r"(Z|[+-]\d{2}(:?\d{2})?)$"
LOCAL: Final = MOMENT + "$"
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
OFFSET: Final = r"(Z|[+-]\d{2}(?::?\d{2})?)$"
SERIAL: Final = r"^\d{4,6}([.,]\d+)?$"
FORMAT: Final = "%Y-%m-%dT%H:%M:%S%.f"
MINUTE_LENGTH: Final = len("2026-03-01T14:35")
WIDEST_OFFSET: Final = 18 * 60
FIRST_YEAR: Final = 1900  # the zone tables of the core reach from here
LAST_YEAR: Final = 2100
GAP: Final = pl.duration(hours=3)  # no zone ever skipped more of a day

FAULTS: Final = {
    "serial": (
        "a date as the serial number of a spreadsheet.",
        "Export the column as text, for example 2026-03-01 14:35.",
    ),
    "no_zone": ("a time without its zone.", "Write +08:00 after it, or state `zone` in a mapping file."),
    "unparsable": ("not a time.", "Write 2026-03-01T14:35:00+08:00, or the bare date 2026-03-01."),
    "range": ("a year outside 1900 to 2100.", "Correct the year."),
}
"""Fault of a time → what is wrong, and what to do."""


@dataclass(frozen=True)
class Clockwork:
    """How the times of a file are read.

    zone            of bare dates; where `zone_is_stated`, also of times that state none
    time_format     in the words of strftime, where the file does not write ISO 8601
    rounds_to_days  an hour beside the precision `day` is dropped; else it is a contradiction
    """

    zone: str
    zone_is_stated: bool = False
    time_format: str | None = None
    rounds_to_days: bool = False


@dataclass(frozen=True)
class Times:
    """A column of times: instants in UTC (null where empty or at fault), whether each is a bare date, and its fault."""

    instant: pl.Series
    is_day: pl.Series
    fault: pl.Series


def read_times(column: pl.Series, clockwork: Clockwork) -> Times:
    """Instants of a column of text, dates or datetimes, any length; bare dates stand at their local midnight.

    An hour that summer time skips moves forward, a doubled hour takes the later (clock.md, same_time).
    """
    if column.dtype == INSTANT and _is_in_range(column):
        nothing = pl.repeat(None, len(column), dtype=pl.String, eager=True)
        return Times(column, pl.repeat(value=False, n=len(column), eager=True), nothing)
    if isinstance(column.dtype, pl.Datetime | pl.Date):
        parts = _typed(column, clockwork)
    elif clockwork.time_format is None:
        parts = _iso(column.cast(pl.String), clockwork)
    else:
        parts = _formatted(column.cast(pl.String), clockwork, clockwork.time_format)
    return _settled(parts, clockwork.zone)


def _is_in_range(instants: pl.Series) -> bool:
    first, last = instants.min(), instants.max()
    return first is None or (first.year >= FIRST_YEAR and last.year <= LAST_YEAR)  # type: ignore[union-attr]


def _typed(column: pl.Series, clockwork: Clockwork) -> pl.DataFrame:
    """The same columns as of text, of dates and datetimes."""
    is_date = column.dtype == pl.Date
    is_zoned = isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None
    stated = column.is_not_null()
    lacks_zone = stated & (not (is_date or is_zoned or clockwork.zone_is_stated))
    nothing = pl.repeat(None, len(column), dtype=pl.Datetime("us"), eager=True)
    return pl.DataFrame(
        {
            "local": nothing if is_zoned else column.cast(pl.Datetime("us")),
            "zoned": column.dt.convert_time_zone("UTC").cast(INSTANT)
            if is_zoned
            else nothing.dt.replace_time_zone("UTC"),
            "is_day": stated & is_date,
        }
    ).with_columns(fault=pl.when(pl.lit(lacks_zone)).then(pl.lit("no_zone")))


def _settled(parts: pl.DataFrame, zone: str) -> Times:
    if parts["local"].null_count() < parts.height:
        parts = parts.with_columns(instant=pl.coalesce("zoned", at_wall_clock(pl.col("local"), zone)))
    else:
        parts = parts.with_columns(instant=pl.col("zoned"))
    known = pl.col("fault").is_null() & pl.col("instant").is_not_null()
    outside = known & ~pl.col("instant").dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    parts = parts.with_columns(fault=pl.when(outside).then(pl.lit("range")).otherwise("fault"))
    at = pl.when(pl.col("fault").is_null()).then("instant")
    settled = parts.select(instant=at, is_day=pl.col("is_day").fill_null(value=False), fault="fault")
    return Times(settled["instant"], settled["is_day"], settled["fault"])


def at_wall_clock(local: pl.Expr, zone: str) -> pl.Expr:
    """The instant at which a zone's wall clock shows a time: forward out of a gap, the later of a doubled hour."""
    plain = local.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null").dt.convert_time_zone("UTC")
    before = (
        (local - GAP).dt.replace_time_zone(zone, ambiguous="latest", non_existent="null").dt.convert_time_zone("UTC")
    )
    return pl.coalesce(plain, before + GAP)


def _iso(column: pl.Series, clockwork: Clockwork) -> pl.DataFrame:
    """Columns local (naive), zoned (UTC), is_day, fault of a column of text."""
    text = pl.col("text")
    body = text.str.replace(OFFSET, "").str.replace(" ", "T", literal=True).str.replace(",", ".", literal=True)
    body = pl.when(body.str.len_bytes() == MINUTE_LENGTH).then(body + ":00").otherwise(body)
    parts = pl.DataFrame({"text": column}).with_columns(
        is_zoned=text.str.contains(ZONED), is_local=text.str.contains(LOCAL), is_day=text.str.contains(DAY)
    )
    parts = parts.with_columns(
        wall=pl.when(pl.col("is_zoned") | pl.col("is_local")).then(
            body.str.to_datetime(FORMAT, time_unit="us", strict=False)
        ),
        day=pl.when("is_day").then(text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))),
        offset=_offsets(parts.select(pl.when("is_zoned").then(text.str.extract(OFFSET)))["text"]),
    )
    zoned = (pl.col("wall") - pl.duration(minutes="offset")).dt.replace_time_zone("UTC")
    local = pl.coalesce("day", pl.when("is_local").then("wall"))
    unread = (
        pl.when(text.is_null())
        .then(None)
        .when(pl.col("is_local") & pl.col("wall").is_not_null())
        .then(None if clockwork.zone_is_stated else pl.lit("no_zone"))
        .when(pl.col("day").is_not_null() | (pl.col("is_zoned") & zoned.is_not_null()))
        .then(None)
        .when(text.str.contains(SERIAL))
        .then(pl.lit("serial"))
        .otherwise(pl.lit("unparsable"))
    )
    return parts.select(
        local=local, zoned=pl.when("is_zoned").then(zoned), is_day="is_day", fault=unread.cast(pl.String)
    )


def _offsets(texts: pl.Series) -> pl.Series:
    """Minutes east of UTC of Z, +08, +0800, +08:00; null for what is no offset. There are few, so each is read once."""
    known = {text: _minutes(text) for text in texts.unique().drop_nulls()}
    return texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.Int64)


def _minutes(text: str) -> int | None:
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > WIDEST_OFFSET or int(digits[2:]) > 59:
        return None
    return -minutes if text[0] == "-" else minutes


def _formatted(column: pl.Series, clockwork: Clockwork, form: str) -> pl.DataFrame:
    """The same for a format of strftime; without %H it gives bare dates."""
    text = pl.col("text")
    if "%z" in form:
        zoned = text.str.to_datetime(form, time_unit="us", strict=False)
        local, has_zone = pl.lit(None, pl.Datetime("us")), True
    else:
        is_date = "%H" not in form
        local = (
            text.str.to_date(form, strict=False)
            if is_date
            else text.str.to_datetime(form, time_unit="us", strict=False)
        )
        local, zoned = local.cast(pl.Datetime("us")), pl.lit(None, INSTANT)
        has_zone = is_date or clockwork.zone_is_stated
    parts = pl.DataFrame({"text": column}).with_columns(local=local, zoned=zoned)
    is_read = pl.col("local").is_not_null() | pl.col("zoned").is_not_null()
    fault = (
        pl.when(text.is_null() | (is_read & pl.lit(has_zone)))
        .then(None)
        .when(is_read)
        .then(pl.lit("no_zone"))
        .when(text.str.contains(SERIAL))
        .then(pl.lit("serial"))
        .otherwise(pl.lit("unparsable"))
    )
    is_day = is_read & pl.lit("%H" not in form)
    return parts.select("local", "zoned", is_day=is_day, fault=fault.cast(pl.String))
