"""./zs bench WHAT: what it costs, beside what the same would cost otherwise.

    clocks · checks · archive · pages       of the folder bench
    backtest · ingest · tick · deliver      runs of the tests, with their figures recorded
    all                                     one after the other
    report                                  write docs/performance.md from what was recorded; the others do it, too

The bench is a folder of the repository, not of the package: it runs as a process of its own. What others make runs in
environments that are made on demand from bench/*.lock and share nothing with ours.
"""

import hashlib
import os
import subprocess
import sys
import venv
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from zhunsheng.commands.archive import bytes_of
from zhunsheng.commands.inputs import ROOT
from zhunsheng.commands.outcome import UsageRefused

LOCK: Final = ROOT / "bench" / "requirements.lock"
DROOLS_LOCK: Final = ROOT / "bench" / "drools.lock"
SIZES: Final = "100000,1000000,10000000"
CASES: Final = "30000,300000"
CHECKED: Final = "100000,1000000"
ARCHIVED: Final = "1000000,20000000,100000000"
READY: Final = "ready"
INSTALL: Final = (
    "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
    "--no-deps", "--require-hashes", "--only-binary=:all:", "-r",
)  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="|".join((*BENCHES, *RUNS, "report", "all")))
    of_clocks = verbs.add_parser("clocks", help="the fold, beside the same limits in dataframes and SQL")
    of_clocks.add_argument("--events", default=SIZES, metavar="N,N", help=f"sizes of the city (default {SIZES})")
    of_clocks.add_argument(
        "--quick", action="store_true", help="one small city, without pandas and DuckDB; nothing is recorded"
    )
    of_clocks.add_argument("--rounds", type=int, default=5, metavar="N", help="runs of each; the median counts")
    of_clocks.add_argument("--seed", type=int, default=20260101, metavar="S")
    of_pages = verbs.add_parser("pages", help="the list pages, beside bare Django pages with as many queries")
    of_pages.add_argument("--cases", default=CASES, metavar="N,N", help=f"sizes of the city (default {CASES})")
    of_pages.add_argument("--seconds", default="3", metavar="S", help="of load on each page (3); 0: count only")
    of_pages.add_argument("--only", default="", metavar="NAME", help="pages whose name begins so, as desk:inbox")
    of_pages.add_argument("--append", action="store_true", help="append the figures to docs/measurements.toml")
    of_checks = verbs.add_parser("checks", help="three checks beside the same in other engines")
    of_checks.add_argument("--events", default=CHECKED, metavar="N,N", help=f"sizes of the city (default {CHECKED})")
    of_checks.add_argument("--rounds", type=int, default=5, metavar="N", help="runs of each; the median counts")
    of_archive = verbs.add_parser("archive", help="every rule over a log larger than the memory, part by part")
    of_archive.add_argument("--events", default=ARCHIVED, metavar="N,N", help=f"sizes (default {ARCHIVED})")
    of_archive.add_argument("--memory", default="8G", metavar="SIZE", help="how much memory may be used (default 8G)")
    for one in (of_checks, of_archive):
        one.add_argument("--quick", action="store_true", help="small, without what others make; nothing is recorded")
    for name, bench in RUNS.items():
        one = verbs.add_parser(name, help=bench.help)
        one.add_argument("--quick", action="store_true", help="small; nothing is recorded")
    verbs.add_parser("report", help="write docs/performance.md from what was recorded")
    verbs.add_parser("all", help="every bench one after the other, and the report: several hours")
    for one in verbs.choices.values():
        one.add_argument("--json", action="store_true", help="print JSON")
        one.add_argument("--scratch", type=Path, metavar="DIR", help="where the cities are written meanwhile")


def run(arguments: Namespace, console: Console) -> int:
    """Run the bench. Returns its exit code. Raises UsageRefused for sizes that are none, or without the bench."""
    if not LOCK.is_file():
        raise UsageRefused(f"{LOCK.parent}: there is no bench here. Run it in a checkout of the repository.")
    if arguments.what == "all":
        return max(_started(["-m", "zhunsheng.cli", "bench", name]) for name in (*BENCHES, *RUNS))
    if arguments.what == "report":
        return _started(["-m", REPORT])
    if arguments.what in RUNS:
        code = _started(["-m", *RUNS[arguments.what].command(is_quick=arguments.quick)])
    else:
        command = ["-m", f"bench.{arguments.what}", *BENCHES[arguments.what](arguments, console)]
        command += [option for option in ("--quick", "--append", "--json") if getattr(arguments, option[2:], False)]
        code = _started([*command, *(["--scratch", str(arguments.scratch.resolve())] if arguments.scratch else [])])
    return code if getattr(arguments, "quick", False) else max(code, _started(["-m", REPORT]))


