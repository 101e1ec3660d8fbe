"""A standalone cluster of two workers: a city, with an executor killed in between, its points, and Boston's log.

python -m tests.spark nightly [--cases 10000]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tests.examples.test_boston import AS_OF, EXAMPLE, LOG, read
from tests.spark.cluster import standalone
from tests.spark.killing import killing
from tests.spark.rows import assert_same_rows, collected
from tests.spark.test_check import tables_of
from tests.spark.world import city, last
from tests.story import RULEBOOK, law
from zhunsheng.book import load_rulebook
from zhunsheng.commands.outcome import ONLY_UNKNOWN, RED
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.scale.check import Question, check, read_events
from zhunsheng.scale.frames import TABLES
from zhunsheng.scale.session import session


def by_command(master: str, events: pl.DataFrame, rules: Path, as_of: datetime, folder: Path) -> None:
    """./zs scale check finds what `judge` finds."""
    folder.mkdir()
    events.write_parquet(folder / "events.parquet")
    command = [sys.executable, "-m", "zhunsheng.cli", "scale", "check", "--master", master, "--rules", str(rules)]
    command += ["--as-of", as_of.isoformat(), str(folder / "events.parquet"), str(folder / "out")]
    done = subprocess.run(command, check=False)
    if done.returncode not in (RED, ONLY_UNKNOWN, 0):
        raise SystemExit(f"./zs scale check came back with {done.returncode}.")
    judged = judge(events, load_rulebook(rules), as_of=as_of)
    for name, expected in tables_of(judged).items():
        assert_same_rows(pl.read_parquet(folder / "out" / name / "*.parquet").cast(expected.schema), expected)


def with_a_kill(master: str, events: pl.DataFrame, rulebook: Rulebook, folder: Path) -> None:
    """The same with an executor killed as it hands over what it judged."""
    folder.mkdir()
    events.write_parquet(folder / "events.parquet")
    judged = judge(events, rulebook, as_of=last(events))
    with session(master, {}) as spark:
        asked = Question(rulebook, last(events), at_once=20_000)
        told = check(read_events(spark, str(folder / "events.parquet")), asked, wrap=killing(folder / "killed"))
        for name, expected in tables_of(judged).items():
            assert_same_rows(collected(told[name], TABLES[name]), expected)
    if not (folder / "killed").exists():
        raise SystemExit("nothing was killed.")


def main(words: list[str]) -> int:
    """Run all of it and print how long each took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    given = parser.parse_args(words)
    events = city(given.cases)
    with tempfile.TemporaryDirectory(prefix="zs-spark-") as scratch, standalone(Path(scratch)) as master:
        folder = Path(scratch)
        begun = time.monotonic()
        by_command(master, events, RULEBOOK, last(events), folder / "city")
        begun = _say(f"{given.cases} cases, {events.height} events, all rules: the same rows", begun)
        with_a_kill(master, events, law(), folder / "kill")
        begun = _say("the same with an executor killed", begun)
        if LOG.is_file():
            boston = read("mapping.toml").frame
            by_command(master, boston, EXAMPLE / "rulebook", AS_OF.astimezone(UTC), folder / "boston")
            _say(f"Boston, {boston.height} events: the same rows", begun)
    return 0


def _say(text: str, begun: float) -> float:
    now = time.monotonic()
    sys.stdout.write(f"{text}; {now - begun:.0f} s\n")
    sys.stdout.flush()
    return now


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
