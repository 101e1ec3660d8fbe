"""Places at which a test kills a process: between two steps whose order is what nothing may be lost by.

`ZS_CRASH_AT=delivery.after_send` makes the process kill itself there as `kill -9` would. Where the variable is absent,
as in every deployment, a crash point does nothing.
"""

import os
import signal
from typing import Final

VARIABLE: Final = "ZS_CRASH_AT"


def crash_at(point: str) -> None:
    """Die here if this is the point that the environment names."""
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
