"""What the documents quote against docs/measurements.toml: a figure older than the code it measures is named.

In a document a figure is followed by `<!-- m:NAME -->`. NAME is an entry of docs/measurements.toml:

    [[measurement]]
    name    = "check_city_seconds"
    figure  = "2.1 s"                # as the documents quote it
    command = "./zs bench city"      # what measured it
    commit  = "0123abc"              # the tree that was measured
    paths   = ["src/zhunsheng/core"] # the code it measures
    measured_at, machine, seed       # when, on what and how loaded, from which seed

The last entry of a name counts; earlier ones are its history.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

MEASUREMENTS: Final = Path("docs/measurements.toml")
QUOTED: Final = re.compile(r"<!--\s*m:(\S*)\s*-->")
WINDOW: Final = 80  # characters before the reference in which the figure must stand
KEYS: Final = ("name", "figure", "command", "commit", "paths")
DOCUMENTS: Final = ("docs/**/*.md", "examples/**/*.md", "README*.md")


def issues(root: Path) -> list[str]:
    """Every quoted figure that has no measurement, differs from it, or is older than its code; one line each."""
    path = root / MEASUREMENTS
    entries = tomllib.loads(path.read_text("utf-8")).get("measurement", []) if path.is_file() else []
    found = [issue for n, entry in enumerate(entries, start=1) for issue in _malformed(n, entry)]
    latest = {entry["name"]: entry for entry in entries if not _malformed(0, entry)}
    changes: dict[str, str] = {}
    for document in _documents(root):
        for number, line in enumerate(document.read_text("utf-8").splitlines(), start=1):
            for match in QUOTED.finditer(line):
                where = f"{document.relative_to(root)}:{number}"
                before = line[max(match.start() - WINDOW, 0) : match.start()]
                found += _quoted(root, where, before, match[1], latest, changes)
    return found


def _documents(root: Path) -> Iterable[Path]:
    return sorted(path for pattern in DOCUMENTS for path in root.glob(pattern))


def _malformed(number: int, entry: dict[str, Any]) -> list[str]:
    missing = [key for key in KEYS if not entry.get(key)]
    return [f"{MEASUREMENTS}: measurement {number} has no {', '.join(missing)}."] if missing else []


def _quoted(
    root: Path, where: str, before: str, name: str, latest: dict[str, dict[str, Any]], changes: dict[str, str]
) -> list[str]:
    """What is wrong with one quoted figure. `changes` keeps what git said of a name."""
    if name not in latest:
        return [f"{where}: m:{name} is not in {MEASUREMENTS}. Measure it, or name one of its entries."]
    entry = latest[name]
    if entry["figure"] not in before:
        return [f"{where}: m:{name} was measured as {entry['figure']}, which does not stand before the reference."]
    if name not in changes:
        changes[name] = changed_since(root, entry["commit"], entry["paths"])
    if changes[name]:
        return [
            f"{where}: {entry['figure']} (m:{name}) is older than its code: {changes[name]}. Run {entry['command']}."
        ]
    return []


def changed_since(root: Path, commit: str, paths: list[str]) -> str:
    """Why a measurement at a commit no longer stands for some paths; nothing where it does."""
    gone = [path for path in paths if not (root / path).exists()]
    if gone:
        return f"{', '.join(gone)} is gone"
    command = ["git", "log", "--format=%h %s", f"{commit}..HEAD", "--", *paths]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        return f"commit {commit} is not in the history"
    lines = done.stdout.splitlines()
    return f"{lines[0]} and {len(lines) - 1} more since {commit}" if lines else ""
