"""Measures the check of an archive part by part, tables written.

python -m bench.archive_child FOLDER --memory SIZE
"""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from bench.child import serve
from bench.core_rules import RULEBOOK
from bench.prepare import after_all
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.commands.archive import bytes_of, check_parts
from zhunsheng.core.judge import judge

WARM_UP: Final = 20  # cases


def main() -> None:
    """Answer requests."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--memory", required=True)
    arguments = parser.parse_args()
    rulebook = load_rulebook(RULEBOOK)
    as_of = after_all(pl.read_parquet(arguments.folder / "last.parquet"))
    judge(generate(WARM_UP, 1, rulebook.vocabulary, rulebook.calendar).events, rulebook, as_of=as_of)
    with TemporaryDirectory(dir=arguments.folder) as out:

        def check() -> tuple[int, int]:
            done = check_parts(
                arguments.folder / "archive", rulebook, Path(out), as_of=as_of, memory_bytes=bytes_of(arguments.memory)
            )
            return done.events, done.findings

        serve({"check": check})


if __name__ == "__main__":
    main()
