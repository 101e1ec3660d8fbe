"""The tests of the law and of the core on a server in other zones: a time zone of the machine changes nothing.

    python -m tests.properties.zones [--append]

The suite itself runs in the zone of the machine; here its parts that compute times run once in each of ZONES. Exit code
1 if one test fails in one of them.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from zhunsheng.measurements import Measurement, append

ROOT: Final = Path(__file__).resolve().parents[2]
ZONES: Final = ("UTC", "Asia/Shanghai", "Asia/Urumqi", "America/New_York")
FOLDERS: Final = ("tests/core", "tests/golden", "tests/backtest", "tests/files")
PASSED: Final = re.compile(r"(\d+) passed")
FLAG: Final = "--append"


def main() -> int:
    """Every zone."""
    counts, faults = [], 0
    for zone in ZONES:
        words = (sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *FOLDERS)
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=False
        )
        last = done.stdout.strip().splitlines()[-1]
        say(f"{zone}: {last}")
        if done.returncode:
            faults += 1
            say(done.stdout[-4000:])
        counts.append(sum(int(count) for count in PASSED.findall(last)))
    if FLAG in sys.argv:
        figure = f"{min(counts):,} tests in each of {len(ZONES)} zones of the machine, {faults} zones failed"
        command = f"python -m tests.properties.zones {FLAG}"
        measured = Measurement("zones.tests", figure, command, ("src/zhunsheng/core", "src/zhunsheng/files"))
        say(append(ROOT / "docs" / "measurements.toml", measured, at=datetime.now(UTC)))
    return 1 if faults else 0


def say(line: str) -> None:
    """One line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
