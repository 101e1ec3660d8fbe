"""Seeded faults: each is put into a copy of the source, and the suite must fail: python -m tests.bugs [WORD…]

`seeded.toml` has faults of the core, `safety.toml` the safety lines of the platform, `trust.toml` more of what protects
it, by the requirements of docs/trust.md, `sampler.toml` what keeps a sample of inspection fair, each switched off. A
file is one of the package or of the tree.

The fold runs as plain Python (NUMBA_DISABLE_JIT), so that no fault needs a compilation. 0: every fault was found.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FILES: Final = ("seeded.toml", "safety.toml", "trust.toml", "sampler.toml")
NEEDED: Final = ("src", "rulebook", "tests", "tools", "simulators", "watch", "pyproject.toml")
PACKAGE: Final = Path("src/zhunsheng")
LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", ".mypy_cache", ".pytest_cache", "*.nbi", "*.nbc")
SUITE: Final = ("-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-o", "addopts=")
FAILED: Final = 1  # pytest: a test failed; any other code than 0 says that it could not run
TESTS: Final = ("tests/golden",)
LANES: Final = min(2, os.cpu_count() or 1)
"""Copies of the source in which faults are tried at the same time."""


@dataclass(frozen=True)
class Bug:
    """A fault: the text of a file, what takes its place, and the test paths that must notice it."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How the suite ended over a fault, and the test that failed."""

    code: int
    test: str


def main(words: Sequence[str]) -> int:
    """Run the suite over each fault whose name holds one of the words (all, without words)."""
    bugs = [bug for bug in read_bugs() if not words or any(word in bug.name for word in words)]
    with TemporaryDirectory(prefix="zhunsheng-bugs-") as name:
        copies = [Path(name) / str(lane) for lane in range(LANES)]
        for tree in copies:
            tree.mkdir()
            copy_tree(tree)
        with ThreadPoolExecutor(LANES) as pool:
            for sound in pool.map(run_suite, copies, shares({path for bug in bugs for path in bug.tests})):
                if sound.code != 0:
                    print(f"bugs: without any fault the suite ends with {sound.code} at {sound.test}; mend that first.")
                    return 1
            trees = SimpleQueue[Path]()
            for tree in copies:
                trees.put(tree)
            found = sum(pool.map(lambda bug: is_found(bug, trees), bugs))
    print(f"{found} of {len(bugs)} seeded faults found")
    return 0 if found == len(bugs) else 1


def shares(paths: Iterable[str]) -> list[list[str]]:
    """Test paths for each lane, neighbours together: a file's tests share what they set up. No lane without any."""
    ordered = sorted(paths)
    size = -(-len(ordered) // LANES)
    return [ordered[first : first + size] for first in range(0, len(ordered), size)]


def is_found(bug: Bug, trees: SimpleQueue[Path]) -> bool:
    """Run the suite over a fault in a copy that is free, and say what came of it."""
    tree = trees.get()
    outcome = with_fault(tree, bug)
    trees.put(tree)
    found = outcome.code == FAILED
    verdict = f"found by {outcome.test}" if found else f"NOT FOUND (suite: {outcome.code})"
    print(f"bugs: {bug.name}: {verdict}", flush=True)
    return found


def read_bugs() -> list[Bug]:
    """The faults of FILES. Raises ValueError where a text does not stand exactly once in its file."""
    bugs = [
        Bug(row["name"], _placed(row["file"]), row["from"], row["to"], tuple(row.get("tests", TESTS)))
        for name in FILES
        for row in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))["bug"]
    ]
    for bug in bugs:
        count = (ROOT / bug.file).read_text(encoding="utf-8").count(bug.before)
        if count != 1:
            raise ValueError(f"{bug.name}: its text stands {count} times in {bug.file}; it must be once.")
    return bugs


def _placed(file: str) -> str:
    """A file of the tree, named from its top or from the package."""
    return file if (ROOT / file).is_file() else str(PACKAGE / file)


def copy_tree(tree: Path) -> None:
    """What the suite needs, in another folder."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, tree / name)


def with_fault(tree: Path, bug: Bug) -> Outcome:
    """The suite over one fault; the file is put right again."""
    path = tree / bug.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(bug.before, bug.after), encoding="utf-8")
    try:
        return run_suite(tree, bug.tests)
    finally:
        path.write_text(sound, encoding="utf-8")


def run_suite(tree: Path, tests: Sequence[str]) -> Outcome:
    """Some test paths up to the first failure."""
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, *SUITE, *tests]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return Outcome(done.returncode, failed[0].removeprefix("FAILED ") if failed else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
