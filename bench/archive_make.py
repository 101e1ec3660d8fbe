"""Write an archive of a wanted size: the cases of one synthetic city, over again under new numbers.

python -m bench.archive_make FOLDER --events N --seed S

Events are added in the order in which they were recorded, some millions at a time, as a house would add them day by
day: so neither making nor judging the archive needs the whole in memory.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from bench.city import EVENTS_PER_CASE, renumbered
from bench.core_rules import RULEBOOK
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.files.archive import append

MOST_CASES: Final = 20_000  # of the city that is repeated
AT_ONCE: Final = 3_000_000  # events that are added at once
EVENTS_PER_PART: Final = 1_000_000
LEAST_PARTS: Final = 8


def main() -> None:
    """Make the archive in FOLDER/archive, and say in FOLDER/last.parquet when its last event happened."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    rulebook = load_rulebook(RULEBOOK)
    cases = min(MOST_CASES, arguments.events // EVENTS_PER_CASE + 1)
    city = generate(cases, arguments.seed, rulebook.vocabulary, rulebook.calendar).events.sort("recorded_at")
    copies = -(-arguments.events // city.height)
    parts = max(LEAST_PARTS, copies * city.height // EVENTS_PER_PART)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    city.select(pl.col("at").max()).write_parquet(arguments.folder / "last.parquet")
    for recorded in slices(city, max(1, AT_ONCE // copies)):
        many = pl.concat(renumbered(recorded, copy) for copy in range(copies))
        append(many, arguments.folder / "archive", parts=parts)


def slices(city: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    """A city in the order in which it was recorded, about so many rows at a time; what was recorded in one instant is
    in one."""
    instants = city["recorded_at"]
    first = 0
    while first < city.height:
        last = instants[min(first + rows, city.height) - 1]
        end = int(instants.search_sorted(last, side="right"))
        yield city[first:end]
        first = end


if __name__ == "__main__":
    main()
