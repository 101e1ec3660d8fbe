"""./zs bench clocks: what the clock costs, beside what the same would cost otherwise.

The bench is a folder of the repository, not of the package: it runs as a process of its own. The dataframe and SQL
forms run in an environment that is made on demand from bench/requirements.lock and shares nothing with ours.
"""

import hashlib
import os
import subprocess
import sys
import venv
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from rich.console import Console

from zhunsheng.commands.inputs import ROOT
from zhunsheng.commands.outcome import UsageRefused

LOCK: Final = ROOT / "bench" / "requirements.lock"
SIZES: Final = "100000,1000000,10000000"
READY: Final = "ready"
INSTALL: Final = (
    "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
    "--no-deps", "--require-hashes", "--only-binary=:all:", "-r",
)  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("what", choices=("clocks",))
    parser.add_argument("--events", default=SIZES, metavar="N,N", help=f"sizes of the city (default {SIZES})")
    parser.add_argument(
        "--quick", action="store_true", help="one small city, without pandas and DuckDB; nothing is recorded"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="runs of each, of which the median counts")
    parser.add_argument("--seed", type=int, default=20260101, metavar="S")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where the cities are written meanwhile")


def run(arguments: Namespace, console: Console) -> int:
    """Run the bench. Returns its exit code. Raises UsageRefused for sizes that are none, or without the bench."""
    check_sizes(arguments.events)
    if not LOCK.is_file():
        raise UsageRefused(f"{LOCK.parent}: there is no bench here. Run it in a checkout of the repository.")
    command = [sys.executable, "-m", "bench.clocks", "--events", arguments.events]
    command += ["--rounds", str(arguments.rounds), "--seed", str(arguments.seed)]
    command += [option for option in ("--quick", "--json") if getattr(arguments, option[2:])]
    if arguments.scratch:
        command += ["--scratch", str(arguments.scratch.resolve())]
    if not arguments.quick:
        command += ["--forms-python", str(environment(console, quiet=arguments.json))]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


def check_sizes(text: str) -> None:
    """Raises UsageRefused where a size is not a number of events."""
    for size in text.split(","):
        if not size.isdecimal() or int(size) == 0:
            raise UsageRefused(f"--events {size!r} is no number of events. Write for example {SIZES}.")


def environment(console: Console, *, quiet: bool) -> Path:
    """The interpreter of the forms; its environment is made anew where the lock has changed."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path.home() / ".cache" / "zhunsheng" / f"bench-{digest}"
    python = folder / "bin" / "python"
    if not (folder / READY).is_file():
        if not quiet:
            console.print(f"making {folder}", highlight=False, soft_wrap=True)
        venv.create(folder, clear=True, with_pip=True, symlinks=True)
        done = subprocess.run([str(python), *INSTALL, str(LOCK)], check=False)
        if done.returncode:
            raise UsageRefused("bench/requirements.lock could not be installed; pip says why above.")
        (folder / READY).touch()
    return python
