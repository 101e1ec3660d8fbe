"""Append one figure to docs/measurements.toml: `python -m tools.measured NAME FIGURE COMMAND`, for the suite alone.

What became of a whole group is of no file in particular: the figure does not grow old with the code, but by its day.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from zhunsheng.measurements import Measurement, append

FILE: Final = Path(__file__).resolve().parent.parent / "docs" / "measurements.toml"

if __name__ == "__main__":
    name, figure, command = sys.argv[1:]
    append(FILE, Measurement(name, figure, command, ("tools/suite.py",)), at=datetime.now(UTC))
