"""How the check of an archive grows with it; `./zs bench archive` starts it.

python -m bench.archive [--events N,N] [--memory SIZE] [--scratch DIR] [--quick] [--json]

The smallest size is what the others are held against: time an event, and memory within the limit.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.keep import keep, show
from bench.measure import OURS
from bench.process import Child, run
from bench.table import MEGABYTE, Line
from zhunsheng.commands.archive import bytes_of

SIZES: Final = "1000000,20000000,100000000"
QUICK: Final = "30000,90000"
MEMORY: Final = "8G"
SEED: Final = 20260101
GROWTH_BOUND: Final = 1.3
MEASURED: Final = ("src/zhunsheng/core", "src/zhunsheng/files/archive.py", "src/zhunsheng/commands/archive.py")


@dataclass(frozen=True)
class Checked:
    """One size: events, findings, seconds, resident memory at its peak in bytes."""

    events: int
    findings: int
    seconds: float
    peak: int

    @property
    def per_event(self) -> float:
        """Microseconds."""
        return self.seconds / self.events * 1e6


def main() -> int:
    """Measure, print, and append to docs/measurements.toml what a full run found."""
    arguments = parsed()
    wanted = [int(size) for size in (QUICK if arguments.quick else arguments.events).split(",")]
    with TemporaryDirectory(prefix="zhunsheng-bench-", dir=arguments.scratch) as name:
        sizes = {size: checked(Path(name) / str(size), size, arguments) for size in wanted}
    found = list(lines(sizes, bytes_of(arguments.memory)))
    show(found, "./zs bench archive: every rule, part by part", as_json=arguments.json)
    command = f"./zs bench archive --events {arguments.events} --memory {arguments.memory}"
    if not arguments.quick:
        keep(found, command=command, paths=MEASURED, seed=arguments.seed)
    return 0


def parsed() -> Namespace:
    """The command line."""
    parser = ArgumentParser()
    parser.add_argument("--events", default=SIZES, help=f"sizes, rounded up to whole cities (default {SIZES})")
    parser.add_argument("--memory", default=MEMORY, help=f"how much memory may be used (default {MEMORY})")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scratch", type=Path, help="where the archives lie meanwhile: 60 bytes an event")
    parser.add_argument("--quick", action="store_true", help="two small archives; nothing is recorded")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def checked(folder: Path, events: int, arguments: Namespace) -> Checked:
    """Write an archive of at least so many events, and judge it in a process of its own."""
    run(OURS, "bench.archive_make", [str(folder), "--events", str(events), "--seed", str(arguments.seed)])
    with Child(OURS, "bench.archive_child", str(folder), "--memory", arguments.memory) as child:
        answer = child.ask("check")
    judged, findings = answer.result
    return Checked(judged, findings, answer.seconds, answer.peak)


def lines(sizes: Mapping[int, Checked], allowed: int) -> Iterator[Line]:
    """Every figure, sizes first."""
    for size, one in sizes.items():
        prefix = f"bench.archive.{size}"
        yield Line(f"{prefix}.events", "events", f"{one.events:,}")
        yield Line(f"{prefix}.findings", "findings", f"{one.findings:,}")
        yield Line(f"{prefix}.seconds", "check of the archive", f"{one.seconds:,.0f} s")
        yield Line(f"{prefix}.per_event", "time an event", f"{one.per_event:.2f} µs")
        bound = f"≤ {allowed / MEGABYTE:,.0f} MB"
        yield Line(f"{prefix}.peak", "peak memory", f"{one.peak / MEGABYTE:,.0f} MB", bound, one.peak <= allowed)
    if len(sizes) > 1:
        smallest, largest = sizes[min(sizes)], sizes[max(sizes)]
        growth = largest.per_event / smallest.per_event
        title = f"time an event, {largest.events:,} beside {smallest.events:,}"
        yield Line("bench.archive.growth", title, f"{growth:.2f}", f"≤ {GROWTH_BOUND:g}", growth <= GROWTH_BOUND)


if __name__ == "__main__":
    sys.exit(main())
