"""Three checks beside the same in other engines; `./zs bench checks` starts it.

python -m bench.checks [--events N,N] [--rounds N] [--forms-python PYTHON] [--drools-python PYTHON] [--scratch DIR]
                       [--quick] [--json]

Each engine reads a file of events and says which acts are broken; what they say is compared before anything counts.
Then the first check alone, event by event, in a rule engine that takes facts one at a time.
"""

import shutil
import statistics
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.keep import keep, show
from bench.measure import MOST_FOR_PANDAS, OURS, Disagreement, Figures
from bench.process import Child, run
from bench.table import Line

SIZES: Final = "100000,1000000"
QUICK: Final = "30000"
SEED: Final = 20260101
MOST_ONE_BY_ONE: Final = 100_000  # events that are asserted one at a time
MEASURED: Final = ("src/zhunsheng/core", "bench/checks.py", "bench/checks_child.py", "bench/forms")
MODULES: Final = {
    "ours": "bench.checks_child",
    "plain": "bench.forms.checks_plain",
    "polars": "bench.forms.checks_polars",
    "duckdb": "bench.forms.checks_duckdb",
    "pandas": "bench.forms.checks_pandas",
}
TITLES: Final = {"ours": "ours", "plain": "plain Python", "polars": "Polars", "duckdb": "DuckDB", "pandas": "pandas"}


def main() -> int:
    """Measure, print, and append to docs/measurements.toml what a full run found."""
    arguments = parsed()
    wanted = [int(size) for size in (QUICK if arguments.quick else arguments.events).split(",")]
    with TemporaryDirectory(prefix="zhunsheng-bench-", dir=arguments.scratch) as name:
        found = [line for size in wanted for line in lines(Path(name) / str(size), size, arguments)]
    show(found, "./zs bench checks: from a file of events to verdicts", as_json=arguments.json)
    if not arguments.quick:
        command = f"./zs bench checks --events {arguments.events} --rounds {arguments.rounds}"
        keep(found, command=command, paths=MEASURED, seed=arguments.seed)
    return 0


def parsed() -> Namespace:
    """The command line."""
    parser = ArgumentParser()
    parser.add_argument("--events", default=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--forms-python", type=Path)
    parser.add_argument("--drools-python", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def lines(folder: Path, events: int, arguments: Namespace) -> Iterator[Line]:
    """Every figure of one size."""
    run(OURS, "bench.checks_make", [str(folder), "--events", str(events), "--seed", str(arguments.seed)])
    yield Line(f"bench.checks.{events}.events", "events", f"{events:,}")
    for name, seconds in three_checks(folder, events, arguments).items():
        yield Line(f"bench.checks.{events}.{name}", f"three checks, {TITLES[name]}", f"{seconds:.3f} s")
    few = min(events, MOST_ONE_BY_ONE)
    if arguments.drools_python and few == events and shutil.which("java"):
        for name, seconds in one_by_one(folder, arguments).items():
            words = "Drools" if name == "drools" else "ours"
            yield Line(f"bench.events.{events}.{name}", f"one check, {words}", f"{seconds:.3f} s")


def three_checks(folder: Path, events: int, arguments: Namespace) -> Figures:
    """Each engine in turn, round by round; medians in seconds. Raises Disagreement."""
    python = arguments.forms_python or OURS
    names = [name for name in MODULES if name != "pandas" or events <= MOST_FOR_PANDAS]
    if arguments.forms_python is None:
        names = [name for name in names if name not in ("duckdb", "pandas")]  # they are no part of our environment
    seconds: dict[str, list[float]] = defaultdict(list)
    said: dict[str, Any] = {}
    with ExitStack() as stack:
        children = {
            name: stack.enter_context(Child(OURS if name == "ours" else python, MODULES[name], str(folder)))
            for name in names
        }
        for name, child in children.items():
            said[name] = child.ask("say").result  # also warms it
        must_agree(said)
        for _ in range(arguments.rounds):
            for name, child in children.items():
                seconds[name].append(child.ask("run").seconds)
    return {name: statistics.median(values) for name, values in seconds.items()}


def one_by_one(folder: Path, arguments: Namespace) -> Figures:
    """The first check in a rule engine, and ours over the same events. Raises Disagreement."""
    with (
        Child(OURS, MODULES["ours"], str(folder)) as ours,
        Child(
            arguments.drools_python, "bench.forms.checks_drools", str(folder), environment={"JAVA_HOME": java_home()}
        ) as drools,
    ):
        must_agree({"ours": ours.ask("say_first").result, "drools": drools.ask("say").result})
        pairs = [(ours.ask("run_first"), drools.ask("run")) for _ in range(arguments.rounds)]
    return {
        "ours": statistics.median(one.seconds for one, _ in pairs),
        "drools": statistics.median(other.seconds for _, other in pairs),
    }


def java_home() -> str:
    """Where the Java runtime lies."""
    return str(Path(shutil.which("java") or "").resolve().parent.parent)


def must_agree(said: Mapping[str, Any]) -> None:
    """Every engine says the same of the same acts. Raises Disagreement."""
    for name, answers in said.items():
        if sorted(answers) != sorted(said["ours"]):
            odd = sorted(set(map(tuple, answers)) ^ set(map(tuple, said["ours"])))
            raise Disagreement(f"{name} and ours differ in {len(odd)} acts: {odd[0]}")


if __name__ == "__main__":
    sys.exit(main())
