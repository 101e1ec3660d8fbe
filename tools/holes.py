"""Known holes of what is locked, asked of the database of vulnerabilities where it can be reached.

    python -m tools.holes            0: none is known; 1: some are; 3: it could not be asked of every package

pip-audit asks (by default PyPI's own records), in an environment of its own: the platform ships none of it. Where the
index answers and the database does not, pip-audit calls a package skipped and ends well; here that is no answer.
"""

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.lock import resolve, write

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = Path(__file__).with_name("pip-audit.lock")
WANTED: Final = ("pip-audit==2.10.0",)
LOCKS: Final = ("requirements.lock", "requirements-dev.lock")
SECONDS: Final = 300
LAST_WORDS: Final = 300
FOUND, NOT_ASKED = 1, 3


@dataclass(frozen=True)
class Answer:
    """How many packages the database spoke of, how many it did not, and every hole: package, version, its numbers.
    `why`: why nothing could be asked at all."""

    asked: int
    silent: tuple[str, ...] = ()
    holes: tuple[str, ...] = ()
    why: str = ""

    @property
    def code(self) -> int:
        """The exit code. A hole that is known outweighs what is not."""
        return FOUND if self.holes else NOT_ASKED if self.why or self.silent or not self.asked else 0

    def lines(self) -> list[str]:
        """In words."""
        if self.why:
            return [f"not asked: {self.why}"]
        said = [f"{self.asked} packages asked about, {len(self.holes)} known holes"]
        said += [f"hole: {one}" for one in self.holes]
        if self.silent:
            said.append(f"not asked: nothing is said of {len(self.silent)} packages: {', '.join(self.silent[:5])} …")
        return said


def answer_of(report: Mapping[str, Any]) -> Answer:
    """What a report of pip-audit says."""
    rows: list[dict[str, Any]] = report["dependencies"]
    silent = tuple(row["name"] for row in rows if "skip_reason" in row)
    holes = tuple(
        f"{row['name']} {row['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for row in rows
        for hole in row.get("vulns", ())
    )
    return Answer(len(rows) - len(silent), silent, holes)


def together(answers: Iterable[Answer]) -> Answer:
    """Several answers as one."""
    parts = list(answers)
    return Answer(
        sum(one.asked for one in parts),
        tuple(name for one in parts for name in one.silent),
        tuple(hole for one in parts for hole in one.holes),
        "; ".join(dict.fromkeys(one.why for one in parts if one.why)),
    )


def ask(locks: Iterable[str] = LOCKS) -> Answer:
    """Install pip-audit as it is locked, and let it ask about each lock."""
    with tempfile.TemporaryDirectory(prefix="zs-holes-") as name:
        venv.create(name, with_pip=True)
        python = str(Path(name) / "bin" / "python")
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
        made = subprocess.run([python, *install, "-r", str(LOCK)], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            return Answer(0, why=f"pip-audit could not be installed: {made.stderr.strip()[-LAST_WORDS:]}")
        return together(_asked(python, ROOT / lock) for lock in locks)


def _asked(python: str, lock: Path) -> Answer:
    command = [python, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format=json", "-r", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        return answer_of(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return Answer(0, why="pip-audit gave no answer: the database of vulnerabilities cannot be reached from here")


def main(words: list[str]) -> int:
    """Ask and print; `--lock` writes the lock of pip-audit anew."""
    if words == ["--lock"]:
        write(LOCK, resolve(WANTED))
        return 0
    answer = ask()
    print("\n".join(answer.lines()))
    return answer.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
