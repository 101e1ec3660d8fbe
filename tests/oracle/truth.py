"""The truth table of an event log: every clock, as the oracle judges it.

    python -m tests.oracle.truth EVENTS.parquet --as-of 2026-06-30T12:00:00+08:00 --out truth.parquet

Only the groups asked for are judged: `--case` names some, `--sample N` takes about N cases spread over the log.
One row per clock and instant, with its findings as a list.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from tests.oracle.book import Rule, Vocabulary, read_rules, read_vocabulary
from tests.oracle.days import Calendar, read_calendar
from tests.oracle.judge import Verdict, judge

INSTANT: Final = pl.Datetime("us", "UTC")
FINDING: Final = pl.Struct(
    {"kind": pl.String(), "level": pl.String(), "found_at": INSTANT, "due": INSTANT, "outer": INSTANT}
)
TRUTH: Final = pl.Schema(
    {
        "as_of": INSTANT,
        "rule": pl.String(),
        "rule_version": pl.Int32(),
        "case": pl.String(),
        "incident": pl.String(),
        "subject": pl.String(),
        "person": pl.String(),
        "epoch": pl.Int32(),
        "start": INSTANT,
        "start_event": pl.String(),
        "limit": pl.String(),
        "due": INSTANT,
        "due_at_end": pl.Boolean(),
        "outer": INSTANT,
        "outer_at_end": pl.Boolean(),
        "earliest": INSTANT,
        "latest": INSTANT,
        "waits": pl.Boolean(),
        "stopped": INSTANT,
        "stop_event": pl.String(),
        "outcome": pl.String(),
        "question": pl.String(),
        "question_event": pl.String(),
        "question_fact": pl.String(),
        "question_hard": pl.Boolean(),
        "findings": pl.List(FINDING),
    }
)
CHUNK: Final = 100  # groups judged in one go


@dataclass(frozen=True)
class Bench:
    """What every group is judged by."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    calendar: Calendar

    @staticmethod
    def read(rulebook: Path) -> "Bench":
        """Read vocabulary, calendar and rules of a rulebook folder."""
        return Bench(
            tuple(read_rules(rulebook.glob("deadlines/**/*.toml"))),
            read_vocabulary(rulebook / "vocabulary.toml"),
            read_calendar(rulebook / "calendar"),
        )


def truth_of(
    events: pl.DataFrame, bench: Bench, as_of: Sequence[datetime], known_at: datetime | None = None, processes: int = 2
) -> pl.DataFrame:
    """Judge an event table at each instant. Returns TRUTH, in order of instant, rule, case, subject and epoch."""
    groups = _groups(events)
    parts = [pl.concat(groups[n : n + CHUNK]).to_dicts() for n in range(0, len(groups), CHUNK)]
    if processes == 1 or len(parts) < 2:
        found = [judged(part, bench, as_of, known_at) for part in parts]
    else:
        # A forked child would inherit the locks of Polars' threads
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            futures = [pool.submit(judged, part, bench, as_of, known_at) for part in parts]
            found = [future.result() for future in futures]
    rows = [row for part in found for row in part]
    return pl.DataFrame(rows, schema=TRUTH).sort(
        "as_of", "rule", "case", "incident", "subject", "epoch", nulls_last=False, maintain_order=True
    )


def judged(
    rows: list[dict[str, Any]], bench: Bench, as_of: Sequence[datetime], known_at: datetime | None
) -> list[dict[str, Any]]:
    """The clocks of some groups at each instant, as rows of TRUTH."""
    return [
        _row(instant, verdict)
        for instant in as_of
        for verdict in judge(bench.rules, bench.vocabulary, bench.calendar, rows, instant, known_at).verdicts
    ]


def _row(as_of: datetime, verdict: Verdict) -> dict[str, Any]:
    return {**vars(verdict), "as_of": as_of, "findings": [vars(finding) for finding in verdict.findings]}


def _groups(events: pl.DataFrame) -> list[pl.DataFrame]:
    """The events of one case with those of its incident; cases that share an incident stay together."""
    keys: dict[str, str] = {}
    for case, incident in events.select("case", "incident").unique(maintain_order=True).iter_rows():
        names = [name for name in (case and f"c{case}", incident and f"i{incident}") if name]
        root = min(_root(keys, name) for name in names)
        for name in names:
            keys[_root(keys, name)] = root
    key = [
        _root(keys, f"c{case}" if case is not None else f"i{incident}")
        for case, incident in events.select("case", "incident").iter_rows()
    ]
    return events.with_columns(pl.Series("_group", key)).partition_by("_group", maintain_order=True, include_key=False)


def _root(keys: dict[str, str], name: str) -> str:
    keys.setdefault(name, name)
    while keys[name] != name:
        name = keys[name]
    return name


def choose(events: pl.DataFrame, cases: Iterable[str], sample: int | None) -> pl.DataFrame:
    """The events of some cases and of their incidents."""
    wanted = set(cases)
    if sample is not None:
        every = sorted(events["case"].drop_nulls().unique().to_list())
        wanted |= set(every[:: max(1, len(every) // sample)])
    if not wanted:
        return events
    of_cases = events.filter(pl.col("case").is_in(list(wanted)))
    incidents = of_cases["incident"].drop_nulls().unique().to_list()
    return events.filter(pl.col("case").is_in(list(wanted)) | pl.col("incident").is_in(incidents))


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.truth", description="Write what the oracle finds.")
    parser.add_argument("events", type=Path)
    parser.add_argument("--as-of", type=datetime.fromisoformat, action="append", required=True, help="may be repeated")
    parser.add_argument("--known-at", type=datetime.fromisoformat)
    parser.add_argument("--rulebook", type=Path, default=Path(__file__).parents[2] / "rulebook")
    parser.add_argument("--case", action="append", default=[], help="only this case; may be repeated")
    parser.add_argument("--sample", type=int, help="about so many cases, spread over the log")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    events = choose(pl.read_parquet(given.events), given.case, given.sample)
    truth = truth_of(events, Bench.read(given.rulebook), given.as_of, given.known_at, given.processes)
    truth.write_parquet(given.out)
    sys.stdout.write(f"{len(truth)} clocks of {events['case'].n_unique()} cases → {given.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
