"""Lint: every issue of every rule file at once, with file, line, key and remedy.

The parser says what cannot be read; what stands here can be read and is still wrong: no article, too few tests, a level
that never comes, a message that names a person.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from zhunsheng.book import RulebookRefused, load_rulebook, load_vocabulary
from zhunsheng.core import rule as r
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.toml_table import Issue, line_of
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.lint_checks import lint_check
from zhunsheng.rulecheck.lint_levels import levels
from zhunsheng.rulecheck.lint_messages import messages
from zhunsheng.rulecheck.lint_sense import sense
from zhunsheng.rulecheck.lint_tests import tests

ALWAYS_TOLD: Final = "case_officer"
TOLD_OF_RED: Final = ("legal_officer", "unit_head")
WHY_NOT: Final = "不通知"
Found = Iterator[tuple[str, str]]


def lint_rulebook(folder: Path) -> list[Issue | str]:
    """Every issue of a rulebook folder: what the parser refuses and what the lint finds, in order of file and line.

    Raises  RulebookRefused where there is no vocabulary to read the rules with.
    """
    vocabulary = load_vocabulary(folder)
    refused: list[Issue | str] = []
    try:
        load_rulebook(folder)
    except RulebookRefused as problem:
        refused = problem.issues
    texts = {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted((folder / "deadlines").rglob("*.toml"))
    }
    parsed = {path: parse_rule(text, vocabulary, path=path)[0] for path, text in texts.items()}
    rules = {rule.id: rule for rule in parsed.values() if rule is not None}
    found = [
        issue for path, rule in parsed.items() if rule for issue in lint_rule(rule, texts[path], vocabulary, rules)
    ]
    return [*refused, *found, *_check_issues(folder, vocabulary)]


def _check_issues(folder: Path, vocabulary: Vocabulary) -> list[Issue]:
    found = []
    for path in sorted((folder / "checks").rglob("*.toml")):
        text = path.read_text("utf-8")
        check, _issues = parse_check(text, vocabulary, path=str(path.relative_to(folder)))
        if check is not None:
            found += lint_check(check, text, vocabulary)
    return found


def lint_rule(rule: r.Rule, text: str, vocabulary: Vocabulary, rules: Mapping[str, r.Rule]) -> list[Issue]:
    """What is wrong with one rule that could be read. `rules` are those it may be counted back from."""
    found = dict.fromkeys(pair for check in CHECKS for pair in check(rule, vocabulary, rules))
    issues = [Issue(rule.path, key, why) for key, why in found]
    issues = [replace(issue, line=line_of(text, issue.key)) for issue in issues]
    return sorted(issues, key=lambda issue: (issue.line, issue.key, issue.text))


def _law(rule: r.Rule, _vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Found:
    for n, version in enumerate(rule.versions):
        if not version.basis:
            yield f"version[{n}].basis", "missing. Name the instrument and the article that the limit stands in."
        for row in version.basis:
            if not row.article.strip() or not row.instrument.strip():
                yield f"version[{n}].basis", "names no article. Write the instrument and 第…条, or the local act."
            if not row.gist.strip():
                yield f"version[{n}].basis", f"{row.article} has no gist. Say in your own words what it asks."


def _recipients(rule: r.Rule, vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Found:
    if WHY_NOT in rule.note:  # the file says who is left out and why
        return
    for level in r.WARNING_LEVELS:
        wanted = (ALWAYS_TOLD, *(TOLD_OF_RED if level == "red" else ()))
        for role in wanted:
            if role not in rule.recipients[level]:
                yield (
                    f"recipients.{level}",
                    f"{role} ({vocabulary.roles.get(role, role)}) is not told. Add the role, or say why in `note` "
                    f"with the word {WHY_NOT}.",
                )


def _status(rule: r.Rule, _vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Found:
    if rule.source in ("memory", "local") and rule.status == "stable":
        yield "status", f"stable, though the text was not read (source = {rule.source}). Write trial."


def _versions(rule: r.Rule, _vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Found:
    always = [n for n, version in enumerate(rule.versions) if version.in_force is None]
    if always and len(rule.versions) > 1 and always != [0]:
        yield f"version[{always[-1]}].in_force", "always, after a dated version. Write the date from which it holds."
    for n, version in enumerate(rule.versions):
        if version.in_force is not None and version.in_force < date(1949, 10, 1):
            yield f"version[{n}].in_force", f"{version.in_force} is before any law of this rulebook. Check the year."


CHECKS: Final[tuple[Callable[[r.Rule, Vocabulary, Mapping[str, r.Rule]], Found], ...]] = (
    _law,
    _recipients,
    _status,
    _versions,
    sense,
    levels,
    messages,
    tests,
)
