"""./zs archive add|verify|check: events as partitioned Parquet, and what the rules say of them part by part."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from zhunsheng.commands import inputs
from zhunsheng.commands.check import exit_code, write_tables
from zhunsheng.commands.outcome import FINE, UsageRefused
from zhunsheng.core.backtest.history import split_by_reach
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.files import archive

SIZES: Final = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
SIZE: Final = re.compile(r"(\d+)([KMG]?)(?:i?B)?", re.IGNORECASE)


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="archive_verb", required=True, metavar="|".join(VERBS))
    add = verbs.add_parser("add", help="add files of events")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add.add_argument("--map", type=Path, metavar="MAP.toml")
    add.add_argument("--parts", type=int, default=archive.PARTS, metavar="N", help="of a new archive")
    verbs.add_parser("verify", help="hold every file against the manifest")
    check = verbs.add_parser("check", help="judge it part by part")
    check.add_argument("--as-of", metavar="T", help="judge as of this instant (default: now)")
    check.add_argument("--known-at", metavar="T", help="only what had been recorded by then")
    check.add_argument("--memory", default="4G", metavar="SIZE", help="how much memory may be used (default 4G)")
    check.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the tables of each part go")
    for verb in (add, check, verbs.choices["verify"]):
        verb.add_argument("--archive", type=Path, required=True, metavar="DIR")
        verb.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR")


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb. Raises UsageRefused."""
    try:
        return VERBS[arguments.archive_verb](arguments, console)
    except archive.ArchiveRefused as refused:
        raise UsageRefused(str(refused)) from refused


def add(arguments: Namespace, console: Console) -> int:
    """Add files to the archive."""
    events = inputs.events_of(arguments, inputs.rulebook_of(arguments)).frame
    added = archive.append(events, arguments.archive, parts=arguments.parts)
    console.print(f"{added.rows} events added, {added.known} known before.", highlight=False)
    return FINE


def verify(arguments: Namespace, console: Console) -> int:
    """Say how many events the archive holds."""
    console.print(f"{archive.verify(arguments.archive)} events, every file as it was written.", highlight=False)
    return FINE


def check(arguments: Namespace, console: Console) -> int:
    """Judge the archive by all rules and checks that rest on the cases of one part; the others are named."""
    whole = inputs.rulebook_of(arguments)
    as_of, known_at = inputs.as_of_of(arguments, whole), inputs.known_at_of(arguments, whole)
    done = check_parts(
        arguments.archive, whole, arguments.out, as_of=as_of, known_at=known_at, memory_bytes=bytes_of(arguments.memory)
    )
    console.print(f"{done.events} events, {done.findings} findings.", highlight=False)
    left = _not_by_part(whole, split_by_reach(whole)[0])
    if left:
        console.print(f"Not judged by part, because they reach over many cases: {', '.join(left)}.", highlight=False)
    return done.code


@dataclass(frozen=True)
class Checked:
    """What came of an archive: the exit code of its gravest part, events judged, findings."""

    code: int
    events: int
    findings: int


def check_parts(
    folder: Path,
    whole: Rulebook,
    out: Path,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    memory_bytes: int,
) -> Checked:
    """Judge an archive in parts that fit the memory, and write the tables of each to a folder of its own in `out`.

    Raises  ArchiveRefused; OSError where a table cannot be written.
    """
    rulebook, _ = split_by_reach(whole)
    code, events, findings = FINE, 0, 0
    for n, part in enumerate(archive.read_parts(folder, memory_bytes=memory_bytes), start=1):
        judged = judge(part, rulebook, as_of=as_of, known_at=known_at)
        write_tables(judged, out / f"part={n:04d}", with_steps=False)
        code = max(code, exit_code(judged.findings), key=_gravity)
        events, findings = events + part.height, findings + judged.findings.height
    return Checked(code, events, findings)


def _not_by_part(whole: Rulebook, rulebook: Rulebook) -> list[str]:
    own = {check.id for check in rulebook.judged_checks()}
    return [check.id for check in whole.judged_checks() if check.id not in own]


def _gravity(code: int) -> int:
    """Red before unknown before nothing."""
    return {0: 0, 11: 1, 10: 2}[code]


def bytes_of(text: str) -> int:
    """The number of a size such as 4G. Raises UsageRefused."""
    match = SIZE.fullmatch(text.strip())
    if not match or not int(match[1]):
        raise UsageRefused(f"--memory {text!r} is no size. Write for example 4G or 512M.")
    return int(match[1]) * SIZES[match[2].upper()]


VERBS: Final[dict[str, Callable[[Namespace, Console], int]]] = {"add": add, "verify": verify, "check": check}
