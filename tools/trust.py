"""docs/trust.md: threats M1 to M30, requirements R01 to R60, safety lines S1 to S12, each with a test or a plain word;
trials T1 to T20, each with its command, the size demanded, the size run, and what came of it.

    python -m tools.trust --write     take what was measured last into the table of trials

A row of the first three tables cites a test, or says what is not built (`not built`) or not tested (`none yet`). In the
last one `<!-- t:NAME -->` stands behind the last figure of that name in docs/measurements.toml, with its day: a trial
is as old as it says, and does not grow old with the code.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools import cited

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = Path("docs/trust.md")
MEASUREMENTS: Final = Path("docs/measurements.toml")
TRIALS: Final = ("T1", *(f"T{n}" for n in range(3, 21)), "T7b")  # T2 and T2b: there is no ledger and no store
COMPLETE: Final = (
    *(f"M{n}" for n in range(1, 31)),
    *(f"R{n:02}" for n in range(1, 61)),
    *(f"S{n}" for n in range(1, 13)),
    *TRIALS,
)
PLAIN: Final = ("not built", "none yet")
TRIAL_CELLS: Final = 5
MEASURED: Final = re.compile(r"(?<=[|·])[^|·]*<!-- t:([\w.-]+) -->")
NOT_MEASURED: Final = "not measured yet"


def issues(root: Path) -> list[str]:
    """Every row without a test and without a plain word, every citation of nothing, every threat left out."""
    found, numbers = cited.missing(root, DOCUMENT), Counter[str]()
    for line, number, cells in cited.rows(root / DOCUMENT):
        numbers[number] += 1
        if number in TRIALS:
            if len(cells) != TRIAL_CELLS or not all(cells):
                found.append(f"{DOCUMENT}:{line}: {number}: say what, command, size demanded, size run and result.")
        elif not any(file.startswith("tests/") for file, _ in cited.cites(cells[-1])) and not _is_plain(cells[-1]):
            found.append(f"{DOCUMENT}:{line}: {number}: no test cited. Cite one, or say {' or '.join(PLAIN)}.")
    found += [f"{DOCUMENT}: {number} stands {numbers[number]} times." for number in COMPLETE if numbers[number] != 1]
    text = (root / DOCUMENT).read_text("utf-8")
    if filled(text, last_figures(root)) != text:
        found.append(f"{DOCUMENT}: trials were measured since. Run .venv/bin/python -m tools.trust --write.")
    return found


def counts(root: Path) -> str:
    """How many rows there are and how many lack a test: one line."""
    last = [cells[-1] for _, number, cells in cited.rows(root / DOCUMENT) if number not in TRIALS]
    return f"{len(last)} threats, requirements and safety lines; {sum(map(_is_plain, last))} not built or not tested"


def last_figures(root: Path) -> dict[str, str]:
    """The last figure of each name, with its day."""
    path = root / MEASUREMENTS
    entries = tomllib.loads(path.read_text("utf-8")).get("measurement", []) if path.is_file() else []
    return {one["name"]: f"{one['figure']}, {one['measured_at']:%Y-%m-%d}" for one in entries}


def filled(text: str, figures: Mapping[str, str]) -> str:
    """A text whose trials show what was measured last."""
    return MEASURED.sub(lambda match: f" {figures.get(match[1], NOT_MEASURED)} <!-- t:{match[1]} -->", text)


def _is_plain(text: str) -> bool:
    return any(text.startswith(word) for word in PLAIN)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("python -m tools.trust --write")
    page = ROOT / DOCUMENT
    page.write_text(filled(page.read_text("utf-8"), last_figures(ROOT)), "utf-8")
