"""Days on which time alone changes what was said before, and not only adds to it: they begin a stage of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import polars as pl

from zhunsheng.core import check as c
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.in_order import Log, Settling, columns_of, lasting_acts
from zhunsheng.core.clocks import Rulebook

TURNS: Final = pl.Schema({"group": pl.Int64(), "day": pl.Int64()})
DAY: Final = timedelta(days=1)
INSTANT: Final = timedelta(microseconds=1)


def turns_of(log: Log, rulebook: Rulebook) -> pl.DataFrame:
    """The turns of each group (TURNS): a pause that ends by itself, and an act that may last longer where nobody said
    so, or that has no end as the night begins: asked about first, broken in the end."""
    days, parts = log.days, [pl.DataFrame(schema=TURNS)]
    for begins, cap in _capped(rulebook):
        paused = log.told.filter(pl.col("type") == begins)
        parts += [_turns(paused, timedelta(days=cap + n), days) for n in (-1, 0, 1, 2)]
    for check, body in _lengthened(rulebook):
        ending = Settling(check.events, body.ends, columns_of(check))
        acts = lasting_acts(log, ending, pl.col("at") + _length(body.at_most))
        lengths = [body.at_most, *(longer.at_most for longer in body.longer)]
        parts += [_turns(acts, _length(length) + INSTANT, days) for length in lengths]
    turns = pl.concat(parts).unique()
    return turns.filter(pl.col("day").is_between(0, len(days) - 1))


def _turns(acts: pl.DataFrame, after: timedelta, days: Days) -> pl.DataFrame:
    at = acts.select(pl.col("at") + after)["at"]
    return acts.select(pl.col("group").cast(pl.Int64), pl.Series("day", days.of(at)))


def _capped(rulebook: Rulebook) -> Iterator[tuple[str, int]]:
    """The event that begins each pause that ends by itself, and after how many days."""
    for rule in rulebook.judged():
        for version in rule.versions:
            for pause in version.pauses:
                if pause.cap_days is not None:
                    yield pause.begins, pause.cap_days


def _lengthened(rulebook: Rulebook) -> Iterator[tuple[c.Check, c.Span]]:
    for check in rulebook.judged_checks():
        body = check.body
        if isinstance(body, c.Span) and body.at_most is not None and (body.longer or body.outside is not None):
            yield check, body


def _length(length: c.Length | None) -> timedelta:
    """A length in months ends at 24:00 of a day that depends on the month: at most this late."""
    assert length is not None  # what may last longer has a length
    return timedelta(microseconds=length.us) if not length.months else DAY * 31 * length.months
