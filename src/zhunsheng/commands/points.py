"""./zs points lint: what the gate says of the policies in a folder."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from rich.console import Console

from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, REFUSED, UsageRefused
from zhunsheng.core.points.issue import LOAD
from zhunsheng.points_book import judge_folder, load_fact_list


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="points_verb", required=True, metavar="|".join(VERBS))
    lint = verbs.add_parser("lint", help="a line a policy file: FILE, load or refuse or ask, and the codes")
    lint.add_argument("folder", type=Path, metavar="DIR")
    lint.add_argument("--why", action="store_true", help="every issue with its remedy, on the error stream")
    lint.add_argument("--strict", action="store_true", help="exit code 2 where a policy does not load")
    lint.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR", help="rulebook folder")


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb."""
    return VERBS[arguments.points_verb](arguments, console)


def lint(arguments: Namespace, _console: Console) -> int:
    """A line a file on the output, nothing else; the issues beside it where asked for."""
    if not arguments.folder.is_dir():
        raise UsageRefused(f"{arguments.folder}: is no folder. Name the folder of policies.")
    facts = load_fact_list(arguments.rules)
    judged = list(judge_folder(arguments.folder, facts))
    for one in judged:
        sys.stdout.write(f"{one.line}\n")
    if arguments.why:
        Console(stderr=True).print(
            "\n".join(str(issue) for one in judged for issue in one.issues),
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return REFUSED if arguments.strict and any(one.verdict != LOAD for one in judged) else FINE


VERBS: Final = {"lint": lint}
