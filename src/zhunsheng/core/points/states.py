"""What stands at an instant: which rows count, which are frozen, and what silence has granted."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core.calendar import Calendar
from zhunsheng.core.points import tables as t
from zhunsheng.core.schemas import INSTANT

MATURE_AFTER: Final = timedelta(days=30)
SILENCE: Final = "silence"


def with_states(ledger: pl.DataFrame, acts: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """The rows recorded by an instant, each with what it is then: column `state`.

    reversed: a later row undoes it, and none undoes that. frozen: an appeal or a ruling is open, on it or on what it
    undoes. provisional: its fact is less than 30 days old. mature: all others.
    """
    as_of = as_of.astimezone(UTC)
    rows = ledger.filter(pl.col("recorded_at") <= as_of)
    known = acts.filter(pl.col("recorded_at") <= as_of)
    again = rows.filter(pl.col("kind") == "restore")["target"]
    still = rows.filter((pl.col("kind") == "reverse") & ~pl.col("key").is_in(again.implode()))["target"]
    frozen = frozen_keys(rows, known)
    thing = pl.coalesce("target", "key")
    is_frozen = pl.col("key").is_in(frozen.implode()) | thing.is_in(frozen.implode())
    return rows.with_columns(
        state=pl.when(pl.col("key").is_in(still.implode()))
        .then(pl.lit("reversed"))
        .when(is_frozen)
        .then(pl.lit("frozen"))
        .when(pl.col("at") > as_of - MATURE_AFTER)
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("mature"))
    )


def counted(ledger: pl.DataFrame, acts: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """The rows that count at an instant. A reversed row counts with the row that undoes it: together nothing."""
    return with_states(ledger, acts, as_of=as_of).filter(pl.col("state") != "frozen").drop("state")


def frozen_keys(rows: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Keys of the rows on which an appeal, or on whose fact a ruling, is open."""

    def open_(begun: str, ended: tuple[str, ...]) -> pl.Series:
        over = known.filter(pl.col("act").is_in(ended))["target"]
        return known.filter((pl.col("act") == begun) & ~pl.col("target").is_in(over.implode()))["target"]

    disputed = open_("dispute", ("dispute_closed",))
    fact = pl.concat_str("fact", "fact_key", separator="|")
    of_facts = rows.filter(fact.is_in(disputed.implode()))["key"]
    return pl.concat([open_("appeal", ("appeal_granted", "appeal_refused")), of_facts])


def answer_by(moment: datetime, calendar: Calendar, days: int) -> datetime:
    """The end of the last working day on which something said at an instant can be answered; its own day counts not.

    Raises  BeyondCalendar where the calendar of that year is not published.
    """
    zone = ZoneInfo(calendar.zone)
    day = moment.astimezone(zone).date()
    while days:
        day += timedelta(days=1)
        days -= calendar.is_working(day)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def granted_by_silence(acts: pl.DataFrame, calendar: Calendar, *, answer_days: int, as_of: datetime) -> pl.DataFrame:
    """Appeals that nobody answered in time, granted at the end of the last working day: acts, recorded then.

    The answering body gets a finding from the platform. Raises BeyondCalendar after the last published year.
    """
    as_of = as_of.astimezone(UTC)
    decided = acts.filter(pl.col("act").is_in(["appeal_granted", "appeal_refused"]))
    ends = {row: answer_by(row, calendar, answer_days) for row in acts.filter(pl.col("act") == "appeal")["at"]}
    waiting = acts.filter(pl.col("act") == "appeal").with_columns(
        pl.col("at").replace_strict(ends, default=None, return_dtype=INSTANT).alias("end")
    )
    answered = decided.select("target", decided_at="recorded_at")
    late = (
        waiting.join(answered, on="target", how="left")
        .filter((pl.col("end") <= as_of) & (pl.col("decided_at").is_null() | (pl.col("decided_at") >= pl.col("end"))))
        .unique("target", keep="first", maintain_order=True)
    )
    return late.with_columns(
        id=pl.concat_str(pl.lit(SILENCE), "id", separator="|"),
        act=pl.lit("appeal_granted"),
        author=pl.lit(SILENCE),
        at=pl.col("end"),
        recorded_at=pl.col("end"),
        reason=pl.lit(SILENCE),
    ).select(t.POINT_ACTS.names())
