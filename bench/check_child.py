"""Measures the whole way from files to files, and the floor under it.

python -m bench.check_child FOLDER
"""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from rich.console import Console

from bench.child import serve
from bench.core_rules import RULEBOOK, core_rulebook
from bench.prepare import after_all
from zhunsheng.book import load_rulebook
from zhunsheng.commands.check import show, write_tables
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.files.read import read_events

ORDER: Final = ("case", "at")
WARM_UP: Final = 1_000


class CheckChild:
    """The files of a size; each action reads and writes anew."""

    def __init__(self, folder: Path, out: Path) -> None:
        self.folder, self.out = folder, out
        self.rulebook, self.whole = core_rulebook(), load_rulebook(RULEBOOK)
        events = pl.scan_parquet(folder / "sorted.parquet")
        last = events.select(pl.col("at").max()).collect()
        self.as_of = after_all(last)
        events.head(WARM_UP).sink_parquet(out / "warm-up.parquet")
        for rulebook in (self.rulebook, self.whole):
            self.check(out / "warm-up.parquet", rulebook)

    def check(self, file: Path, rulebook: Rulebook) -> int:
        """What `check` does but for the report: read and verify, judge, write clocks and findings, print."""
        read = read_events([file], vocabulary=rulebook.vocabulary)
        judgement = judge(read.frame, rulebook, as_of=self.as_of)
        write_tables(judgement, self.out, with_steps=False)
        show(judgement, rulebook, Console(file=io.StringIO()), "en", as_json=False)
        return judgement.clocks.height

    def judge(self) -> int:
        """Read the events plainly, and judge them. Returns what they take in memory, bytes."""
        events = pl.read_parquet(self.folder / "sorted.parquet")
        judge(events, self.rulebook, as_of=self.as_of)
        return int(events.estimated_size())

    def floor(self, file: Path) -> None:
        """Read, put in order and write the same Parquet with Polars."""
        pl.read_parquet(file).sort(ORDER).write_parquet(self.out / "floor.parquet")


def main() -> None:
    """Answer requests."""
    folder = Path(sys.argv[1])
    with TemporaryDirectory(prefix="zhunsheng-bench-", dir=folder) as out:
        child = CheckChild(folder, Path(out))
        actions = {"judge": child.judge}
        for name in ("sorted", "shuffled"):
            file = folder / f"{name}.parquet"
            actions[f"check_{name}"] = lambda file=file: child.check(file, child.rulebook)
            actions[f"whole_{name}"] = lambda file=file: child.check(file, child.whole)
            actions[f"floor_{name}"] = lambda file=file: child.floor(file)
        serve(actions)


if __name__ == "__main__":
    main()
