"""A city of the wanted size: the cases of one synthetic city, over again under new numbers."""

from pathlib import Path
from typing import Final

import polars as pl

from zhunsheng.city.make import generate
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.vocabulary import Vocabulary

MOST_CASES: Final = 20_000  # of the city that is repeated
EVENTS_PER_CASE: Final = 10
NUMBERED: Final = ("id", "case", "incident", "person", "item", "visit", "order", "dossier", "document")
ROW_GROUP: Final = 250_000


def write_events(folder: Path, events: int, seed: int, vocabulary: Vocabulary, calendar: Calendar) -> None:
    """Write at least so many events to sorted.parquet (case by case) and shuffled.parquet: whole cases, no more."""
    cases = min(MOST_CASES, events // EVENTS_PER_CASE + 1)
    base = generate(cases, seed, vocabulary, calendar).events.sort("case", "at", "source", "id", nulls_last=False)
    copies = [renumbered(base, n) for n in range((events + base.height - 1) // base.height)]
    whole = whole_cases(pl.concat(copies, rechunk=True), events)
    folder.mkdir(parents=True, exist_ok=True)
    whole.write_parquet(folder / "sorted.parquet", row_group_size=ROW_GROUP)
    shuffled = whole.sample(fraction=1.0, shuffle=True, seed=seed)
    shuffled.write_parquet(folder / "shuffled.parquet", row_group_size=ROW_GROUP)


def renumbered(events: pl.DataFrame, copy: int) -> pl.DataFrame:
    """The same events about other cases, persons and things."""
    return events.with_columns(pl.concat_str(pl.col(name), pl.lit(f"-{copy}")) for name in NUMBERED)


def whole_cases(events: pl.DataFrame, wanted: int) -> pl.DataFrame:
    """The first so many events, and the rest of the case that the last of them belongs to."""
    if events.height <= wanted:
        return events
    later = events["case"][wanted:]
    others = (later != events["case"][wanted - 1]).arg_true()
    return events.head(wanted + (int(others[0]) if len(others) else len(later)))
