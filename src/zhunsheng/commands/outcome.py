"""Exit codes, and errors that a user can mend."""

from typing import Final

FINE: Final = 0
OUR_FAULT: Final = 1
REFUSED: Final = 2
RED: Final = 10
ONLY_UNKNOWN: Final = 11


class UsageRefused(ValueError):
    """What was asked cannot be done as asked; the message says what to ask instead."""
