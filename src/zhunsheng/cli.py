"""The command line: verbs, exit codes, and errors in one voice."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console

from zhunsheng.book import RulebookRefused
from zhunsheng.commands import (
    archive,
    bench,
    calendar,
    check,
    city,
    explain,
    inspection,
    platform,
    points,
    prove,
    recompute,
    rules,
    scale,
    supervise,
)
from zhunsheng.commands.outcome import REFUSED, UsageRefused
from zhunsheng.files.mapping import MappingRefused
from zhunsheng.files.refusal import InputRefused
from zhunsheng.rulecheck.vectors import VectorsRefused


@dataclass(frozen=True)
class Verb:
    """A verb of the command line."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Console], int]


VERBS: Final = {
    "check": Verb("what is overdue and what ends next, worst first", check.add_arguments, check.run),
    "explain": Verb("how a due time was computed, step by step", explain.add_arguments, explain.run),
    "run": Verb("the whole platform with a synthetic city in it, to try", platform.add_run_arguments, platform.run),
    "serve": Verb("the whole platform on this machine", platform.add_serve_arguments, platform.serve),
    "backup": Verb("the platform's data as of one instant", platform.add_backup_arguments, platform.backup),
    "restore": Verb(
        "a backup into an empty place; it sends nothing until two persons let it",
        platform.add_restore_arguments,
        platform.restore,
    ),
    "city": Verb("a synthetic city, judged or written to a folder", city.add_arguments, city.run),
    "rules": Verb("lint, test, list, show, vectors", rules.add_arguments, rules.run),
    "archive": Verb("events as partitioned Parquet, judged part by part", archive.add_arguments, archive.run),
    "scale": Verb("the same judgement on Spark, for a log larger than one machine", scale.add_arguments, scale.run),
    "points": Verb("the policies of points, and what they reward", points.add_arguments, points.run),
    "inspection": Verb(
        "repeat a draw, size a sample, judge the check sheets", inspection.add_arguments, inspection.run
    ),
    "supervise": Verb("keep the platform's clocks and findings", supervise.add_arguments, supervise.run),
    "bench": Verb("what the clock costs, beside what the same would cost otherwise", bench.add_arguments, bench.run),
    "prove": Verb(
        "an alert or a document with all that proves it, for tools/verify.py", prove.add_arguments, prove.run
    ),
    "recompute": Verb("compute the alert of such a file again, offline", recompute.add_arguments, recompute.run),
    "calendar": Verb("the published working days; add a notice", calendar.add_arguments, calendar.run),
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="zs", description="准绳: case events in, time limits and their computation out.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    for name, verb in VERBS.items():
        verb.add_arguments(verbs.add_parser(name, help=verb.help))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb. Returns its exit code; 2 for what the user can mend."""
    parsed = parser().parse_args(arguments)
    console = Console(stderr=False)
    try:
        return VERBS[parsed.verb].run(parsed, console)
    except (UsageRefused, RulebookRefused, InputRefused, MappingRefused, VectorsRefused) as refused:
        Console(stderr=True).print(f"{refused}", highlight=False, markup=False, soft_wrap=True)
        return REFUSED


if __name__ == "__main__":
    sys.exit(main())
