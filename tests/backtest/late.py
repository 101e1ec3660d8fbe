"""A city whose records come late and are corrected more often than its own."""

import random
from datetime import timedelta

import polars as pl

LONGEST_DAYS = 20


def with_late_and_corrected(events: pl.DataFrame, share: float, seed: int) -> pl.DataFrame:
    """The events, of which a share comes days late, is corrected later by some hours, or is withdrawn: a third each."""
    chance = random.Random(seed)
    rows = chance.sample(range(events.height), round(events.height * share))
    late, moved, void = rows[::3], rows[1::3], rows[2::3]
    mark = pl.Series("late", [False] * events.height)
    mark[late] = True
    waits = pl.Series("waits", [timedelta(hours=chance.randrange(24, 24 * LONGEST_DAYS)) for _ in range(events.height)])
    recorded = pl.col("recorded_at")
    told = events.with_columns(pl.when(mark).then(recorded + waits).otherwise(recorded).alias("recorded_at"))
    return pl.concat([told, _again(told, moved, waits, void=False), _again(told, void, waits, void=True)])


def _again(events: pl.DataFrame, rows: list[int], waits: pl.Series, *, void: bool) -> pl.DataFrame:
    """Later versions of some events."""
    shift = timedelta() if void else timedelta(hours=-7)
    own = waits.gather(rows)
    return events[rows].with_columns(
        pl.col("version") + 100,
        at=pl.col("at") + shift,
        recorded_at=pl.col("recorded_at") + own,
        void=pl.lit(value=void),
    )
