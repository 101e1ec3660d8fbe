"""A process that measures one thing on request, so that every figure has a process of its own.

Requests come as lines of JSON on standard input, `{"do": "fold"}`; each is answered by one line of JSON. Only the
standard library is imported here: the forms run in an environment that has nothing of this project.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"

Action = Callable[[], Any]


def serve(actions: Mapping[str, Action]) -> None:
    """Answer requests until standard input ends: what an action returns, seconds, and memory in bytes."""
    answer = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    print(json.dumps({"ready": sorted(actions)}), file=answer, flush=True)
    for line in sys.stdin:
        action = actions[json.loads(line)["do"]]
        before = start_peak()
        began = time.perf_counter()
        result = action()
        seconds = time.perf_counter() - began
        reply = {"seconds": seconds, "before": before, "peak": memory("VmHWM"), "result": result}
        print(json.dumps(reply), file=answer, flush=True)


def start_peak() -> int:
    """Forget the peak so far; the resident memory now, bytes."""
    CLEAR.write_text(RESET_PEAK, "ascii")
    return memory("VmRSS")


def memory(field: str) -> int:
    """A memory figure of this process as the kernel keeps it, bytes."""
    for line in STATUS.read_text("ascii", errors="replace").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"{STATUS} names no {field}; the bench needs Linux.")
