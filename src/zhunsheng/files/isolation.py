"""Files of others are read in a child process: what crashes, hangs or exhausts it is a refusal here."""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping as Dictionary
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import polars as pl

from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.child import EVENTS_FILE, OUTCOME_FILE, Ending, Limits, Request
from zhunsheng.files.load import Loaded, suffix_of
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.refusal import ROW, InputRefused, Issue

MEGABYTE: Final = 1 << 20
LEAST_MEMORY: Final = 400 * MEGABYTE
LEAST_SECONDS: Final = 15.0
SECONDS_PER_MEGABYTE: Final = 1 / 20  # of memory allowed
SHARE_OF_MACHINE: Final = 0.7
LEAST_OUTPUT: Final = 256 * MEGABYTE
CHILD_ENVIRONMENT: Final = {
    # One thread of BLAS, which nothing here uses: a fork then copies no pool of them.
    "OPENBLAS_NUM_THREADS": "1",
    # A fork reads one file and ends: to give memory back before, only to ask for it again, took a quarter of its time.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1",
}
GROWTH: Final[Dictionary[str | None, int]] = {
    ".csv": 20, ".jsonl": 30, ".ndjson": 30, ".parquet": 2000, ".xlsx": 150, ".xes": 8, ".xes.gz": 200,
}  # fmt: skip
"""Suffix → how many times its size on disk a sound file may need in memory (a column of one value takes none)."""


class FileReader:
    """Reads files one after the other, each in a fresh fork of one child process. A context manager."""

    def __init__(self, vocabulary: Vocabulary | None = None, mapping: Mapping | None = None) -> None:
        self.vocabulary, self.mapping = vocabulary, mapping
        self.last: Ending | None = None

    def __enter__(self) -> "FileReader":
        self._start()
        return self

    def _start(self) -> None:
        environment = {**os.environ, **CHILD_ENVIRONMENT}
        command = [sys.executable, "-P", "-m", "zhunsheng.files.child"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.communicate()

    @property
    def process_id(self) -> int:
        """Of the child process."""
        return self._child.pid

    def read(self, path: Path) -> Loaded:
        """The events of one file. Raises InputRefused, also where the reader crashed or ran out of what it may use."""
        assert self.vocabulary is not None, "events are read by a vocabulary; only a table can be read without"
        with tempfile.TemporaryDirectory(prefix="zs-read-") as name:
            before = _signature(path)
            outcome = self._outcome(path, Path(name), self.vocabulary)
            if outcome["is_canonical"]:
                return Loaded(_read_again(path, before), **outcome)
            return Loaded(pl.read_ipc(Path(name) / EVENTS_FILE), **outcome)

    def read_table(self, path: Path) -> pl.DataFrame:
        """The rows of one table as they are: text (null = empty) and #row. Raises InputRefused as `read` does."""
        with tempfile.TemporaryDirectory(prefix="zs-read-") as name:
            self._outcome(path, Path(name), None)
            return pl.read_ipc(Path(name) / EVENTS_FILE)

    def _outcome(self, path: Path, folder: Path, vocabulary: Vocabulary | None) -> dict[str, Any]:
        """What the child says of a file; raises InputRefused where it did not survive it or refused it."""
        self.last = self._ask(Request(path.absolute(), folder, vocabulary, self.mapping, limits_of(path)))
        if self.last.status != 0:
            raise InputRefused([_crash(path, self.last, limits_of(path))])
        outcome: dict[str, Any] = json.loads((folder / OUTCOME_FILE).read_text("utf-8"))
        if "issues" in outcome:
            raise InputRefused(Issue(**issue) for issue in outcome["issues"])
        return outcome

    def _ask(self, request: Request) -> Ending:
        assert self._child.stdin is not None  # both are pipes
        assert self._child.stdout is not None
        try:
            pickle.dump(request, self._child.stdin)
            self._child.stdin.flush()
            answer = self._child.stdout.readline()
        except BrokenPipeError:
            answer = b""
        if answer:
            return Ending(**json.loads(answer))
        # The child process itself is gone, killed from outside: the next file gets a new one.
        self._child.communicate()
        status = self._child.returncode
        self._start()
        return Ending(status, 0.0, 0, timed_out=False)


def _read_again(path: Path, before: tuple[int, int, int] | None) -> pl.DataFrame:
    """A Parquet file that the child has read and found to be the event table: no copy of it need be made.

    Raises  InputRefused if it is not the file that the child saw.
    """
    rows = pl.read_parquet(path, glob=False, hive_partitioning=False)
    if _signature(path) != before:
        raise InputRefused([Issue(path.name, "changed while it was read.", "Read it when nobody writes to it.")])
    return rows.with_columns(pl.int_range(1, rows.height + 1, dtype=pl.Int64).alias(ROW))


def _signature(path: Path) -> tuple[int, int, int] | None:
    if not path.is_file():
        return None
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def limits_of(path: Path) -> Limits:
    """What reading a file may cost: a fixed part, and a part that grows with its size."""
    size = path.stat().st_size if path.is_file() else 0
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    grown = size * GROWTH.get(suffix_of(path), 1)
    memory = min(LEAST_MEMORY + grown, max(LEAST_MEMORY, int(machine * SHARE_OF_MACHINE)))
    seconds = LEAST_SECONDS + grown / MEGABYTE * SECONDS_PER_MEGABYTE
    return Limits(memory, seconds, LEAST_OUTPUT + grown)


def _crash(path: Path, ending: Ending, limits: Limits) -> Issue:
    """What is told of a file that its reader did not survive."""
    allowed = f"{limits.memory_bytes // MEGABYTE} MB and {limits.seconds:.0f} s"
    if ending.timed_out:
        text = f"takes longer than a file of its size should ({allowed})."
    else:
        text = (
            f"ends its reader (code {ending.status}) or needs more memory than a file of its size should ({allowed})."
        )
    return Issue(path.name, text, "It is damaged or made to do harm: export it again, or split it.")
