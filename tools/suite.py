"""./zs test: the test suite by group, with the time of each.

    ./zs test                     every group that this machine can run
    ./zs test unit rules          these groups
    ./zs test --nightly [GROUP | part1 … part6] [--append]   the long ones; their figures into docs/measurements.toml
    ./zs test --nightly --list    what they are, how large, how long each took last, and whether the parts are in time
    ./zs test --packages          the Debian packages that the groups need, one a line

A group that needs something this machine lacks is named as not run; where CI=true that is a failure. Groups run
side by side; what a group prints is shown when it has ended. Its databases and other temporary files lie in memory
where there is room for them. Of the long ones those that measure no time run side by side, the others one after the
other; those that measure no disk either, and leave little, lie in memory too.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
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
NIGHTLY: Final = "tests.platform.nightly"
PART_SECONDS: Final = 25 * 60
NIGHT_SECONDS: Final = 90 * 60
NIGHT_LANES: Final = min(2, os.cpu_count() or 1)
WAITING: Final = 5
"""The part of the night whose groups wait for most of their time: one more of them runs at once."""
TOOK: Final = re.compile(r" in (\d+) s$")
NOT_ASKED: Final = 3  # the exit code of a group that could not be run here, and has said why
APPEND: Final = "--append"
FLAGS: Final = ("--nightly", APPEND, "--list")
MEASUREMENTS: Final = ROOT / "docs" / "measurements.toml"
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
    part: int = 0  # of the night
    beside: bool = False  # of the long ones: another of them may run at the same time
    in_memory: bool = True  # its temporary files: where there is room
    size: str = ""
    flag: str = ""  # with which it appends its own figures

    def exists(self) -> bool:
        """Whether the tree has this part."""
        return (ROOT / self.folder).exists()


def long(
    part: int,
    name: str,
    words: str,
    *,
    size: str,
    flag: str = "",
    needs: tuple[Need, ...] = (),
    beside: bool = False,
    in_memory: bool = False,
) -> Group:
    """A group of the night: a module, or a folder of one, and its arguments."""
    module, *rest = words.split()
    path = Path(*(module.split(".") if module != "pytest" else rest[1:2]))
    folder = path if (ROOT / path).is_dir() else path.with_suffix(".py")
    command = ("-m", module, *rest)
    plain = Group(name, command, str(folder), needs, nightly=True, part=part, size=size, flag=flag)
    return replace(plain, beside=beside, in_memory=in_memory)


beside: Final = partial(long, beside=True)
"""A group of the night that another one may run beside."""
light: Final = partial(beside, in_memory=True)
"""One that measures no disk either, and leaves little."""

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
    # The long ones, in six parts of at most 25 minutes. What measures no time runs beside another.
    beside(1, "properties", "pytest --quiet tests/properties --hypothesis-profile=nightly", size="3,900 histories"),
    beside(1, "zones", "tests.properties.zones", flag="--append", size="core, law and files in 4 zones of the machine"),
    beside(1, "fuzz", "tests.files.fuzz", size="20,000 mutated files of events"),
    beside(1, "mutation", "tests.rulecheck.mutation", size="every mutant of every rule file"),
    beside(1, "backtest", "tests.backtest.equal --cases 1000 --days 365", size="1,000 cases, 365 days one by one"),
    beside(1, "histories", "tests.differential.compare rulebook 200 1", size="200 histories a rule, by the oracle"),
    beside(1, "months", "tests.inspection.months", size="months of drawn inspections"),
    long(1, "backtest_speed", "tests.backtest.speed", flag="--append", size="a year beside one judgement"),
    long(1, "city", "tests.differential.city --cases 10000 --instants 3", size="10,000 cases, 3 instants, by oracle"),
    long(1, "xes", "tests.files.xes_speed", size="XES beside its floor"),
    long(2, "kills", f"{NIGHTLY}.kills 30", flag="--append", size="30 kills of the whole database"),
    long(2, "disk", f"{NIGHTLY}.disk", flag="--append", size="a disk that fills up"),
    long(2, "deliver", f"{NIGHTLY}.deliver", flag="--append", size="50 alerts/s for 60 s, 25 to 800; 47 kills"),
    long(2, "outage", f"{NIGHTLY}.outage", flag="--append", size="3 hours; 500 red, 3,000 yellow, 10,000 blue"),
    long(2, "storm", f"{NIGHTLY}.storm", flag="--append", size="14 points × 10, as many at random, 20 of the database"),
    long(3, "attacks", f"{NIGHTLY}.attacks", flag="--append", size="10 attacks × 200 on 2,000 rows; 100,000 verified"),
    long(3, "ingest", f"{NIGHTLY}.ingest", flag="--append", size="1,000,000 events and a fifth again, 10 kills"),
    long(3, "online_batch", f"{NIGHTLY}.online_batch", flag="--append", size="a moving city, 20 instants, 12 kills"),
    long(3, "points", "tests.points.nightly", flag="--write", size="14 strategies × 200 years; a month of a city"),
    long(3, "ranking", f"{NIGHTLY}.ranking", flag="--append", size="3,000 officers, 198,000 entries"),
    long(3, "pages_load", f"{NIGHTLY}.pages", flag="--append", size="300,000 cases, 200 users, 60 s, 16 connections"),
    long(3, "restore", f"{NIGHTLY}.restore", flag="--append", size="1,000,000 rows of the log, 3 kills"),
    light(4, "crawl", f"{NIGHTLY}.crawl", flag="--append", size="every address × role × case; hostile text; the API"),
    light(4, "mutants", f"{NIGHTLY}.mutants", flag="--append", size="20,000 mutated batches, tables and rules"),
    beside(4, "messages", f"{NIGHTLY}.messages", flag="--append", size="5 days of a city and its people"),
    beside(4, "offline", "tests.tools.offline", size="a release without a network"),
    light(4, "recipients", f"{NIGHTLY}.recipients", flag="--append", size="6 attacks × 10"),
    light(4, "releases", f"{NIGHTLY}.releases", flag="--append", size="50 changed rulebooks, there and back"),
    beside(4, "holes", "tools.holes", size="every locked package"),
    beside(4, "peers", f"{NIGHTLY}.peers", flag="--append", size="SMPP and CMPP programs of others"),
    # They wait for most of their time, and for the clock: all at once.
    beside(5, "soak", f"{NIGHTLY}.soak", flag="--append", size="20 days of a city in 8 minutes: does anything grow"),
    beside(5, "switch", f"{NIGHTLY}.switch", flag="--append", size="12 silences × 5, scaled"),
    beside(5, "leaks", f"{NIGHTLY}.soak leaks", flag="--append", size="3 leaks planted in the delivery, each found"),
    # They keep both cores by themselves.
    long(6, "bugs", "tests.bugs", size="every safety line, requirement and seeded fault", in_memory=True),
    long(6, "scale", "tests.spark nightly", size="a city on a cluster, an executor killed", needs=(JAVA,)),
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
    if "--list" in arguments:
        print("\n".join(listed(present)))
        return 0
    names = [name for name in arguments if name not in FLAGS]
    unknown = sorted(set(names) - {group.name for group in present} - {f"part{group.part}" for group in present})
    if unknown:
        known = ", ".join(group.name for group in present)
        print(
            f"test: no {'nightly ' * nightly}group named {', '.join(unknown)}. The groups are {known}.",
            file=sys.stderr,
        )
        return 2
    chosen = [group for group in present if not names or {group.name, f"part{group.part}"} & set(names)]
    if nightly:
        return night(chosen, append=APPEND in arguments, required=environment.get("CI") == "true")
    began = time.monotonic()
    required = environment.get("CI") == "true"
    results = run_all([group for group in chosen if group.early], lanes=LANES, required=required)
    results += run_all([group for group in chosen if not group.early], lanes=LANES, required=required)
    print_times(results, time.monotonic() - began)
    return 1 if any(result.is_failure for result in results) else 0


def night(chosen: Sequence[Group], *, append: bool, required: bool) -> int:
    """Run the long groups, part by part. With `append` each leaves what became of it, in how many seconds, and its own
    figures."""
    began, results, lines = time.monotonic(), list[Result](), []
    for part in sorted({group.part for group in chosen}):
        begun = time.monotonic()
        of_part = [group for group in chosen if group.part == part]
        results += run_all(
            [group for group in of_part if group.beside], lanes=night_lanes(part), required=required, append=append
        )
        results += run_all([group for group in of_part if not group.beside], lanes=1, required=required, append=append)
        lines.append(part_line(f"part {part}", time.monotonic() - begun, PART_SECONDS))
    if append:
        subprocess.run([sys.executable, "-m", "tools.trust", "--write"], cwd=ROOT, check=True)
    print_times(results, time.monotonic() - began)
    print("\n".join(lines))
    return 1 if any(result.is_failure for result in results) else 0


def run_and_record(group: Group, *, append: bool, required: bool) -> Result:
    """Run one; with `append` record what became of it."""
    flags = (group.flag,) if append and group.flag else ()
    result = run(replace(group, command=(*group.command, *flags)), required=required)
    if append and not result.outcome.startswith("not run"):
        words = ("-m", "tools.measured", f"nightly.{group.name}", f"{result.outcome} in {result.seconds:.0f} s")
        subprocess.run([sys.executable, *words, f"./zs test --nightly {group.name} {APPEND}"], cwd=ROOT, check=True)
    return result


def listed(groups: Sequence[Group]) -> list[str]:
    """The long groups, one a line: part, name, size, and what became of it last; then whether the parts are in time."""
    entries = tomllib.loads(MEASUREMENTS.read_text("utf-8"))["measurement"]
    last = {entry["name"]: entry for entry in entries}
    lines, seconds = [], dict[str, float]()
    for group in groups:
        entry = last.get(f"nightly.{group.name}")
        said = "not measured"
        if entry is not None:
            load = entry["machine"].rpartition("load ")[2]
            said = f"{entry['figure']} ({entry['measured_at']:%Y-%m-%d}, load {load})"
            took = TOOK.search(entry["figure"])
            seconds |= {group.name: float(took[1])} if took else {}
        lines.append(f"{group.part}  {group.name:<15} {group.size:<55} {said}")
    parts = sorted({group.part for group in groups})
    spent = [wall([group for group in groups if group.part == part], seconds) for part in parts]
    lines += [part_line(f"part {part}", took, PART_SECONDS) for part, took in zip(parts, spent, strict=True)]
    lines.append(part_line("all", sum(spent), NIGHT_SECONDS))
    unknown = [group.name for group in groups if group.name not in seconds]
    return [*lines, f"not measured: {', '.join(unknown)}"] if unknown else lines


def wall(groups: Sequence[Group], seconds: Mapping[str, float]) -> float:
    """Seconds from beginning to end of a part, from those of its groups: what may runs side by side, then the rest."""
    lanes, alone = [0.0] * max((night_lanes(group.part) for group in groups), default=1), 0.0
    for group in groups:
        took = seconds.get(group.name, 0.0)
        if group.beside:
            lanes[lanes.index(min(lanes))] += took
        else:
            alone += took
    return max(lanes) + alone


def night_lanes(part: int) -> int:
    """How many groups of a part run at the same time where they may."""
    return NIGHT_LANES + (part == WAITING)


def part_line(name: str, seconds: float, most: float) -> str:
    """Whether a part of the night, or all of it, is in time."""
    verdict = "in time" if seconds <= most else f"more than its {most / 60:.0f} minutes"
    return f"{name:<14} {seconds:7.0f} s  {verdict}"


def run_all(groups: Sequence[Group], *, lanes: int, required: bool, append: bool = False) -> list[Result]:
    """Run groups, so many at a time, in their order."""
    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(lambda group: run_and_record(group, append=append, required=required), groups))


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
    if group.nightly and done.returncode == NOT_ASKED:
        return Result(group.name, "not run: it says why", seconds)
    return Result(group.name, "passed" if done.returncode == 0 else f"FAILED ({done.returncode})", seconds)


@contextmanager
def folder_for(group: Group) -> Iterator[str]:
    """A folder for all that a group leaves; gone with it. Most long runs measure disks, or fill them."""
    has_room = group.in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    with tempfile.TemporaryDirectory(
        prefix="zs-suite-", dir=MEMORY if has_room else None, ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o711)  # a server that root starts runs as somebody else
        yield name


def print_times(results: list[Result], total: float) -> None:
    """One line a group, then how long all took together."""
    print("── time by group")
    for result in results:
        print(f"{result.group:<14} {result.seconds:7.1f} s  {result.outcome}")
    failed = [result.group for result in results if result.is_failure]
    print(f"{'all':<14} {total:7.1f} s  {'FAILED: ' + ', '.join(failed) if failed else 'passed'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
