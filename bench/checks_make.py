"""Make what the bench of checks reads: events of a city, and the same for a rule engine, as JSON lines.

python -m bench.checks_make FOLDER --events N --seed S

Events with a bare date are left out, as are those that were corrected: only ours reads a date twice, or knows which
version of an event counts.
"""

import json
from argparse import ArgumentParser
from pathlib import Path

import polars as pl

from bench.city import write_events
from bench.core_rules import RULEBOOK
from zhunsheng.book import load_rulebook


def main() -> None:
    """Write plain.parquet and facts.jsonl."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    book = load_rulebook(RULEBOOK)
    write_events(arguments.folder, arguments.events, arguments.seed, book.vocabulary, book.calendar)
    events = pl.read_parquet(arguments.folder / "sorted.parquet")
    again = events.filter((pl.col("version") != 1) | pl.col("void")).select("source", "id").unique()
    plain = events.filter(pl.col("at_precision") == "minute").join(again, on=["source", "id"], how="anti")
    plain.write_parquet(arguments.folder / "plain.parquet")
    facts = plain.select("id", "type", officers=pl.col("officers").list.n_unique().fill_null(0))
    text = "\n".join(map(json.dumps, facts.iter_rows(named=True)))
    (arguments.folder / "facts.jsonl").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
