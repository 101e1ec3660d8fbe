"""How long the back-test of a year takes beside one judgement of the same year; appends to docs/measurements.toml.

python -m tests.backtest.speed [--cases 100000] [--append]
"""

import argparse
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.backtest.equal import FREE, RULEBOOK
from tests.backtest.late import with_late_and_corrected
from zhunsheng.book import load_rulebook
from zhunsheng.city.make import generate
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import said_history
from zhunsheng.core.judge import judge
from zhunsheng.measurements import Measurement, append

FILE: Final = Path(__file__).parents[2] / "docs" / "measurements.toml"
PATHS: Final = ("src/zhunsheng/core/backtest", "src/zhunsheng/core/fold", "src/zhunsheng/core/checks", "tests/backtest")
COMMAND: Final = "python -m tests.backtest.speed --append"
SEED: Final = 20260101
OWN_LATE: Final = 0.027  # of a city's events are days late or corrected as it is
LATE: Final = 0.05
ROUNDS: Final = 2
MOST: Final = 4.0


def measured(cases: int) -> tuple[float, float, int]:
    """Seconds of one judgement at the end of a year and of the back-test of that year, and how many events. The best
    of some rounds each."""
    rulebook = load_rulebook(RULEBOOK)
    city = generate(cases, SEED, rulebook.vocabulary, rulebook.calendar).events
    events = with_late_and_corrected(city, LATE - OWN_LATE, SEED)
    last = rulebook.calendar.last - timedelta(days=FREE)
    days = Days(last - timedelta(days=364), last, rulebook.vocabulary.zone)
    few = events.head(1000)
    judge(few, rulebook, as_of=days.end(0))
    said_history(few, rulebook, days)
    once, year = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        judge(events, rulebook, as_of=days.end(len(days) - 1))
        once.append(time.perf_counter() - began)
        began = time.perf_counter()
        said_history(events, rulebook, days)
        year.append(time.perf_counter() - began)
    return min(once), min(year), events.height


def main() -> int:
    """Measure and print. Returns 1 where the back-test takes more than four times as long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--append", action="store_true")
    arguments = parser.parse_args()
    once, year, events = measured(arguments.cases)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    ratio = year / once
    sys.stdout.write(
        f"{arguments.cases} cases, {events} events: judged once {once:.2f} s, each day of a year {year:.2f} s, "
        f"{ratio:.2f} times, {peak:.1f} GiB at most\n"
    )
    if arguments.append:
        now = datetime.now(UTC)
        for name, figure in {"backtest.year": f"{year:.0f} s", "backtest.ratio": f"{ratio:.1f}"}.items():
            sys.stdout.write(append(FILE, Measurement(name, figure, COMMAND, PATHS, seed=SEED), at=now))
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