def _started(arguments: list[str]) -> int:
    """The exit code of a process of ours."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode


@dataclass(frozen=True)
class Run:
    """A measurement that is a run of the tests: its module, and what it is given, small and in full."""

    help: str
    module: str
    small: tuple[str, ...]
    full: tuple[str, ...]

    def command(self, *, is_quick: bool) -> list[str]:
        """The module and its arguments."""
        return [self.module, *(self.small if is_quick else (*self.full, "--append"))]


REPORT: Final = "bench.performance"
NIGHTLY: Final = "tests.platform.nightly"
RUNS: Final = {
    "backtest": Run("each day of a year beside one judgement", "tests.backtest.speed", ("--cases", "2000"), ()),
    "ingest": Run(
        "events to committed rows beside bare COPY", f"{NIGHTLY}.ingest", ("speed", "100000"), ("1000000", "10")
    ),
    "tick": Run(
        "a round of the supervisor with nothing due", f"{NIGHTLY}.online_batch", ("speed", "20000"), ("speed",)
    ),
    "deliver": Run("fifty alerts a second, from commit to gateway", f"{NIGHTLY}.deliver", ("rate",), ("rate",)),
}


def clocks(arguments: Namespace, console: Console) -> list[str]:
    """The options of the bench of clocks; its forms need an environment of their own."""
    check_sizes("--events", arguments.events, of="events", as_in=SIZES)
    options = ["--events", arguments.events, "--rounds", str(arguments.rounds), "--seed", str(arguments.seed)]
    return options if arguments.quick else [*options, "--forms-python", str(environment(console, quiet=arguments.json))]


def pages(arguments: Namespace, _console: Console) -> list[str]:
    """The options of the bench of pages."""
    check_sizes("--cases", arguments.cases, of="cases", as_in=CASES)
    return ["--cases", arguments.cases, "--seconds", arguments.seconds, "--only", arguments.only]


def checks(arguments: Namespace, console: Console) -> list[str]:
    """The options of the bench of checks; what others make needs environments of its own."""
    check_sizes("--events", arguments.events, of="events", as_in=CHECKED)
    options = ["--events", arguments.events, "--rounds", str(arguments.rounds)]
    if arguments.quick:
        return options
    forms, drools = (str(environment(console, quiet=arguments.json, lock=lock)) for lock in (LOCK, DROOLS_LOCK))
    return [*options, "--forms-python", forms, "--drools-python", drools]


def archive(arguments: Namespace, _console: Console) -> list[str]:
    """The options of the bench of the archive."""
    check_sizes("--events", arguments.events, of="events", as_in=ARCHIVED)
    bytes_of(arguments.memory)
    return ["--events", arguments.events, "--memory", arguments.memory]


def check_sizes(option: str, text: str, *, of: str, as_in: str) -> None:
    """Raises UsageRefused where a size is no number."""
    for size in text.split(","):
        if not size.isdecimal() or int(size) == 0:
            raise UsageRefused(f"{option} {size!r} is no number of {of}. Write for example {as_in}.")


def environment(console: Console, *, quiet: bool, lock: Path = LOCK) -> Path:
    """The interpreter of what others make; its environment is made anew where the lock has changed."""
    folder = folder_of(lock)
    python = folder / "bin" / "python"
    if not (folder / READY).is_file():
        if not quiet:
            console.print(f"making {folder}", highlight=False, soft_wrap=True)
        venv.create(folder, clear=True, with_pip=True, symlinks=True)
        done = subprocess.run([str(python), *INSTALL, str(lock)], check=False)
        if done.returncode:
            raise UsageRefused(f"bench/{lock.name} could not be installed; pip says why above.")
        (folder / READY).touch()
    return python


def folder_of(lock: Path) -> Path:
    """Where the environment of a lock is made."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    return Path.home() / ".cache" / "zhunsheng" / f"bench-{digest}"


def forms_python() -> Path | None:
    """The interpreter of the forms; none where its environment was never made."""
    folder = folder_of(LOCK)
    return folder / "bin" / "python" if (folder / READY).is_file() else None


BENCHES: Final = {"clocks": clocks, "pages": pages, "checks": checks, "archive": archive}
