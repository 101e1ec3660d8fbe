"""./zs rules lint|test|list|show|schema|reference|vectors|backtest: the rulebook itself."""

import json
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from zhunsheng.book import RulebookRefused, load_rulebook, load_vocabulary
from zhunsheng.commands import backtest, inputs
from zhunsheng.commands.outcome import FINE, OUR_FAULT, UsageRefused
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.rulecheck.articles import read_instruments
from zhunsheng.rulecheck.check_schema import check_schema_text
from zhunsheng.rulecheck.inside import run_rule_tests
from zhunsheng.rulecheck.inside_checks import run_check_tests
from zhunsheng.rulecheck.lint import lint_rulebook
from zhunsheng.rulecheck.reference import reference_pages
from zhunsheng.rulecheck.schema import schema_text
from zhunsheng.rulecheck.second import second_computation
from zhunsheng.rulecheck.vectors import run_vectors

NAMES: Final = inputs.ROOT / "tests" / "vectors" / "names.toml"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of the verb and its own verbs."""
    verbs = parser.add_subparsers(dest="rules_verb", required=True, metavar="|".join(VERBS))
    for name, text in (
        ("lint", "every issue of every file"),
        ("test", "the tests inside the files"),
        ("list", "a line a rule"),
        ("schema", "the JSON Schema of a rule file"),
    ):
        _with_rules(verbs.add_parser(name, help=text))
    verbs.choices["schema"].add_argument("--checks", action="store_true", help="of a check file instead")
    reference = _with_rules(verbs.add_parser("reference", help="write the rule reference into a folder"))
    reference.add_argument("--out", type=Path, default=inputs.ROOT / "docs" / "rules", metavar="DIR")
    show = _with_rules(verbs.add_parser("show", help="one rule, whole"))
    show.add_argument("id")
    vectors = _with_rules(verbs.add_parser("vectors", help="due times written with short names"))
    vectors.add_argument("csv", type=Path)
    vectors.add_argument("--names", type=Path, default=NAMES)
    backtest.add_arguments(_with_rules(verbs.add_parser("backtest", help="what it would have said of a past period")))


def _with_rules(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("--rules", type=Path, default=inputs.RULEBOOK, metavar="DIR")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--json", action="store_true")
    return parser


def run(arguments: Namespace, console: Console) -> int:
    """Dispatch to the verb."""
    return VERBS[arguments.rules_verb](arguments, console)


def lint(arguments: Namespace, console: Console) -> int:
    """Read and lint everything; what is wrong is raised whole."""
    if issues := lint_rulebook(arguments.rules):
        raise RulebookRefused(issues)
    rulebook = load_rulebook(arguments.rules)
    both = both_kinds(rulebook)
    console.print(
        f"{len(rulebook.rules)} rules, {len(rulebook.checks)} checks, {sum(len(one.tests) for one in both)} tests: "
        "no issue."
    )
    return FINE


def test(arguments: Namespace, console: Console) -> int:
    """Run the tests inside the rule files, and compute every expectation a second time where the oracle is there."""
    rulebook = load_rulebook(arguments.rules)
    with ThreadPoolExecutor(1) as beside:  # a process of its own, which computes meanwhile
        computed_again = beside.submit(second_computation, arguments.rules, inputs.ROOT)
        failures = [*run_rule_tests(rulebook), *run_check_tests(rulebook)]
        second = computed_again.result()
    for failure in failures:
        console.print(str(failure), highlight=False, soft_wrap=True)
    total = sum(len(rule.tests) for rule in both_kinds(rulebook))
    failed = len({(failure.rule, failure.test) for failure in failures})
    for line in second.differences:
        console.print(f"oracle: {line}", highlight=False, soft_wrap=True)
    console.print(f"{total - failed} passed, {failed} failed; {second}")
    return OUR_FAULT if failures or second.differences else FINE


def schema(arguments: Namespace, console: Console) -> int:
    """Print the JSON Schema of a rule file, or of a check file."""
    of = check_schema_text if arguments.checks else schema_text
    text = of(load_vocabulary(arguments.rules))
    console.print(text, end="", highlight=False, markup=False, soft_wrap=True)
    return FINE


def reference(arguments: Namespace, console: Console) -> int:
    """Write the rule reference: a page a folder, and the indexes."""
    pages = reference_pages(load_rulebook(arguments.rules), read_instruments(arguments.rules))
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (arguments.out / name).write_text(text, "utf-8")
    console.print(f"{len(pages)} pages written to {arguments.out}", highlight=False, soft_wrap=True)
    return FINE


def list_rules(arguments: Namespace, console: Console) -> int:
    """A line a rule."""
    rulebook = load_rulebook(arguments.rules)
    if arguments.json:
        rows = [{"id": r.id, "title": r.title, "status": r.status, "source": r.source} for r in both_kinds(rulebook)]
        console.print_json(json.dumps(rows))
        return FINE
    table = Table()
    for name in ("id", "title", "limit or check", "nature", "source", "status", "tests"):
        table.add_column(name)
    for rule in rulebook.rules:
        limit = rule.versions[-1].limits[-1]
        title = rule.title if arguments.lang == "zh" else rule.title_en
        amount = f"{limit.amount} {limit.unit}"
        table.add_row(rule.id, title, amount, rule.nature, rule.source, rule.status, str(len(rule.tests)))
    for check in rulebook.checks:
        title = check.title if arguments.lang == "zh" else check.title_en
        kind = f"{check.code} {check.kind} {check.level}"
        table.add_row(check.id, title, kind, check.nature, check.source, check.status, str(len(check.tests)))
    console.print(table)
    return FINE


def show(arguments: Namespace, console: Console) -> int:
    """One rule, as its file says it."""
    rulebook = load_rulebook(arguments.rules)
    named = {rule.id: rule for rule in both_kinds(rulebook)} | {check.code: check for check in rulebook.checks}
    rule = named.get(arguments.id)
    if rule is None:
        raise UsageRefused(f"{arguments.id!r} is no rule of this rulebook. See ./zs rules list.")
    if arguments.json:
        console.print_json(json.dumps(asdict(rule), default=str))
    else:
        console.print((arguments.rules / rule.path).read_text("utf-8"), highlight=False, markup=False, soft_wrap=True)
    return FINE


def vectors(arguments: Namespace, console: Console) -> int:
    """Judge a vectors file; the last line is `N of M`."""
    rulebook = load_rulebook(arguments.rules)
    results = run_vectors(arguments.csv, arguments.names, rulebook)
    for result in results:
        if not result.ok:
            console.print(f"{result.id} {result.rule}: {result.text}", highlight=False, soft_wrap=True)
    console.print(f"{sum(result.ok for result in results)} of {len(results)}", highlight=False)
    return FINE if all(result.ok or result.text == "no such rule" for result in results) else OUR_FAULT


def both_kinds(rulebook: Rulebook) -> tuple[Rule | Check, ...]:
    """Deadlines and checks."""
    return (*rulebook.rules, *rulebook.checks)


VERBS: Final = {
    "lint": lint,
    "test": test,
    "list": list_rules,
    "schema": schema,
    "reference": reference,
    "show": show,
    "vectors": vectors,
    "backtest": backtest.run,
}
