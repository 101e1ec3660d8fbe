"""docs/measurements.toml: every figure that the documents quote, appended by the command that measured it.

The file is only added to: the last entry of a name is the one quoted, the earlier ones are its history. `./zs lint`
names a quoted figure that is older than the code it measures (tools/figures.py).
"""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """One figure. `paths` are the files and folders of the repository whose change makes it old."""

    name: str
    figure: str
    command: str
    paths: tuple[str, ...]
    seed: int | None = None


class TreeNotClean(RuntimeError):
    """A figure is of a commit; files that differ from it would make the entry untrue."""


def append(file: Path, measured: Measurement, *, at: datetime) -> str:
    """Append a figure with the commit, the instant, the machine and its load; returns the entry.

    Raises  TreeNotClean where one of the measured paths differs from the commit; ValueError for an instant without
            zone; CalledProcessError outside a repository.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone; give it one, for example +08:00.")
    root = Path(_git(file.resolve().parent, "rev-parse", "--show-toplevel"))
    changed = _git(root, "status", "--porcelain", "--", *measured.paths)
    if changed:
        raise TreeNotClean(f"{measured.name}: not in a commit yet: {changed.splitlines()[0]}. Commit, then measure.")
    entry = entry_text(measured, commit=_git(root, "rev-parse", "--short=12", "HEAD"), machine=machine(), at=at)
    with file.open("a", encoding="utf-8") as log:
        log.write(entry)
    return entry


def entry_text(measured: Measurement, *, commit: str, machine: str, at: datetime) -> str:
    """The entry as TOML. JSON's strings and lists are TOML's, too."""
    fields = {
        "name": json.dumps(measured.name, ensure_ascii=False),
        "figure": json.dumps(measured.figure, ensure_ascii=False),
        "command": json.dumps(measured.command, ensure_ascii=False),
        "commit": json.dumps(commit),
        "paths": json.dumps(list(measured.paths), ensure_ascii=False),
        "measured_at": at.isoformat(timespec="seconds"),
        "machine": json.dumps(machine, ensure_ascii=False),
    }
    if measured.seed is not None:
        fields["seed"] = str(measured.seed)
    lines = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return f"\n[[measurement]]\n{lines}"


def machine() -> str:
    """Processors, system, and the load of the last minute."""
    return f"{os.cpu_count()} × {platform.machine()}, {platform.system()}, load {os.getloadavg()[0]:.2f}"


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout.strip()
