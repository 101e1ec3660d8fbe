"""./zs inspection redraw|size|lint|schema: repeat a draw, size a sample, judge the check sheets."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from fractions import Fraction
from pathlib import Path
from typing import Final

from rich.console import Console

from zhunsheng.book import load_rulebook
from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, REFUSED, UsageRefused
from zhunsheng.core.inspection.published import RecordRefused, differences
from zhunsheng.core.inspection.sizes import ClaimRefused, bear, claim, percent, size_for
from zhunsheng.inspection_book import load_clocks, load_sheets, load_terms
from zhunsheng.rulecheck.sheet_schema import sheet_schema_text

PERCENT: Final = 100


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="inspection_verb", required=True, metavar="|".join(VERBS))
    redraw = verbs.add_parser("redraw", help="draw again from a published record: 一致 or what differs")
    redraw.add_argument("file", type=Path, metavar="FILE")
    size = verbs.add_parser("size", help="how many files a claim needs, or what so many can bear")
    size.add_argument("files", type=int, metavar="N", help="files in the frame")
    size.add_argument("--below", type=_rate, metavar="PERCENT", help="claim that the rate is below this")
    size.add_argument("--problems", type=int, default=0, metavar="C", help="problems that may be found (0)")
    size.add_argument("--drawn", type=int, metavar="n", help="files that can be read")
    lint = verbs.add_parser("lint", help="the check sheets and clocks of a rulebook")
    lint.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR", help="rulebook folder")
    verbs.add_parser("schema", help="the JSON Schema of a check sheet")


def _rate(text: str) -> Fraction:
    try:
        rate = Fraction(text.removesuffix("%")) / PERCENT
    except ValueError as problem:
        raise ArgumentTypeError(f"{text!r} is no rate. Write 5 for 5 %.") from problem
    if not 0 < rate < 1:
        raise ArgumentTypeError(f"{text!r} is not between 0 and 100.")
    return rate


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb."""
    return VERBS[arguments.inspection_verb](arguments, console)


def redraw(arguments: Namespace, _console: Console) -> int:
    """一致 with 0, or 不一致 with what differs and 2."""
    if not arguments.file.is_file():
        raise UsageRefused(f"{arguments.file}: is no file. Name the published record of a draw.")
    try:
        found = differences(arguments.file.read_text("utf-8", errors="replace"))
    except RecordRefused as problem:
        raise UsageRefused(f"{arguments.file}: {problem}") from problem
    sys.stdout.write("\n".join(["不一致", *found] if found else ["一致"]) + "\n")
    return REFUSED if found else FINE


def size(arguments: Namespace, _console: Console) -> int:
    """One line: the size, or the claim. A claim that the sample cannot bear is refused with what it can."""
    files, problems = arguments.files, arguments.problems
    if files < 1 or problems < 0:
        raise UsageRefused(f"{files} files with {problems} problems is no sample. Count from 1, problems from 0.")
    try:
        if arguments.drawn is None and arguments.below is None:
            raise UsageRefused("State --below PERCENT, --drawn n, or both.")
        if arguments.drawn is None:
            needed = size_for(files, arguments.below, problems)
            said = f"{files} 件，问题不超过 {problems} 件时要说低于 {percent(arguments.below)}：抽 {needed} 件"
        else:
            can = (
                claim(files, arguments.drawn, problems)
                if arguments.below is None
                else bear(files, arguments.drawn, arguments.below, problems)
            )
            said = f"{files} 件抽 {can.drawn} 件，问题不超过 {problems} 件：可以说低于 {percent(can.rate)}"
    except ClaimRefused as problem:
        raise UsageRefused(str(problem)) from problem
    sys.stdout.write(f"{said}\n")
    return FINE


def lint(arguments: Namespace, _console: Console) -> int:
    """Every issue of every sheet at once, else how many questions there are. Raises RulebookRefused."""
    sheets = load_sheets(arguments.rules, load_rulebook(arguments.rules))
    load_clocks(arguments.rules)
    load_terms(arguments.rules, sheets)
    questions = [question for sheet in sheets for question in sheet.questions]
    drafts = sum(question.is_draft for question in questions)
    first = sum(question.automatic == "yes" for question in questions)
    sys.stdout.write(
        f"{len(sheets)} sheets, {len(questions)} questions, {first} answered by data first, {drafts} rest on memory\n"
    )
    return FINE


def schema(_arguments: Namespace, _console: Console) -> int:
    """Print the JSON Schema of a sheet."""
    sys.stdout.write(sheet_schema_text())
    return FINE


VERBS: Final = {"redraw": redraw, "size": size, "lint": lint, "schema": schema}
