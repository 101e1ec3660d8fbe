"""Seeded faults: each is put into a copy of the source, and the suite must fail: python -m tests.bugs [WORD…]

`seeded.toml` has faults of the core, `safety.toml` the safety lines of the platform, `trust.toml` more of what protects
it, by the requirements of docs/trust.md, `sampler.toml` what keeps a sample of inspection fair, each switched off. A
file is one of the package or of the tree.

The fold runs as plain Python (NUMBA_DISABLE_JIT), so that no fault needs a compilation. The copies are compiled once,
with the digest of each source beside it: of a file with a fault the compiled one is passed over. A database is prepared
once and copied for each fault; a fault that is not found so is tried once more with a database that is prepared with
it, for what it takes out may be something that stays in a database. 0: every fault was found.
"""

import os
import shutil
import subprocess
import sys
import time
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
SUITE: Final = (
    "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-o", "addopts=",
    "--hypothesis-profile=faults",
)  # fmt: skip
FAILED: Final = 1  # pytest: a test failed; any other code than 0 says that it could not run
TESTS: Final = ("tests/golden",)
ON_THE_PLATFORM: Final = "tests/platform/"
LANES: Final = min(2, os.cpu_count() or 1)
"""Copies of the source in which faults are tried at the same time."""
COMPILE: Final = ("-m", "compileall", "-q", "-j", str(LANES), "--invalidation-mode", "checked-hash")
PREPARE: Final = """
from tests.platform.databases import embedded
from tests.platform.environment import HOME
with embedded(HOME):
    pass
"""


@dataclass(frozen=True)
class Bug:
    """A fault: the text of a file, what takes its place, and the test paths that must notice it."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def is_on_the_platform(self) -> bool:
        """Whether its tests may ask for a database."""
        return any(path.startswith(ON_THE_PLATFORM) for path in self.tests)


@dataclass(frozen=True)
class Outcome:
    """How the suite ended over a fault, and the test that failed."""

    code: int
    test: str


@dataclass(frozen=True)
class Lane:
    """A copy of the source, in which one fault at a time is tried, and the folder with a prepared database."""

    tree: Path
    prepared: Path

    def with_fault(self, bug: Bug) -> Outcome:
        """The suite over one fault; the file is put right again."""
        path = self.tree / bug.file
        sound = path.read_text(encoding="utf-8")
        path.write_text(sound.replace(bug.before, bug.after), encoding="utf-8")
        try:
            outcome = self.run_suite(bug.tests)
            return self.run_suite(bug.tests, fresh=True) if outcome.code == 0 and bug.is_on_the_platform else outcome
        finally:
            path.write_text(sound, encoding="utf-8")

    def run_suite(self, tests: Sequence[str], *, fresh: bool = False) -> Outcome:
        """Some test paths up to the first failure; `fresh`: if they ask for a database it is prepared anew."""
        home = Path(f"{self.tree}-home")
        if not fresh:
            # Not copytree: the owner of the files, as whom the server runs, stays.
            subprocess.run(["cp", "-a", str(self.prepared), str(home)], check=True)
        try:
            done = self.run([*SUITE, *tests], home=None if fresh else home)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
        return Outcome(done.returncode, failed[0].removeprefix("FAILED ") if failed else "")

    def run(self, arguments: Sequence[str], *, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The interpreter in the tree; `home`: the folder in which the tests keep their data."""
        environment = os.environ | {
            "PYTHONPATH": str(self.tree / "src"),
            "NUMBA_DISABLE_JIT": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **({"ZS_TEST_HOME": str(home)} if home else {}),
        }
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.tree, env=environment, capture_output=True, text=True, check=False
        )


def main(words: Sequence[str]) -> int:
    """Run the suite over each fault whose name holds one of the words (all, without words)."""
    bugs = [bug for bug in read_bugs() if not words or any(word in bug.name for word in words)]
    with TemporaryDirectory(prefix="zhunsheng-bugs-") as name:
        Path(name).chmod(0o711)  # a server that root starts runs as somebody else
        lanes = [Lane(Path(name) / str(lane), Path(name) / "prepared") for lane in range(LANES)]
        for lane in lanes:
            copy_tree(lane.tree)
        prepare(lanes[0])
        with ThreadPoolExecutor(LANES) as pool:
            for sound in pool.map(Lane.run_suite, lanes, shares({path for bug in bugs for path in bug.tests})):
                if sound.code != 0:
                    print(f"bugs: without any fault the suite ends with {sound.code} at {sound.test}; mend that first.")
                    return 1
            free = SimpleQueue[Lane]()
            for lane in lanes:
                free.put(lane)
            found = sum(pool.map(lambda bug: is_found(bug, free), bugs))
    print(f"{found} of {len(bugs)} seeded faults found")
    return 0 if found == len(bugs) else 1


def shares(paths: Iterable[str]) -> list[list[str]]:
    """Test paths for each lane, neighbours together: a file's tests share what they set up. No lane without any."""
    ordered = sorted(paths)
    size = -(-len(ordered) // LANES)
    return [ordered[first : first + size] for first in range(0, len(ordered), size)]


def is_found(bug: Bug, free: SimpleQueue[Lane]) -> bool:
    """Run the suite over a fault in a lane that is free, and say what came of it."""
    lane, began = free.get(), time.monotonic()
    outcome = lane.with_fault(bug)
    free.put(lane)
    found = outcome.code == FAILED
    verdict = f"found by {outcome.test}" if found else f"NOT FOUND (suite: {outcome.code})"
    print(f"bugs: {bug.name}: {verdict} in {time.monotonic() - began:.1f} s", flush=True)
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
    tree.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, tree / name)
    subprocess.run([sys.executable, *COMPILE, "."], cwd=tree, check=True)


def prepare(lane: Lane) -> None:
    """A database as every run of the suite over the platform begins with."""
    lane.prepared.mkdir()
    done = lane.run(["-c", PREPARE], home=lane.prepared)
    if done.returncode != 0:
        raise RuntimeError(f"no database could be prepared: {done.stderr[-2000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
