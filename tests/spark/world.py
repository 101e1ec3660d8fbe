"""A city that is hard to take apart: late and corrected records, one that moved to another case, an officer who is in
two cases at once, an incident that two cases name."""

from datetime import datetime, timedelta

import polars as pl

from tests.backtest.late import with_late_and_corrected
from tests.story import law
from zhunsheng.city.make import generate

SEED = 3


def city(cases: int) -> pl.DataFrame:
    """Its events, schemas.EVENTS, every version."""
    book = law()
    events = with_late_and_corrected(generate(cases, SEED, book.vocabulary, book.calendar).events, 0.05, SEED)
    return pl.concat([events, _moved(events)]).sort("recorded_at", "id")


def _moved(events: pl.DataFrame) -> pl.DataFrame:
    """A correction that takes an event to another case."""
    one = events.filter(pl.col("case").is_not_null())[[5]]
    elsewhere = events.filter((pl.col("case") != one["case"][0]).fill_null(value=False))["case"][0]
    return one.with_columns(
        version=pl.lit(900, dtype=pl.Int64),
        case=pl.lit(elsewhere),
        recorded_at=pl.col("recorded_at") + timedelta(days=2),
    )


def last(events: pl.DataFrame) -> datetime:
    """The instant of the last event."""
    latest = events["at"].max()
    assert isinstance(latest, datetime)
    return latest
