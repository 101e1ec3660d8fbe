"""The long measurements of points, by hand or at night: python -m tests.points.nightly [--write]

The simulator over 200 years, coverage over 6,000 periods, and a month of points for a city beside reading its events.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tests.points.book import ROOT, facts
from tests.points.ledger_story import shipped
from tests.points.test_bands import HOURS, MIX
from zhunsheng.book import load_rulebook
from zhunsheng.city.gaming.play import play
from zhunsheng.city.make import City, generate
from zhunsheng.core.judge import judge
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.board import board, hours_interval
from zhunsheng.core.points.from_events import case_facts, rules_of_facts
from zhunsheng.core.points.ledger import ledger
from zhunsheng.core.points.scores import scores
from zhunsheng.measurements import Measurement, append

ZONE = ZoneInfo("Asia/Shanghai")
MOST_TIMES = 3.0
TRIES = 5
PATHS = ("src/zhunsheng/core/points", "src/zhunsheng/city/gaming", "rulebook/points")


def best(work: Callable[[], Any]) -> float:
    """Seconds of the fastest of some tries."""
    times = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def coverage(expected: int, periods: int) -> float:
    """How often the interval of hours holds the truth."""
    rng = np.random.default_rng(expected)
    truth, held = expected * float(MIX @ HOURS), 0
    for cases in rng.poisson(expected, periods):
        interval = hours_interval(rng.choice(HOURS, size=cases, p=MIX).tolist())
        held += interval.low <= truth <= interval.high
    return held / periods


class Month:
    """A month of points of a city."""

    def __init__(self, cases: int, folder: Path) -> None:
        book = load_rulebook(ROOT / "rulebook")
        city = generate(cases, 9, book.vocabulary, book.calendar)
        last = city.events["at"].max()
        assert isinstance(last, datetime)
        self.file = folder / "events.parquet"
        city.events.write_parquet(self.file)
        self.count = len(city.events)
        self.findings = judge(city.events, book, as_of=last + timedelta(days=1)).findings
        ids = [*(rule.id for rule in book.rules), *(check.id for check in book.checks)]
        self.rules = rules_of_facts(facts(), ids, {check.code: check.id for check in book.checks})
        self.officers, self.exposure = _posts(city)
        self.weights = _weights(city)
        self.events = pl.read_parquet(self.file)

    def run(self) -> tuple[int, int]:
        """Facts, ledger, scores and board of March 2026: how many rows of the ledger and the board."""
        begins, ends = datetime(2026, 3, 1, tzinfo=ZONE), datetime(2026, 4, 1, tzinfo=ZONE)
        found = case_facts(self.events, self.findings, self.rules, self.officers, begins=begins, ends=ends)
        policy = _from(date(2026, 1, 1))
        rows = ledger(found, [policy], facts(), weights=self.weights)
        bounds = (
            self.exposure.select("unit")
            .unique()
            .with_columns(period=pl.date(2026, 3, 1), bound=pl.lit(0.1), files=pl.lit(60, pl.Int64))
        )
        scored = scores(rows, policy, facts(), exposure=self.exposure, bounds=bounds)
        return len(rows), len(board(scored, rows, policy))


def _from(day: date) -> Any:
    policy = shipped()
    return type(policy)(**{**policy.__dict__, "in_force": day})


def _posts(city: City) -> tuple[pl.DataFrame, pl.DataFrame]:
    officers = city.officers.select(officer=pl.col("id"), unit=pl.col("unit"))
    posts = officers.select(
        "officer", pl.lit("station").alias("unit.kind"), pl.lit("case_officer").alias("officer.post")
    )
    exposure = officers.select(
        holder="officer",
        unit="unit",
        peers=pl.col("unit").str.slice(0, 6),
        period=pl.date(2026, 3, 1),
        half_days=pl.lit(44, pl.Int64),
    )
    return posts, exposure


def _weights(city: City) -> pl.DataFrame:
    kinds = pl.DataFrame({"case.type": ["criminal", "administrative", "traffic_accident", "traffic_violation"]})
    units = city.events.select("unit").drop_nulls().unique()
    return (
        units.join(kinds, how="cross")
        .select(year=pl.lit(2026, pl.Int32), unit="unit", **{"case.type": "case.type"}, minutes=pl.lit(600, pl.Int64))
        .select(t.WEIGHTS.names())
    )


Figures = dict[str, str]


def of_playing(seeds: int) -> tuple[bool, Figures]:
    """The fourteen strategies over so many years."""
    begun = time.perf_counter()
    gains = list(play(shipped(), facts(), seeds=seeds))
    for gain in gains:
        sys.stdout.write(f"{gain.strategy.code}\t{100 * gain.mean:+.2f}\t{100 * gain.upper:+.2f}\n")
    worst = max(gain.upper for gain in gains)
    took = time.perf_counter() - begun
    figure = f"{len(gains)} strategies, {seeds} years: at most {100 * worst:+.1f} %, {took:.0f} s"
    return all(gain.passes for gain in gains), {"points.simulator": figure}


def of_coverage() -> tuple[bool, Figures]:
    """Never below 93 %; from thirty cases on not above 97 % either: with fewer the interval is wider than need be."""
    covered = {expected: coverage(expected, 6000) for expected in (12, 30, 60, 80)}
    is_met = all(value >= 0.93 and (cases < 30 or value <= 0.97) for cases, value in covered.items())
    return is_met, {"points.coverage": ", ".join(f"{value:.3f} at {cases}" for cases, value in covered.items())}


def of_a_month(cases: int) -> tuple[bool, Figures]:
    """A month of points of a city beside reading its events."""
    with tempfile.TemporaryDirectory() as folder:
        month = Month(cases, Path(folder))
        read = best(lambda: pl.read_parquet(month.file))
        rows, shown = month.run()
        took = best(month.run)
    figure = (
        f"{cases:,} cases a year, {month.count:,} events: read {read:.2f} s, a month {took:.2f} s "
        f"({took / read:.2f} times), {rows:,} rows of the ledger, {shown:,} of the board"
    )
    return took <= MOST_TIMES * read, {"points.month": figure}


def main(words: list[str]) -> int:
    """Measure, print, and fail where a gate is not met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300_000)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", choices=("simulator", "coverage", "month"))
    parser.add_argument("--write", action="store_true", help="append the figures to docs/measurements.toml")
    chosen = parser.parse_args(words)
    parts: dict[str, Callable[[], tuple[bool, Figures]]] = {
        "simulator": lambda: of_playing(chosen.seeds),
        "coverage": of_coverage,
        "month": lambda: of_a_month(chosen.cases),
    }
    is_met, figures = True, Figures()
    for name, measure in parts.items():
        if chosen.only in (None, name):
            good, found = measure()
            is_met, figures = is_met and good, figures | found
    for name, figure in figures.items():
        sys.stdout.write(f"{name}: {figure}\n")
        if chosen.write:
            measured = Measurement(name, figure, "python -m tests.points.nightly --write", PATHS, seed=9)
            append(ROOT / "docs" / "measurements.toml", measured, at=datetime.now(UTC))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
