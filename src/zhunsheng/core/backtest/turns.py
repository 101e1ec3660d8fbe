"""Days on which time alone changes what was said before, and not only adds to it: they begin a stage of their own."""

from datetime import timedelta
from typing import Final

import polars as pl

from zhunsheng.core import check as c
from zhunsheng.core.backtest.days import Days, Ints
from zhunsheng.core.clocks import Rulebook

TURNS: Final = pl.Schema({"group": pl.Int64(), "day": pl.Int64()})
DAY: Final = timedelta(days=1)


def turns_of(events: pl.DataFrame, groups: Ints, rulebook: Rulebook, days: Days) -> pl.DataFrame:
    """The turns of each group (TURNS): a pause that ends by itself, and an act that may last longer where nobody said
    so: asked about first, broken in the end."""
    numbered = events.select("type", "at").with_columns(group=pl.Series(groups))
    parts = [pl.DataFrame(schema=TURNS)]
    for types, spans in _waits(rulebook):
        acts = numbered.filter(pl.col("type").is_in(types))
        for span in spans:
            turn = acts.select("group", at=pl.col("at") + span)
            parts.append(turn.select("group", pl.Series("day", days.of(turn["at"]))))
    turns = pl.concat(parts).unique()
    return turns.filter(pl.col("day").is_between(0, len(days) - 1))


def _waits(rulebook: Rulebook) -> list[tuple[list[str], list[timedelta]]]:
    """Types of events, and how long after them a turn may come."""
    capped = [
        ([pause.begins], [timedelta(days=pause.cap_days + n) for n in (-1, 0, 1, 2)])
        for rule in rulebook.judged()
        for version in rule.versions
        for pause in version.pauses
        if pause.cap_days is not None
    ]
    lengthened = [
        (list(check.events), [_length(length) + timedelta(microseconds=1) for length in _lengths(check.body)])
        for check in rulebook.judged_checks()
        if isinstance(check.body, c.Span) and check.body.longer
    ]
    return [*capped, *lengthened]


def _lengths(body: c.Span) -> list[c.Length]:
    return [length for length in (body.at_most, *(longer.at_most for longer in body.longer)) if length is not None]


def _length(length: c.Length) -> timedelta:
    """A length in months ends at 24:00 of a day that depends on the month: at most this late."""
    return timedelta(microseconds=length.us) if not length.months else DAY * 31 * length.months
