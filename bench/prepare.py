"""Make what a size of the bench needs, in a folder.

python -m bench.prepare FOLDER --events N --seed S
"""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from bench.city import write_events
from bench.core_rules import core_rulebook
from bench.encoded import write_encoded


def main() -> None:
    """Write the events, sorted and shuffled, and the same as integers."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    rulebook = core_rulebook()
    write_events(arguments.folder, arguments.events, arguments.seed, rulebook.vocabulary, rulebook.calendar)
    events = pl.read_parquet(arguments.folder / "sorted.parquet")
    write_encoded(arguments.folder, events, rulebook, after_all(events))


def after_all(events: pl.DataFrame) -> datetime:
    """An instant of judgement at which every event counts."""
    last = events["at"].max()
    assert isinstance(last, datetime)  # a city has events
    return last + timedelta(minutes=1)


if __name__ == "__main__":
    main()
