"""docs/asvs.md: each requirement of levels 1 and 2 of OWASP ASVS 5.0.0, and how it is met.

| 6.2.1 | 1 | at least 8 characters | `tests/….py::test_…` |     met: cites a test or a setting that is there
| 9.1.1 | 1 | …                     | does not apply: why |
| 6.8.1 | 2 | …                     | waived: what replaces it |

python -m tools.asvs --write    write the figures of the head anew
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Final

from tools import cited

ROOT: Final = Path(__file__).resolve().parent.parent
SHEET: Final = Path("docs/asvs.md")
EXPECTED: Final = {"1": 70, "2": 183}
"""Requirements of each level in the published table of 5.0.0."""
MOST_WORDS: Final = 12
MOST_WAIVED: Final = 0.15
HEAD: Final = "<!-- figures: python -m tools.asvs --write -->"
APART: Final = ("does not apply", "waived")


def issues(root: Path) -> list[str]:
    """Every row that is wrong, every requirement that is missing, and too many waivers; one line each."""
    found, levels, numbers = cited.missing(root, SHEET), Counter[str](), Counter[str]()
    for line, number, cells in cited.rows(root / SHEET):
        found += [f"{SHEET}:{line}: {number}: {issue}" for issue in _row(cells)]
        numbers[number] += 1
        levels[cells[0]] += 1
    found += [f"{SHEET}: {number} stands {count} times." for number, count in numbers.items() if count > 1]
    found += [
        f"{SHEET}: {levels[level]} requirements of level {level}; there are {count}."
        for level, count in EXPECTED.items()
        if levels[level] != count
    ]
    states = counts(root)
    if states["waived"] > MOST_WAIVED * (states["met"] + states["waived"]):
        found.append(
            f"{SHEET}: {states['waived']} waived of {states['met'] + states['waived']}; at most {MOST_WAIVED:.0%}."
        )
    if head(root) not in (root / SHEET).read_text("utf-8").splitlines():
        found.append(f"{SHEET}: the figures of its head are old. Run python -m tools.asvs --write.")
    return found


def counts(root: Path) -> Counter[str]:
    """How many requirements are met, waived, and do not apply."""
    return Counter(state_of(cells[-1]) for _, _, cells in cited.rows(root / SHEET))


def state_of(how: str) -> str:
    """What the last cell of a row says: does not apply, waived, or met."""
    return next((state for state in APART if how.startswith(f"{state}:")), "met")


def head(root: Path) -> str:
    """The line of figures as it should stand."""
    states = counts(root)
    applicable = states["met"] + states["waived"]
    share = states["waived"] / applicable if applicable else 0
    met = [cells[-1] for _, _, cells in cited.rows(root / SHEET) if state_of(cells[-1]) == "met"]
    tested = sum(any(file.startswith("tests/") for file, _ in cited.cites(how)) for how in met)
    return (
        f"{sum(states.values())} requirements; {states['does not apply']} do not apply;"
        f" of the other {applicable}, **{states['met']} met** ({tested} by a test, {states['met'] - tested} by a"
        f" setting or a document), {states['waived']} waived ({share:.1%}). {HEAD}"
    )


def write(root: Path) -> None:
    """Write the line of figures anew."""
    path = root / SHEET
    lines = [head(root) if line.endswith(HEAD) else line for line in path.read_text("utf-8").splitlines()]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _row(cells: list[str]) -> list[str]:
    if len(cells) != 3:
        return [f"{len(cells) + 1} cells; a row has number, level, what is asked, how it is met."]
    level, asked, how = cells
    found = [] if level in EXPECTED else [f"{level!r} is no level of this sheet."]
    if not asked or len(asked.split()) > MOST_WORDS:
        found.append(f"{len(asked.split())} words on what is asked; at most {MOST_WORDS}.")
    state = state_of(how)
    if state == "met" and not cited.cites(how):
        found.append("neither a test or setting cited, nor 'does not apply: why', nor 'waived: what replaces it'.")
    if state != "met" and not how.removeprefix(f"{state}:").strip():
        found.append(f"{state}, and no word why.")
    return found


if __name__ == "__main__":
    write(ROOT) if sys.argv[1:] == ["--write"] else print("\n".join(issues(ROOT)) or head(ROOT))
