"""The bench of the clock; `./zs bench clocks` starts it.

python -m bench.clocks [--events N,N] [--quick] [--json] [--forms-python PYTHON]
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from bench.measure import OURS, Forms, cold_check, measure_size, plain_python
from bench.process import ROOT
from bench.table import FORMS, Line, lines, show
from zhunsheng.measurements import Measurement, TreeNotClean, append

MEASUREMENTS: Final = ROOT / "docs" / "measurements.toml"
MEASURED: Final = ("src/zhunsheng/core", "src/zhunsheng/files", "bench")
QUICK_EVENTS: Final = 100_000
SEED: Final = 20260101


def main() -> int:
    """Measure, print, and append to docs/measurements.toml what a full run found."""
    arguments = parsed()
    console = Console(stderr=arguments.json)
    python = arguments.forms_python or OURS
    forms = Forms(python, FORMS if arguments.forms_python else FORMS[:1])
    with TemporaryDirectory(prefix="zhunsheng-bench-", dir=arguments.scratch) as name:
        found = list(measured(Path(name), arguments, forms, console))
    show(found, console)
    if arguments.json:
        sys.stdout.write(json.dumps({line.name: line.figure for line in found}, indent=1, ensure_ascii=False) + "\n")
    if not arguments.quick:
        record(found, arguments, console)
    return 0


def parsed() -> Namespace:
    """The command line."""
    parser = ArgumentParser()
    parser.add_argument("--events", default="100000,1000000,10000000")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--forms-python", type=Path)
    return parser.parse_args()


def measured(folder: Path, arguments: Namespace, forms: Forms, console: Console) -> list[Line]:
    """Every figure of every size."""
    wanted = [QUICK_EVENTS] if arguments.quick else [int(number) for number in arguments.events.split(",")]
    sizes = {}
    for events in wanted:
        console.print(f"{events:,} events …", highlight=False)
        sizes[events] = measure_size(folder / str(events), events, arguments.seed, forms, arguments.rounds)
    smallest = folder / str(min(wanted))
    once = plain_python(smallest, 1 if arguments.quick else 3)
    if not arguments.quick:
        once |= cold_check(smallest, arguments.rounds)
    return list(lines(sizes, once))


def record(found: list[Line], arguments: Namespace, console: Console) -> None:
    """Append the figures, unless the tree is not what a commit says."""
    command = f"./zs bench clocks --events {arguments.events} --rounds {arguments.rounds}"
    now = datetime.now(UTC)
    try:
        for line in found:
            append(MEASUREMENTS, Measurement(line.name, line.figure, command, MEASURED, arguments.seed), at=now)
    except TreeNotClean as unclean:
        console.print(f"Not recorded: {unclean}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
