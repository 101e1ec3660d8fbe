"""./zs test: the test suite by group, with the time of each.

    ./zs test                     every group that this machine can run
    ./zs test unit rules          these groups
    ./zs test --nightly [GROUP]   the long ones
    ./zs test --packages          the Debian packages that the groups need, one a line

A group that needs something this machine lacks is named as not run; where CI=true that is a failure. Groups run
side by side; what a group prints is shown when it has ended. Its databases and other temporary files lie in memory
where there is room for them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PYTEST: Final = ("-m", "pytest", "--quiet")
LANES: Final = 1 + min(2, os.cpu_count() or 1)  # a group waits for its children and its database half of its time
LAW: Final = ("golden", "rulecheck", "points", "inspection", "properties", "differential")
GROUND: Final = (
    "access", "api_out", "assets", "attacks", "audit", "commands", "event_log", "event_log_at_once", "feeds", "guards",
    "holding", "ingest", "key_rotation", "launcher", "login", "merkle", "org", "org_import", "passkeys", "sealed_log",
    "served", "serving", "sources_and_labels", "uploads", "vital_signs",
)  # fmt: skip
ELSEWHERE: Final = ("platform", "db", "pages", "spark")
ONE_AT_A_TIME: Final = threading.Lock()
MEMORY: Final = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
ROOM: Final = 4 << 30
"""Bytes that have to be free in memory: what three groups leave at the same time takes a quarter of it."""


@dataclass(frozen=True)
class Need:
    """Something that Debian has and pip has not: any of `programs` shows that it is there."""

    name: str
    package: str
    programs: tuple[str, ...]

    def is_met(self) -> bool:
        """Whether one of the programs can be found."""
        return any(shutil.which(program) or Path(program).exists() for program in self.programs)


POSTGRESQL: Final = Need("PostgreSQL 15", "postgresql-15", ("/usr/lib/postgresql/15/bin/postgres",))
CHROMIUM: Final = Need("chromium", "chromium", ("chromium",))
CJK_FONT: Final = Need("a CJK font", "fonts-noto-cjk", ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",))
JAVA: Final = Need("Java", "default-jre-headless", ("java",))


@dataclass(frozen=True)
class Group:
    """A part of the suite: arguments of the interpreter, the folder that holds it, what it needs."""

    name: str
    command: tuple[str, ...]
    folder: str
    needs: tuple[Need, ...] = ()
    nightly: bool = False
    early: bool = False  # before the others: it compiles what they need, or needs nothing of it

    def exists(self) -> bool:
        """Whether the tree has this part."""
        return (ROOT / self.folder).exists()


# In the order in which they start, the longest first.
GROUPS: Final = (
    Group("rules", ("-P", "-m", "zhunsheng.cli", "rules", "test"), "rulebook/deadlines", early=True),
    Group("lint", ("-m", "tools.lint"), "tools/lint.py", early=True),
    Group("pages", (*PYTEST, "tests/pages"), "tests/pages", (CHROMIUM, CJK_FONT)),
    Group("ground", (*PYTEST, *(f"tests/platform/test_{name}.py" for name in GROUND)), "tests/platform"),
    Group(
        "platform",
        (*PYTEST, "tests/platform", *(f"--ignore=tests/platform/test_{name}.py" for name in GROUND)),
        "tests/platform",
    ),
    Group("unit", (*PYTEST, "tests", *(f"--ignore=tests/{name}" for name in (*LAW, *ELSEWHERE))), "tests"),
    Group("law", (*PYTEST, *(f"tests/{name}" for name in LAW)), "tests/golden"),
    Group("db", ("-m", "tests.db"), "tests/db", (POSTGRESQL,)),
    Group("spark", ("-m", "tests.spark"), "tests/spark", (JAVA,)),
    Group("fuzz", ("-m", "tests.files.fuzz"), "tests/files/fuzz.py", nightly=True),
    Group("xes", ("-m", "tests.files.xes_speed"), "tests/files/xes_speed.py", nightly=True),
    Group(
        "city",
        ("-m", "tests.differential.city", "--cases", "10000", "--instants", "3"),
        "tests/differential/city.py",
        nightly=True,
    ),
    Group(
        "backtest",
        ("-m", "tests.backtest.equal", "--cases", "1000", "--days", "365"),
        "tests/backtest/equal.py",
        nightly=True,
    ),
    Group("backtest_speed", ("-m", "tests.backtest.speed"), "tests/backtest/speed.py", nightly=True),
    Group(
        "histories",
        ("-m", "tests.differential.compare", "rulebook", "200", "1"),
        "tests/differential/compare.py",
        nightly=True,
    ),
    Group(
        "properties",
        (*PYTEST, "tests/properties", "--hypothesis-profile=nightly"),
        "tests/properties",
        nightly=True,
    ),
    Group("mutation", ("-m", "tests.rulecheck.mutation"), "tests/rulecheck/mutation.py", nightly=True),
    Group("bugs", ("-m", "tests.bugs"), "tests/bugs/__main__.py", nightly=True),
    Group("months", ("-m", "tests.inspection.months"), "tests/inspection/months.py", nightly=True),
    Group("ingest", ("-m", "tests.platform.nightly.ingest"), "tests/platform/nightly/ingest.py", nightly=True),
    Group(
        "online_batch",
        ("-m", "tests.platform.nightly.online_batch"),
        "tests/platform/nightly/online_batch.py",
        nightly=True,
    ),
    Group("kills", ("-m", "tests.platform.nightly.kills"), "tests/platform/nightly/kills.py", nightly=True),
    Group("attacks", ("-m", "tests.platform.nightly.attacks"), "tests/platform/nightly/attacks.py", nightly=True),
    Group("disk", ("-m", "tests.platform.nightly.disk"), "tests/platform/nightly/disk.py", nightly=True),
    Group("deliver", ("-m", "tests.platform.nightly.deliver"), "tests/platform/nightly/deliver.py", nightly=True),
    Group("outage", ("-m", "tests.platform.nightly.outage"), "tests/platform/nightly/outage.py", nightly=True),
    Group("switch", ("-m", "tests.platform.nightly.switch"), "tests/platform/nightly/switch.py", nightly=True),
    Group("storm", ("-m", "tests.platform.nightly.storm"), "tests/platform/nightly/storm.py", nightly=True),
    Group("messages", ("-m", "tests.platform.nightly.messages"), "tests/platform/nightly/messages.py", nightly=True),
    Group("points", ("-m", "tests.points.nightly"), "tests/points/nightly.py", nightly=True),
    Group("ranking", ("-m", "tests.platform.nightly.ranking"), "tests/platform/nightly/ranking.py", nightly=True),
    Group("restore", ("-m", "tests.platform.nightly.restore"), "tests/platform/nightly/restore.py", nightly=True),
    Group("offline", ("-m", "tests.tools.offline"), "tests/tools/offline.py", nightly=True),
    Group("scale", ("-m", "tests.spark", "nightly"), "tests/spark/nightly.py", (JAVA,), nightly=True),
    Group("peers", ("-m", "tests.platform.nightly.peers"), "tests/platform/nightly/peers", nightly=True),
)


@dataclass(frozen=True)
class Result:
    """What became of a group."""

    group: str
    outcome: str
    seconds: float = 0.0

    @property
    def is_failure(self) -> bool:
        """Whether the suite fails by it."""
        return self.outcome.startswith("FAILED")


def main(arguments: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run groups and print their times. 0 all passed, 1 something failed, 2 usage."""
    nightly = "--nightly" in arguments
    present = [group for group in GROUPS if group.nightly == nightly and group.exists()]
    if "--packages" in arguments:
        print("\n".join(sorted({need.package for group in present for need in group.needs if not need.is_met()})))
        return 0
    names = [name for name in arguments if name != "--nightly"]
    unknown = sorted(set(names) - {group.name for group in present})
    if unknown:
        listed = ", ".join(group.name for group in present)
        print(
            f"test: no {'nightly ' * nightly}group named {', '.join(unknown)}. The groups are {listed}.",
            file=sys.stderr,
        )
        return 2
    chosen = [group for group in present if not names or group.name in names]
    began = time.monotonic()
    lanes, required = 1 if nightly else LANES, environment.get("CI") == "true"
    results = run_all([group for group in chosen if group.early], lanes=lanes, required=required)
    results += run_all([group for group in chosen if not group.early], lanes=lanes, required=required)
    print_times(results, time.monotonic() - began)
    return 1 if any(result.is_failure for result in results) else 0


