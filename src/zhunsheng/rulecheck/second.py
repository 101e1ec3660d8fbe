"""The second computation of every expectation: the oracle of the test tree, started as a program of its own.

The package may not import its tests, and is shipped without them; a source tree has both.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MODULE: Final = "tests.rulecheck.second"
DIFFERS: Final = 1


@dataclass(frozen=True)
class Second:
    """What the oracle says of the rule files; not `run` where there is none beside the package."""

    run: bool
    differences: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.run:
            return "not computed a second time: no oracle beside the package"
        return f"computed again by the oracle: {len(self.differences)} differ"


class OracleBroken(RuntimeError):
    """The oracle stopped for a reason of its own; its last words are in the message."""


def second_computation(rulebook: Path, root: Path) -> Second:
    """Let the oracle of the tree at `root` judge every test of a rulebook folder.

    Raises  OracleBroken where it stops without an answer.
    """
    if not (root / "tests" / "oracle").is_dir():
        return Second(run=False)
    done = subprocess.run(
        [sys.executable, "-m", MODULE, str(rulebook.resolve())], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, DIFFERS):
        raise OracleBroken(f"{MODULE} stopped with {done.returncode}: {done.stderr.strip()[-400:]}. Run it by hand.")
    return Second(run=True, differences=tuple(done.stdout.splitlines()))
