"""Measure what the documents quote of Boston's log, and append it to docs/measurements.toml.

ZS_DATA=FOLDER python -m tests.examples.measure
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from tests.examples.test_boston import clocks, exact, read
from zhunsheng.measurements import Measurement, append

FILE: Final = Path(__file__).parents[2] / "docs" / "measurements.toml"
PATHS: Final = ("src/zhunsheng/core", "examples/boston311")
COMMAND: Final = "python -m tests.examples.measure"
TYPES: Final = {
    "boston.building-inspection": ("Building Inspection Request",),
    "boston.living-conditions": ("Unsatisfactory Living Conditions",),
    "boston.electrical-plumbing": ("Electrical", "Plumbing"),
    "boston.general-comments": ("General Comments For a Program or Policy",),
    "boston.ce-collection": ("CE Collection",),
    "boston.sign-repair": ("Sign Repair",),
}


def figures() -> dict[str, str]:
    """Every figure by its name, as `equal of all`."""
    recorded = clocks(read("mapping-recorded.toml").frame)
    judged = recorded.filter(pl.col("CLOSED_DT").is_not_null() & pl.col("OnTime_Status").is_not_null())
    ours = pl.col("outcome").replace_strict({"met": "ONTIME", "late": "OVERDUE"}, default="?")
    computed = clocks(read("mapping.toml").frame)
    second_half = computed.filter(pl.col("OPEN_DT") >= datetime(2015, 7, 1))  # noqa: DTZ001 - local times of the log
    found = {
        "boston.verdict": (judged.filter(ours == pl.col("OnTime_Status")).height, judged.height),
        "boston.second-half": exact(second_half),
        **{name: exact(computed.filter(pl.col("TYPE").is_in(types))) for name, types in TYPES.items()},
    }
    return {name: f"{equal:,} of {written:,}" for name, (equal, written) in found.items()}


def main() -> int:
    """Append every figure."""
    now = datetime.now(UTC)
    for name, figure in figures().items():
        sys.stdout.write(append(FILE, Measurement(name, figure, COMMAND, PATHS), at=now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