def run_all(groups: Sequence[Group], *, lanes: int, required: bool) -> list[Result]:
    """Run groups, so many at a time, in their order."""
    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(lambda group: run(group, required=required), groups))


def run(group: Group, *, required: bool) -> Result:
    """Run one group in the tree and show what it printed, or say what it lacks."""
    lacking = [need.name for need in group.needs if not need.is_met()]
    if lacking:
        outcome = f"not run: needs {' and '.join(lacking)}"
        return Result(group.name, f"FAILED ({outcome})" if required else outcome)
    began = time.monotonic()
    with tempfile.TemporaryFile() as said, folder_for(group) as folder:
        done = subprocess.run(
            [sys.executable, *group.command],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder},
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
        seconds = time.monotonic() - began
        said.seek(0)
        with ONE_AT_A_TIME:
            print(f"── {group.name}\n{said.read().decode(errors='replace')}", flush=True)
    return Result(group.name, "passed" if done.returncode == 0 else f"FAILED ({done.returncode})", seconds)


@contextmanager
def folder_for(group: Group) -> Iterator[str]:
    """A folder for all that a group leaves; gone with it. The long runs measure disks and fill them."""
    in_memory = not group.nightly and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    with tempfile.TemporaryDirectory(
        prefix="zs-suite-", dir=MEMORY if in_memory else None, ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o711)  # a server that root starts runs as somebody else
        yield name


def print_times(results: list[Result], total: float) -> None:
    """One line a group, then how long all took together."""
    print("── time by group")
    for result in results:
        print(f"{result.group:<10} {result.seconds:7.1f} s  {result.outcome}")
    failed = [result.group for result in results if result.is_failure]
    print(f"{'all':<10} {total:7.1f} s  {'FAILED: ' + ', '.join(failed) if failed else 'passed'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
