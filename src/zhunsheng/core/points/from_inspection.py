"""What inspection recorded → facts of points: problems that two persons confirmed, files of the lot, bounds of units.

An event is stated under its id; its later versions under the id with their number, so that each is stated once.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.inspection.estimates import RateRefused, Read, upper_bound
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.ledger import EVERY

CONFIRMED: Final = "inspection.confirmed"
SETTLED: Final = "inspection.sample_settled"
PROBLEM: Final = "defect.sample_problem"
PASSED: Final = "sample.passed"
AGAIN: Final = "#"
ABOUT: Final = pl.coalesce("case", "incident")
"""What an event is about: its case; the card of a place is of none."""
RANDOM: Final = "random"
NOTHING_SAID: Final = 1.0
"""The bound where so few of a stratum can be told that no rate follows: nothing is excluded."""


def current(events: pl.DataFrame) -> pl.DataFrame:
    """The last version of each event, with `fact` and `key`, under which points state it; a voided one is among them.

    Takes   events: schemas.EVENTS of CONFIRMED and SETTLED, in any order, with all their versions.
    """
    again = pl.concat_str("id", pl.lit(AGAIN), "version")
    return (
        events.sort("version", descending=True)
        .unique(["source", "id"], keep="first", maintain_order=True)
        .with_columns(
            fact=pl.when(pl.col("type") == CONFIRMED).then(pl.lit(PROBLEM)).otherwise(pl.lit(PASSED)),
            key=pl.when(pl.col("version") == 1).then("id").otherwise(again),
        )
        .sort("source", "id")
    )


def inspected_facts(last: pl.DataFrame, leads: pl.DataFrame, officers: pl.DataFrame) -> pl.DataFrame:
    """The facts that stand after some events: tables.POINT_FACTS, recorded when the events were.

    Takes   last: rows of `current`; leads: from_events.ended_leads of their cases; officers: columns officer,
            unit.kind, officer.post.
    A problem is that of whoever was held responsible. A file of the lot is its lead's, of the day on which the work on
    its case ended; one of which nobody could tell is judged by nobody, one marked for risk never.
    """
    said = last.filter(~pl.col("void").fill_null(value=False))
    problems = said.filter(pl.col("type") == CONFIRMED).with_columns(
        officer=_stated("held_responsible"), kept=pl.lit(None, pl.Boolean)
    )
    result = _stated("sample_result")
    drawn = (
        said.filter((pl.col("type") == SETTLED) & (_stated("sample_stream") == RANDOM))
        .drop("at")
        .join(leads.select("case", "officer", at="end_at"), on="case", how="inner")
        .with_columns(kept=pl.when(result != "unclear").then(result == "passed"))
        .select(*problems.columns)
    )
    facts = _rows(pl.concat([problems, drawn]), officers).sort("fact", "key")
    return schemas.assert_schema(facts, t.POINT_FACTS, "facts of inspection")


def bounds_of_lots(last: pl.DataFrame, *, every: str, window: int, zone: str = "Asia/Shanghai") -> pl.DataFrame:
    """What the lots say of each unit, up to each period in which it was drawn from: tables.BOUNDS.

    Takes   last: rows of `current`, of SETTLED all of the units asked about. every: month, quarter or year; window:
            periods that a bound looks back over, its own among them.
    A plan speaks of a unit once every file drawn there has a result: what is read first is no lot.
    """
    rows = []
    for (unit,), lots in _whole_lots(last, every, zone).group_by("unit", maintain_order=True):
        for period in sorted(set(lots["period"])):
            back = pl.lit(period).dt.offset_by(f"-{int(EVERY[every][0]) * (window - 1)}{EVERY[every][1:]}")
            known = lots.filter((pl.col("period") <= period) & (pl.col("period") >= back))
            rows.append(_bound(str(unit), period, known))
    return pl.DataFrame(rows, schema=t.BOUNDS, orient="row").sort("unit", "period")


def _whole_lots(last: pl.DataFrame, every: str, zone: str) -> pl.DataFrame:
    """The strata of lots that were read whole: unit, period, size, read, problems, unclear."""
    result = _stated("sample_result")
    files = (
        last.filter((pl.col("type") == SETTLED) & ~pl.col("void").fill_null(value=False))
        .filter(_stated("sample_stream") == RANDOM)
        .with_columns(
            stratum=_stated("stratum"),
            size=_stated("stratum_files").cast(pl.Int64),
            lot=_stated("lot_files").cast(pl.Int64),
            is_problem=result == "problem",
            is_unclear=result == "unclear",
            # The midnight that ends the last day of the plan's period
            period=(pl.col("until").dt.convert_time_zone(zone).dt.date() - pl.duration(days=1)).dt.truncate(
                EVERY[every]
            ),
        )
        .with_columns(
            plan=pl.col("stratum").str.split("|").list.first(), unit=pl.col("stratum").str.split("|").list.get(1)
        )
    )
    return (
        files.filter(pl.len().over("plan", "unit") == pl.col("lot"))
        .group_by("unit", "period", "stratum")
        .agg(
            pl.col("size").first(),
            read=pl.len().cast(pl.Int64),
            problems=pl.col("is_problem").sum().cast(pl.Int64),
            unclear=pl.col("is_unclear").sum().cast(pl.Int64),
        )
        .sort("unit", "period", "stratum")
    )


def _bound(unit: str, period: date, strata: pl.DataFrame) -> tuple[str, date, float, int]:
    parts = [Read(*row) for row in strata.select("size", "read", "problems", "unclear").iter_rows()]
    return unit, period, _excluded(parts), sum(part.told for part in parts)


def _excluded(parts: Iterable[Read]) -> float:
    try:
        return upper_bound(list(parts))
    except RateRefused:
        return NOTHING_SAID


def _stated(name: str) -> pl.Expr:
    """A fact that the event states, as text."""
    return pl.col("facts").str.json_path_match(f"$.{name}")


def _rows(said: pl.DataFrame, officers: pl.DataFrame) -> pl.DataFrame:
    """Events with officer and kept as tables.POINT_FACTS."""
    given = ("unit.kind", "officer.post", "sample.stream")
    nothing = {name: pl.lit(None, pl.String) for name in t.FIELDS if name not in given}
    return (
        said.join(officers, on="officer", how="left")
        .with_columns(*(expression.alias(name) for name, expression in nothing.items()))
        .with_columns(
            _stated("sample_stream").alias("sample.stream"),
            group=ABOUT,
            role=pl.lit(None, pl.String),
            amount=pl.lit(1, pl.Int64),
            cites=pl.concat_list(pl.concat_str("source", "id", separator="/")),
        )
        .select(t.POINT_FACTS.names())
    )
