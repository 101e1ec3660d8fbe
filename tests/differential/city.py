"""The synthetic city: what the oracle finds and what the engine finds, row for row, at a dozen random instants.

python -m tests.differential.city --cases 100000 --instants 12 --seed 1
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from tests.oracle.book import Vocabulary
from tests.oracle.check_book import Check, read_checks
from tests.oracle.checks import judge_checks
from tests.oracle.truth import Bench, truth_of
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.core.judge import judge
from zhunsheng.core.schemas import FINDINGS

RULEBOOK: Final = Path(__file__).parents[2] / "rulebook"
KEYS: Final = ("rule", "case", "incident", "subject", "epoch")
FOUND: Final = (*KEYS, "kind", "level", "found_at")
YEAR_MINUTES: Final = 365 * 1440
PROCESSES: Final = 2
SHOWN: Final = 20  # rows of an instant
CHECKED: Final = (
    "rule",
    "subject",
    "case",
    "incident",
    "person",
    "unit",
    "kind",
    "level",
    "found_at",
    "event",
    "reason",
)
CLOCK: Final = (*KEYS, "due", "outer", "stopped", "outcome", "question")


def instants_of(events: pl.DataFrame, count: int, seed: int) -> list[datetime]:
    """Random instants of the year, to the minute. A few cases with long limits opened years before it."""
    last = events["at"].max()
    assert isinstance(last, datetime)  # a city has events
    chance = random.Random(seed)
    return sorted(last - timedelta(minutes=chance.randrange(YEAR_MINUTES)) for _ in range(count))


def differences(cases: int, instants: int, seed: int, *, first: int = 1) -> tuple[int, pl.DataFrame]:
    """How many findings the oracle has, and every row that only one of the two has (column `only`); of each instant
    from the `first` on, which are told as they come."""
    rulebook = load_rulebook(RULEBOOK)
    events = generate(cases, seed, rulebook.vocabulary, rulebook.calendar).events
    bench = Bench.read(RULEBOOK)
    judged = {rule.id for rule in rulebook.judged()}
    checks = [check for check in read_checks(RULEBOOK) if check.acts]
    total, parts = 0, []
    for number, as_of in list(enumerate(instants_of(events, instants, seed), 1))[first - 1 :]:
        began = time.monotonic()
        truth = truth_of(events, bench, [as_of], processes=PROCESSES).filter(pl.col("rule").is_in(sorted(judged)))
        ours = judge(events, rulebook, as_of=as_of)
        expected = truth.explode("findings").filter(pl.col("findings").is_not_null())
        expected = expected.select(*KEYS, pl.col("findings").struct.unnest()).select(FOUND)
        of_clocks = pl.col("rule").is_in(sorted(judged)) & (pl.col("kind") != "late_known")
        found = ours.findings.filter(of_clocks).select(FOUND)
        said = _checked(events, checks, bench, as_of)
        of_checks = pl.col("rule").is_in([check.id for check in checks])
        ours_said = ours.findings.filter(of_checks).select(*CHECKED, "events").cast(said.schema)
        total += expected.height + said.height
        parts += [_only(expected, found, "finding"), _only(truth.select(CLOCK), ours.clocks.select(CLOCK), "clock")]
        parts.append(_only(said, ours_said, "finding"))
        rows = pl.concat(parts[-3:], how="diagonal")
        tell(f"{number}, {as_of}: {total} findings so far, {rows.height} rows differ, {time.monotonic() - began:.0f} s")
        for row in rows.head(SHOWN).iter_rows(named=True):
            tell(f"  {row}")
    return total, pl.concat([part for part in parts if part.height] or [parts[0]], how="diagonal")


def tell(line: str) -> None:
    """Print a line now: the next takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _checked(events: pl.DataFrame, checks: Sequence[Check], bench: Bench, as_of: datetime) -> pl.DataFrame:
    """What the oracle says by checks. In the city nobody works, and no place serves, in two units: unit by unit.

    The check that counts findings is compared elsewhere (tests.differential.checks).
    """
    units = [part.to_dicts() for part in events.partition_by("unit")]
    judged = partial(_checked_unit, checks, bench.vocabulary, as_of)
    # A forked child would inherit the locks of Polars' threads
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = [row for found in pool.map(judged, units) for row in found]
    return pl.DataFrame(rows, schema={**{name: FINDINGS[name] for name in CHECKED}, "events": pl.List(pl.String())})


def _checked_unit(
    checks: Sequence[Check], vocabulary: Vocabulary, as_of: datetime, events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {**{name: getattr(verdict, name) for name in CHECKED}, "events": list(verdict.events)}
        for verdict in judge_checks(checks, vocabulary, events, as_of)
    ]


def _only(theirs: pl.DataFrame, ours: pl.DataFrame, what: str) -> pl.DataFrame:
    columns = theirs.columns
    missed = theirs.join(ours, on=columns, how="anti", nulls_equal=True).with_columns(only=pl.lit(f"oracle {what}"))
    extra = ours.join(theirs, on=columns, how="anti", nulls_equal=True).with_columns(only=pl.lit(f"engine {what}"))
    return pl.concat([missed, extra])


def main(arguments: Sequence[str]) -> int:
    """The command line. 0 where both find the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.city", description="Engine against oracle.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--instants", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="begin with this instant of them")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    total, rows = differences(given.cases, given.instants, given.seed, first=given.first)
    missed = rows.filter(pl.col("only") == "oracle finding").height if rows.height else 0
    extra = rows.filter(pl.col("only") == "engine finding").height if rows.height else 0
    tell(
        f"{given.cases} cases, {given.instants} instants, seed {given.seed}: {total} findings, "
        f"{missed} missed, {extra} false, {rows.height} rows differ in all; {time.monotonic() - began:.0f} s"
    )
    return 1 if rows.height else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
