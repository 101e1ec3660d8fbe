"""Recording now and then, as a loop calls it between other things."""

import logging
import time
from collections.abc import Callable
from typing import Final

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.closing import record_corrections
from zhunsheng.apps.points.recording import PROCESS, record_points

EVERY_SECONDS: Final = 300.0
LOG: Final = logging.getLogger(__name__)


class Recorder:
    """Runs when it is called and the last time is five minutes ago. A fault is said, and tried again the next time."""

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.last = seconds, float("-inf")

    def __call__(self) -> None:
        """Record what is due."""
        if self.seconds() - self.last < EVERY_SECONDS:
            return
        self.last = self.seconds()
        try:
            record_all()
        except Exception:  # the loop's edge: tasks must not wait for it
            LOG.exception("points: recording failed; it is tried again in five minutes")


def record_all() -> None:
    """One run, and what it corrects of boards that are published."""
    record_points()
    with as_process(PROCESS):
        stored.hold()
        record_corrections(clock.now())
