"""The back-test of a city and the same day by day, finding for finding.

python -m tests.backtest.equal --cases 1000 --days 365 [--seed S]
"""

import argparse
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from tests.backtest.late import with_late_and_corrected
from tests.backtest.naive import ABOUT, SAID, said_day_by_day
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import said_history

RULEBOOK: Final = Path(__file__).parents[2] / "rulebook"
LATE: Final = 0.05
FREE: Final = 120  # days that a city leaves to the end of the published calendar


def differences(cases: int, days: int, seed: int) -> tuple[int, pl.DataFrame]:
    """How many findings there are day by day, and every row that only one of the two has (column `only`)."""
    rulebook = load_rulebook(RULEBOOK)
    city = generate(cases, seed, rulebook.vocabulary, rulebook.calendar)
    events = with_late_and_corrected(city.events, LATE, seed)
    last = rulebook.calendar.last - timedelta(days=FREE)
    period = Days(last - timedelta(days=days - 1), last, rulebook.vocabulary.zone)
    naive = said_day_by_day(events, rulebook, period)
    ours = said_history(events, rulebook, period).select(SAID)
    return naive.height, only_one(naive, ours)


def only_one(naive: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """The rows that only one of two has."""
    missing = naive.join(ours, on=SAID, how="anti", nulls_equal=True).with_columns(only=pl.lit("naive"))
    extra = ours.join(naive, on=SAID, how="anti", nulls_equal=True).with_columns(only=pl.lit("ours"))
    return pl.concat([missing, extra]).sort(*ABOUT, "from_day")


def main() -> int:
    """Compare, and print what differs. Returns 1 where something does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=20260101)
    arguments = parser.parse_args()
    began = time.perf_counter()
    total, apart = differences(arguments.cases, arguments.days, arguments.seed)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{total} findings of {arguments.cases} cases on {arguments.days} days, {seconds:.0f} s\n")
    if apart.is_empty():
        return 0
    for row in apart.head(20).iter_rows(named=True):
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(f"{apart.height} rows differ\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
