"""Each rule flipped in one place at a time, and judged by its own tests.

    python -m tests.rulecheck.mutation [--rules | --checks] [ID…]

Rules are deadlines; checks stand beside them. A mutant that fails a test of its file is killed. One that survives
either changes nothing that a test of one rule can see, and stands in survivors.toml with the reason, or shows that a
test is missing. 0: at least 95 % are killed, every survivor has a reason, and no reason is out of date.
"""

import argparse
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.rulecheck.check_mutants import check_mutants
from tests.rulecheck.mutants import mutants
from zhunsheng.book import load_rulebook
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.rulecheck.inside import ask, differences
from zhunsheng.rulecheck.inside_checks import differences as check_differences
from zhunsheng.rulecheck.inside_checks import verdicts_of_tests

RULEBOOK: Final = Path(__file__).parents[2] / "rulebook"
REASONS: Final = Path(__file__).parent / "survivors.toml"
ENOUGH: Final = 95
TOGETHER: Final = 60  # mutants judged at once


@dataclass(frozen=True)
class Result:
    """What became of the mutants of a rule: how many there were, and the names of those that no test killed."""

    rule: str
    total: int
    survivors: tuple[str, ...]


def mutate(rulebook: Rulebook, rule: Rule) -> Result:
    """Judge every mutant of a rule by the tests of its file."""
    named = list(mutants(rule, never_recorded(rulebook, rule)))
    survivors: list[str] = []
    for first in range(0, len(named), TOGETHER):
        some = named[first : first + TOGETHER]
        together = [replace(mutant, id=f"{rule.id}~{n}") for n, (_, mutant) in enumerate(some)]
        answers = ask(rulebook, rule, together)
        for (name, _), mutant in zip(some, together, strict=True):
            if not any(differences(answers, mutant.id, n, test, rulebook) for n, test in enumerate(rule.tests)):
                survivors.append(name)
    return Result(rule.id, len(named), tuple(survivors))


def mutate_check(rulebook: Rulebook, check: Check) -> Result:
    """Judge every mutant of a check by the tests of its file."""
    named = list(check_mutants(check, never_recorded(rulebook, check)))
    return Result(check.id, len(named), tuple(name for name, mutant in named if _survives(rulebook, mutant)))


def _survives(rulebook: Rulebook, mutant: Check) -> bool:
    answers = verdicts_of_tests(rulebook, mutant)
    zone = rulebook.vocabulary.zone
    return not any(check_differences(test, answers[n], zone) for n, test in enumerate(mutant.tests))


def never_recorded(rulebook: Rulebook, rule: Rule | Check) -> str:
    """An event type that no test of the rule records and the rule does not know."""
    recorded = {event["type"] for test in rule.tests for event in test.given}
    text = repr(replace(rule, tests=()))
    return next(t for t in sorted(rulebook.vocabulary.event_types) if t not in recorded and f"'{t}'" not in text)


def reasons() -> Mapping[str, Mapping[str, str]]:
    """Rule → mutant → why no test can tell it from the rule."""
    return tomllib.loads(REASONS.read_text("utf-8"))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: Sequence[str]) -> int:
    """Mutate what is named, or everything, and say what survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.rulecheck.mutation")
    parser.add_argument("ids", nargs="*", help="rules and checks; none: all")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--rules", action="store_true", help="deadlines alone")
    only.add_argument("--checks", action="store_true", help="checks alone")
    asked = parser.parse_args(arguments)
    rulebook, began = load_rulebook(RULEBOOK), time.process_time()
    results = []
    if not asked.checks:
        results += [mutate(rulebook, rule) for rule in rulebook.rules if not asked.ids or rule.id in asked.ids]
    if not asked.rules:
        chosen = [check for check in rulebook.checks if not asked.ids or check.id in asked.ids]
        results += [mutate_check(rulebook, check) for check in chosen]
    return report(results, time.process_time() - began)


def report(results: Sequence[Result], spent: float) -> int:
    """Name every survivor without a reason and every reason that is out of date. 0: none, and enough are killed."""
    known = reasons()
    unexplained = [(r.rule, name) for r in results for name in r.survivors if name not in known.get(r.rule, {})]
    stale = [(r.rule, name) for r in results for name in known.get(r.rule, {}) if name not in r.survivors]
    for words, pairs in (("survives without a reason", unexplained), ("has a reason, and does not survive", stale)):
        for rule, name in pairs:
            say(f"{rule}: {name}: {words}")
    total = sum(result.total for result in results)
    survivors = sum(len(result.survivors) for result in results)
    killed = 100 * (total - survivors) / max(total, 1)
    say(f"{total} mutants of {len(results)} rules, {survivors} survive: {killed:.1f} % killed, {spent:.0f} s CPU")
    return 1 if unexplained or stale or killed < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
