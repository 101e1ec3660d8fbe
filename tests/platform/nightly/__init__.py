"""Larger runs that print figures. Importing the environment first sets Django up for all of them.

With `--append` in the command line a run also appends its figures to docs/measurements.toml.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.platform.environment import HOME, say
from zhunsheng.measurements import Measurement, append

__all__ = ["HOME", "append_figures", "arguments"]

FILE = Path(__file__).resolve().parents[3] / "docs" / "measurements.toml"
FLAG = "--append"


def arguments() -> list[str]:
    """The command line without the flag."""
    return [argument for argument in sys.argv[1:] if argument != FLAG]


def append_figures(figures: Mapping[str, str], *, run: str, paths: tuple[str, ...]) -> None:
    """Append figures of a run by name, where the command line asks for it."""
    if FLAG in sys.argv:
        for name, figure in figures.items():
            command = f"python -m tests.platform.nightly.{run} {FLAG}"
            say(append(FILE, Measurement(name, figure, command, paths), at=datetime.now(UTC)))
