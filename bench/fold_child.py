"""Measures the fold and the loop beneath it.

    python -m bench.fold_child FOLDER [--cases N]

With NUMBA_DISABLE_JIT=1 the same source runs as plain Python.
"""

import hashlib
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from bench.child import serve
from bench.core_rules import core_rulebook
from bench.prepare import after_all
from bench.visit import visit
from zhunsheng.core.clocks import _Run, fold_events
from zhunsheng.core.encoding import ranges_of
from zhunsheng.core.judge import SLICE_EVENTS

THREADS: Final = 2


class FoldChild:
    """Events, encoded once, and what runs over them."""

    def __init__(self, folder: Path, cases: int | None) -> None:
        events = pl.read_parquet(folder / "sorted.parquet")
        if cases is not None:
            events = events.filter(pl.col("case").is_not_null()).filter(pl.col("case").rle_id() < cases)
        self.events, self.rulebook, self.as_of = events, core_rulebook(), after_all(events)
        (part,) = fold_events(events, self.rulebook, as_of=self.as_of).parts
        self.encoded = part.encoded
        calendar = self.rulebook.calendar.arrays
        self.run = _Run(part.compiled, part.encoded, calendar, part.as_of, with_steps=False)
        roles, arrays = part.compiled.program.roles, part.encoded.arrays
        kinds, versions = np.ascontiguousarray(roles.kind), np.ascontiguousarray(roles.rv)
        self.pairs = (part.compiled.program.role_ptr, kinds, versions, arrays.type, arrays.at)
        self.visit(THREADS)

    def in_chunks(self, work: Callable[[int, int], Any], threads: int) -> list[Any]:
        """Run `work` over slices of cases, as `judge` cuts them."""
        cases = self.encoded.cases
        slices = ranges_of(cases, max(threads, -(-int(cases[-1]) // SLICE_EVENTS)))
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda groups: work(*groups), slices))

    def fold(self, threads: int) -> str:
        """The pass alone: integers in, records out. Returns a digest of the records."""
        first = self.in_chunks(self._first_records, threads)
        return hashlib.sha256(b"".join(first)).hexdigest()

    def _first_records(self, first: int, end: int) -> bytes:
        """Fold a slice; of its records some are kept, as `judge` too lets them go when it has made its tables."""
        work, rows = self.run.fold_chunk(first, end)
        return bytes(work.results[: min(rows, 1000)].tobytes())

    def visit(self, threads: int) -> int:
        """The loop that only visits."""
        cases = self.encoded.cases
        return len(self.in_chunks(lambda a, b: visit(*self.pairs, cases[a], cases[b]), threads))

    def fold_events(self) -> int:
        """From the frame to the records. Returns the number of clocks."""
        folded = fold_events(self.events, self.rulebook, as_of=self.as_of, threads=THREADS)
        return len(folded.parts[0].results)


def main() -> None:
    """Answer requests."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int)
    arguments = parser.parse_args()
    child = FoldChild(arguments.folder, arguments.cases)
    serve(
        {
            "fold": lambda: child.fold(THREADS),
            "fold_one": lambda: child.fold(1),
            "visit": lambda: child.visit(THREADS),
            "visit_one": lambda: child.visit(1),
            "fold_events": child.fold_events,
            "events": lambda: child.events.height,
        }
    )


if __name__ == "__main__":
    main()
