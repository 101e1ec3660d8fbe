"""./zs points lint|nudge|simulate|schema: what the policies of points reward."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from zhunsheng.city.gaming.nudge import failing_tests, nudged
from zhunsheng.city.gaming.play import play
from zhunsheng.commands import inputs
from zhunsheng.commands.outcome import FINE, REFUSED, UsageRefused
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.issue import LOAD, codes_of, verdict_of
from zhunsheng.core.points.policy import Policy
from zhunsheng.points_book import judge_folder, load_fact_list
from zhunsheng.rulecheck.points_schema import policy_schema_text

SHIPPED: Final = inputs.RULEBOOK / "points" / "policies" / "station_case_team.toml"
SEEDS: Final = 200


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="points_verb", required=True, metavar="|".join(VERBS))
    lint = verbs.add_parser("lint", help="a line a policy file: FILE, load or refuse or ask, and the codes")
    lint.add_argument("folder", type=Path, metavar="DIR")
    lint.add_argument("--why", action="store_true", help="every issue with its remedy, on the error stream")
    lint.add_argument("--strict", action="store_true", help="exit code 2 where a policy does not load")
    nudge = verbs.add_parser("nudge", help="one lawful thing more or less: nobody's score may rise")
    simulate = verbs.add_parser(
        "simulate", help="fourteen strategies played against a policy; 5 %% is the release gate"
    )
    simulate.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help=f"years that are played ({SEEDS})")
    verbs.add_parser("schema", help="the JSON Schema of a policy file")
    for one in (nudge, simulate):
        one.add_argument("file", type=Path, nargs="?", default=SHIPPED, metavar="FILE", help="default: the shipped one")
    for one in verbs.choices.values():
        one.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR", help="rulebook folder")


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb."""
    return VERBS[arguments.points_verb](arguments, console)


def lint(arguments: Namespace, _console: Console) -> int:
    """A line a file on the output, nothing else; the issues beside it where asked for."""
    if not arguments.folder.is_dir():
        raise UsageRefused(f"{arguments.folder}: is no folder. Name the folder of policies.")
    judged = list(judge_folder(arguments.folder, load_fact_list(arguments.rules)))
    for one in judged:
        sys.stdout.write(f"{one.line}\n")
    if arguments.why:
        text = "\n".join(str(issue) for one in judged for issue in one.issues)
        Console(stderr=True).print(text, highlight=False, markup=False, soft_wrap=True)
    return REFUSED if arguments.strict and any(one.verdict != LOAD for one in judged) else FINE


def nudge(arguments: Namespace, console: Console) -> int:
    """The greatest rise of anybody for each nudge, and the tests of the file itself."""
    policy, known = _policy(arguments, console)
    table = Table("nudge", "", "greatest change", "whose")
    found = list(nudged(policy, known))
    for one in found:
        table.add_row(one.nudge.type, one.nudge.title, f"{one.rise / 100:+.2f}", one.holder)
    console.print(table)
    failing = failing_tests(policy, found)
    for line in failing:
        console.print(line, highlight=False, soft_wrap=True)
    passes = all(one.rise <= 0 for one in found) and not failing
    console.print(
        "passes: nobody's score rises." if passes else "FAILS: somebody's score rises, or a test does not hold."
    )
    return FINE if passes else REFUSED


def simulate(arguments: Namespace, console: Console) -> int:
    """What each strategy gains, and whether the policy may be released."""
    if arguments.seeds < 2:
        raise UsageRefused(f"--seeds {arguments.seeds}: is too few for a bound. Play two years or more.")
    policy, known = _policy(arguments, console)
    table = Table("", "strategy", "", "gain %", "95 % upper bound %", "at most %", "")
    found = []
    for one in play(policy, known, seeds=arguments.seeds):
        found.append(one)
        figures = [f"{100 * value:+.1f}" for value in (one.mean, one.upper, one.most)]
        table.add_row(one.strategy.code, one.strategy.name, one.strategy.title, *figures, "" if one.passes else "FAILS")
    console.print(table)
    failing = [one.strategy.code for one in found if not one.passes]
    said = f"FAILS: {', '.join(failing)} pay more than allowed." if failing else "passes: no strategy pays."
    console.print(f"{policy.version}, {arguments.seeds} years: {said}", highlight=False, soft_wrap=True)
    return REFUSED if failing else FINE


def _policy(arguments: Namespace, console: Console) -> tuple[Policy, FactList]:
    """The policy of a file, even one that the gate refuses: what it would pay is then to be seen."""
    if not arguments.file.is_file():
        raise UsageRefused(f"{arguments.file}: is no file. Name a policy.")
    known = load_fact_list(arguments.rules)
    reading = judge_policy(arguments.file.read_text("utf-8"), known, path=str(arguments.file))
    if reading.policy is None:
        raise UsageRefused("\n".join(str(issue) for issue in reading.issues))
    verdict = f"gate: {verdict_of(reading.issues)} {','.join(codes_of(reading.issues))}"
    console.print(f"{reading.policy.version}, {verdict.strip()}", highlight=False, soft_wrap=True)
    return reading.policy, known


def schema(arguments: Namespace, _console: Console) -> int:
    """Print the JSON Schema of a policy file."""
    sys.stdout.write(policy_schema_text(load_fact_list(arguments.rules)))
    return FINE


VERBS: Final = {"lint": lint, "nudge": nudge, "simulate": simulate, "schema": schema}
