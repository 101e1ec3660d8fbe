"""An executor killed in the middle of its work."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from zhunsheng.scale.tasks import Task


def killing(once: Path) -> Callable[[Task], Task]:
    """Of the tasks that are wrapped, the first that has judged its cases kills its executor (SIGKILL) before it hands
    the rows over, and everything that the executor held is gone. `once` is a file that says that it is done."""

    def wrapped(task: Task) -> Task:
        def killed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            rows = list(task(batches))
            try:
                once.touch(exist_ok=False)
            except FileExistsError:
                yield from rows
                return
            os.kill(executor(), signal.SIGKILL)
            signal.pause()  # with its executor this process ends, too

        return killed

    return wrapped


def executor() -> int:
    """The process id of the Java machine that started this one."""
    process = os.getpid()
    while Path(f"/proc/{process}/comm").read_text("utf-8").strip() != "java":
        process = int(Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
        if process <= 1:
            raise RuntimeError("no executor of Spark above this process.")
    return process
