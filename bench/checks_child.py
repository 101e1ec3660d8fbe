"""Measures three checks as our engine judges them: from a file of events to verdicts.

python -m bench.checks_child FOLDER
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from bench.child import serve
from bench.core_rules import RULEBOOK
from bench.prepare import after_all
from zhunsheng.book import load_rulebook
from zhunsheng.core.judge import judge

CHECKS: Final = ("interrogation.two-officers", "interrogation.rights-first", "intake.alarm-registered")


def main() -> None:
    """Answer requests."""
    file = Path(sys.argv[1]) / "plain.parquet"
    whole = load_rulebook(RULEBOOK)
    chosen = tuple(replace(one, status="stable") for one in whole.checks if one.id in CHECKS)
    three = replace(whole, rules=(), checks=chosen)
    first = replace(three, checks=tuple(one for one in chosen if one.id == CHECKS[0]))
    as_of = after_all(pl.read_parquet(file, columns=["at"]))

    def verdicts(book: object) -> pl.DataFrame:
        return judge(pl.read_parquet(file), book, as_of=as_of).verdicts  # type: ignore[arg-type]

    def say(book: object) -> list[tuple[str, str]]:
        broken = verdicts(book).filter(pl.col("kind") == "broken")
        return broken.select("rule", pl.col("event").str.split("/").list.last()).unique().rows()

    serve(
        {
            "run": lambda: verdicts(three).height,
            "say": lambda: say(three),
            "run_first": lambda: verdicts(first).height,
            "say_first": lambda: say(first),
        }
    )


if __name__ == "__main__":
    main()
