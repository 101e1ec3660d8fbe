"""docs/trust.md: threats M1 to M30, requirements R01 to R60, safety lines S1 to S12, each with a test or a plain word.

A row of any of its tables cites a test, or says what is not built (`not built`) or not tested (`none yet`).
"""

from collections import Counter
from pathlib import Path
from typing import Final

from tools import cited

DOCUMENT: Final = Path("docs/trust.md")
COMPLETE: Final = (
    *(f"M{n}" for n in range(1, 31)),
    *(f"R{n:02}" for n in range(1, 61)),
    *(f"S{n}" for n in range(1, 13)),
)
PLAIN: Final = ("not built", "none yet")


def issues(root: Path) -> list[str]:
    """Every row without a test and without a plain word, every citation of nothing, every threat left out."""
    found, numbers = cited.missing(root, DOCUMENT), Counter[str]()
    for line, number, cells in cited.rows(root / DOCUMENT):
        numbers[number] += 1
        if not any(file.startswith("tests/") for file, _ in cited.cites(cells[-1])) and not _is_plain(cells[-1]):
            found.append(f"{DOCUMENT}:{line}: {number}: no test cited. Cite one, or say {' or '.join(PLAIN)}.")
    found += [f"{DOCUMENT}: {number} stands {numbers[number]} times." for number in COMPLETE if numbers[number] != 1]
    return found


def counts(root: Path) -> str:
    """How many rows there are and how many lack a test: one line."""
    last = [cells[-1] for _, _, cells in cited.rows(root / DOCUMENT)]
    return f"{len(last)} threats, requirements and safety lines; {sum(map(_is_plain, last))} not built or not tested"


def _is_plain(text: str) -> bool:
    return any(text.startswith(word) for word in PLAIN)
