"""The child process that reads files of others: one fork a file, with limits of memory, processor time and output.

Started by isolation.py as `python -m zhunsheng.files.child`. It reads pickled requests from its standard input and
answers each with one line of JSON on its standard output. What is read lies in the folder that the request names.
"""

import json
import os
import pickle
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.load import load_file, load_table
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.refusal import InputRefused

EVENTS_FILE: Final = "events.arrow"
OUTCOME_FILE: Final = "outcome.json"
POLL_S: Final = 0.002
SLOWEST_POLL_S: Final = 0.01
KILOBYTE: Final = 1024
BUSY: Final = 3


@dataclass(frozen=True)
class Limits:
    """What one file may cost."""

    memory_bytes: int  # of data, as the kernel counts it: heap and anonymous maps
    seconds: float  # with the machine to itself: twice that of processor time, three times on the clock of a busy one
    output_bytes: int


@dataclass(frozen=True)
class Request:
    """One file to read, and the folder for what comes out. Without a vocabulary its rows are wanted, not its events."""

    path: Path
    folder: Path
    vocabulary: Vocabulary | None
    mapping: Mapping | None
    limits: Limits


@dataclass(frozen=True)
class Ending:
    """How the process that read a file ended."""

    status: int  # exit code; negative: the signal
    seconds: float
    memory_bytes: int  # largest resident set
    timed_out: bool


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301 (our own parent wrote it)
        except EOFError:
            return
        print(json.dumps(asdict(serve(request))), flush=True)  # noqa: T201 (the pipe to the parent)


def serve(request: Request) -> Ending:
    """Read one file in a fork of its own, and wait for it."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        read_in_limits(request)
    return wait(child, began, request.limits.seconds * BUSY)


def wait(child: int, began: float, seconds: float) -> Ending:
    """Wait for a fork; kill it when its time is up."""
    pause, timed_out = POLL_S, False
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        elapsed = time.monotonic() - began
        if ended:
            code = os.waitstatus_to_exitcode(status)
            is_late = timed_out or code == -signal.SIGXCPU
            return Ending(code, elapsed, usage.ru_maxrss * KILOBYTE, is_late)
        if elapsed > seconds and not timed_out:
            os.kill(child, signal.SIGKILL)
            timed_out = True
        time.sleep(pause)
        pause = min(pause * 2, SLOWEST_POLL_S)


def read_in_limits(request: Request) -> None:
    """Read the file and leave its events or its issues in the folder. Never returns."""
    code = 1
    try:
        limit(request.limits)
        try:
            outcome = _events(request, request.vocabulary) if request.vocabulary else _table(request)
        except InputRefused as refused:
            outcome = {"issues": [asdict(issue) for issue in refused.issues]}
        (request.folder / OUTCOME_FILE).write_text(json.dumps(outcome), "utf-8")
        code = 0
    finally:
        # Whatever happened, this copy of the server must not go on serving.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)


def _events(request: Request, vocabulary: Vocabulary) -> dict[str, object]:
    loaded = load_file(request.path, vocabulary=vocabulary, mapping=request.mapping)
    if not loaded.is_canonical:  # else the parent takes them from the file, which is now known to be sound
        loaded.events.write_ipc(request.folder / EVENTS_FILE, compression="uncompressed")
    return {name: getattr(loaded, name) for name in ("rows_in", "rows_without_event", "repeated", "is_canonical")}


def _table(request: Request) -> dict[str, object]:
    load_table(request.path).write_ipc(request.folder / EVENTS_FILE, compression="uncompressed")
    return {}


def limit(limits: Limits) -> None:
    """Bind this process. What it says on standard error (a panic, a back trace) is nobody's message."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    processor = int(limits.seconds * 2) + 1
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
