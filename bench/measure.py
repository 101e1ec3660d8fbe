"""One size of the bench: what is asked of which process, in turn, and the figures that come of it."""

import math
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from bench.compare import differences
from bench.process import ROOT, Child, run

OURS: Final = Path(sys.executable)
FOLD: Final = ("fold", "visit", "fold_one", "visit_one", "fold_events")
CHECK: Final = ("floor_sorted", "check_sorted", "whole_sorted", "floor_shuffled", "check_shuffled", "whole_shuffled")
PLAIN_ONLY: Final = ("pandas",)  # forms that express plain cases only
MOST_FOR_PANDAS: Final = 2_000_000  # events: beyond, its joins do not fit beside the others
MOST_FOR_EVERYTHING: Final = 5_000_000  # events: beyond, what every rule says does not fit 24 GB
PLAIN_CASES: Final = 200  # of the sample that plain Python folds
COLD_EVENTS: Final = 1_000
NO_JIT: Final = {"NUMBA_DISABLE_JIT": "1"}

Figures = dict[str, float]


class Disagreement(RuntimeError):
    """Two computations of the same clocks differ: no figure of theirs means anything."""


@dataclass(frozen=True)
class Forms:
    """Which forms run, under which interpreter."""

    python: Path
    names: tuple[str, ...]

    def of(self, events: int) -> tuple[str, ...]:
        """Those that can hold so many events."""
        return tuple(name for name in self.names if name != "pandas" or events <= MOST_FOR_PANDAS)


def measure_size(folder: Path, events: int, seed: int, forms: Forms, rounds: int) -> Figures:
    """Make a city of the size and measure everything over it. Raises Disagreement, ChildFailed."""
    run(OURS, "bench.prepare", [str(folder), "--events", str(events), "--seed", str(seed)])
    return fold_and_forms(folder, forms, forms.of(events), rounds) | check_and_floor(folder, events, rounds)


def fold_and_forms(folder: Path, forms: Forms, names: Sequence[str], rounds: int) -> Figures:
    """The fold, the visiting loop and each form, one after the other in every round; medians in seconds."""
    seconds: dict[str, list[float]] = defaultdict(list)
    figures: Figures = {}
    with ExitStack() as stack:
        ours = stack.enter_context(Child(OURS, "bench.fold_child", str(folder)))
        children = {
            name: stack.enter_context(Child(forms.python, f"bench.forms.{name}_form", str(folder))) for name in names
        }
        figures["events"] = ours.ask("events").result
        for child in children.values():
            child.ask("run")  # once unmeasured, as the fold is warm too
        for _ in range(rounds):
            for action in FOLD:
                seconds[action].append(ours.ask(action).seconds)
            for name, child in children.items():
                answer = child.ask("run")
                seconds[name].append(answer.seconds)
                figures[f"{name}.peak"] = max(figures.get(f"{name}.peak", 0), answer.peak - answer.before)
        for child in children.values():
            child.ask("write")
    for name in names:
        must_agree(folder, name)
    if set(names) & set(PLAIN_ONLY):
        figures["plain"] = plain_share(folder)
    return figures | {name: statistics.median(values) for name, values in seconds.items()}


def must_agree(folder: Path, form: str) -> None:
    """A form says what the fold says, in every case that it expresses."""
    is_plain = form in PLAIN_ONLY
    differing = differences(folder, form, plain_only=is_plain)
    if differing.height:
        cases = "plain cases" if is_plain else "all cases"
        raise Disagreement(f"{form} and the fold differ in {differing.height} rows of {cases}: {differing.row(0)}")


def plain_share(folder: Path) -> float:
    """The share of cases that are plain."""
    cases = pl.scan_parquet(folder / "encoded.parquet").select(pl.col("case").n_unique()).collect().item()
    plain = pl.scan_parquet(folder / "plain.parquet").select(pl.len()).collect().item()
    return float(plain / cases)


def check_and_floor(folder: Path, events: int, rounds: int) -> Figures:
    """From files to files, and reading, sorting and writing alone; memory each in a fresh process."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with Child(OURS, "bench.check_child", str(folder)) as child:
        actions = [name for name in CHECK if not name.startswith("whole") or events <= MOST_FOR_EVERYTHING]
        for _ in range(rounds):
            for action in actions:
                seconds[action].append(child.ask(action).seconds)
    figures = {name: statistics.median(values) for name, values in seconds.items()}
    for action in ("judge", "floor_sorted"):
        with Child(OURS, "bench.check_child", str(folder)) as child:
            answer = child.ask(action)
        figures[f"{action}.peak"] = answer.peak - answer.before
        if action == "judge":
            figures |= {"judge": answer.seconds, "events.bytes": answer.result}
    return figures


def plain_python(folder: Path, rounds: int) -> Figures:
    """The same source compiled and not, over a sample. Raises Disagreement where their records differ."""
    cases = ["--cases", str(PLAIN_CASES)]
    with (
        Child(OURS, "bench.fold_child", str(folder), *cases) as compiled,
        Child(OURS, "bench.fold_child", str(folder), *cases, environment=NO_JIT) as plain,
    ):
        events = compiled.ask("events").result
        pairs = [(compiled.ask("fold_one"), plain.ask("fold_one")) for _ in range(rounds)]
    if any(one.result != other.result for one, other in pairs):
        raise Disagreement("the compiled fold and the same source as plain Python give different records.")
    return {"plain.event": statistics.median(other.seconds for _, other in pairs) / events}


def cold_check(folder: Path, rounds: int) -> Figures:
    """`./zs check` of a thousand events in a process of its own, after a first run that may compile."""
    file, as_of = folder / "cold.parquet", "2026-09-01"
    run(OURS, "bench.first_events", [str(folder), str(file), str(COLD_EVENTS)])
    command = [str(ROOT / "zs"), "check", str(file), "--as-of", as_of, "--json"]
    seconds = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, check=False)
        seconds.append(time.perf_counter() - began)
        if done.returncode not in (0, 10, 11):
            raise subprocess.CalledProcessError(done.returncode, command)
    return {"cold": statistics.median(seconds[1:])}


def growth(sizes: Mapping[int, Figures], name: str) -> float:
    """The exponent by which a figure grows with the events: the slope of its logarithm, by least squares."""
    points = [(math.log(figures["events"]), math.log(figures[name])) for figures in sizes.values()]
    slope, _ = statistics.linear_regression([x for x, _ in points], [y for _, y in points])
    return slope
