"""Telling systemd that a loop goes round (sd_notify(3)): with `WatchdogSec` it ends one that hangs and starts it again.

Where NOTIFY_SOCKET is absent, as outside systemd, nothing is said.
"""

import os
import socket
from contextlib import suppress
from typing import Final

VARIABLE: Final = "NOTIFY_SOCKET"
GOES_ROUND: Final = b"WATCHDOG=1"


def goes_round() -> None:
    """Say it. That it could not be said stops no loop."""
    address = os.environ.get(VARIABLE, "")
    if not address:
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaking:
        speaking.sendto(GOES_ROUND, name)
