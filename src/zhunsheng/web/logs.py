"""Log lines without personal data: what failed and where, never the values it failed on."""

import logging
import re
import time
import traceback
from typing import Final

KEPT_FRAMES: Final = 8
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class RedactedFormatter(logging.Formatter):
    """Time, level, logger, message. Of an exception its type and places; its text may quote a row and is left out."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """One line, whatever a request put into it: nobody writes an entry of his own."""
        return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """The type of the exception and the last places it passed."""
        if not isinstance(ei, tuple) or ei[0] is None:
            return ""
        frames = traceback.extract_tb(ei[2])[-KEPT_FRAMES:]
        places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        return f"{ei[0].__name__} at {places}"
