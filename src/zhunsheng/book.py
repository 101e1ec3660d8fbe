"""A rulebook on disk → its values: vocabulary, calendar, rules. The core never opens a file."""

from collections.abc import Iterable
from pathlib import Path

from zhunsheng.core.calendar import Calendar, CalendarRefused, parse_calendar
from zhunsheng.core.check import Check
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.toml_table import Issue
from zhunsheng.core.vocabulary import Vocabulary, VocabularyRefused, parse_vocabulary


class RulebookRefused(ValueError):
    """A rulebook has issues; all of them are in the message, one a line."""

    def __init__(self, issues: Iterable[Issue | str]) -> None:
        self.issues = list(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


def load_rulebook(folder: Path) -> Rulebook:
    """Read a rulebook folder: vocabulary.toml, calendar/*.toml, deadlines/**/*.toml, checks/**/*.toml.

    Raises  RulebookRefused with every issue of every file at once.
    """
    vocabulary = load_vocabulary(folder)
    issues: list[Issue | str] = []
    calendar = _calendar(folder, issues)
    rules = _rules(folder, vocabulary, issues)
    checks = _checks(folder, vocabulary, issues)
    issues += _between_rules(rules)
    issues += _between_checks(checks, rules)
    if issues or calendar is None:
        raise RulebookRefused(issues)
    return Rulebook(tuple(rules), vocabulary, calendar, tuple(checks))


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read vocabulary.toml of a rulebook folder. Raises RulebookRefused."""
    path = folder / "vocabulary.toml"
    if not path.is_file():
        raise RulebookRefused([f"{path}: there is no such file. Name a rulebook folder with --rules."])
    try:
        return parse_vocabulary(path.read_text("utf-8"), path=str(path))
    except VocabularyRefused as refused:
        raise RulebookRefused(refused.issues) from refused


def load_calendar(folder: Path) -> Calendar:
    """Read the calendar of a rulebook folder. Raises RulebookRefused."""
    issues: list[Issue | str] = []
    calendar = _calendar(folder, issues)
    if calendar is None:
        raise RulebookRefused(issues)
    return calendar


def _calendar(folder: Path, issues: list[Issue | str]) -> Calendar | None:
    texts = {path.name: path.read_text("utf-8") for path in sorted((folder / "calendar").glob("*.toml"))}
    try:
        return parse_calendar(texts)
    except CalendarRefused as refused:
        issues += refused.issues
        return None


def _rules(folder: Path, vocabulary: Vocabulary, issues: list[Issue | str]) -> list[Rule]:
    rules = []
    for path in sorted((folder / "deadlines").rglob("*.toml")):
        rule, found = parse_rule(path.read_text("utf-8"), vocabulary, path=str(path.relative_to(folder)))
        issues += found
        if rule is not None:
            rules.append(rule)
            if path.stem != rule.id:
                issues.append(
                    Issue(str(path.relative_to(folder)), "id", f"{rule.id!r} is not the file's name. Rename one.")
                )
    return sorted(rules, key=lambda rule: rule.id)


def _checks(folder: Path, vocabulary: Vocabulary, issues: list[Issue | str]) -> list[Check]:
    checks = []
    for path in sorted((folder / "checks").rglob("*.toml")):
        where = str(path.relative_to(folder))
        check, found = parse_check(path.read_text("utf-8"), vocabulary, path=where)
        issues += found
        if check is not None:
            checks.append(check)
            if path.stem != check.id:
                issues.append(Issue(where, "id", f"{check.id!r} is not the file's name. Rename one."))
    return sorted(checks, key=lambda check: check.id)


def _between_checks(checks: list[Check], rules: list[Rule]) -> list[Issue]:
    issues = []
    ids, codes = {rule.id for rule in rules}, set[str]()
    for check in checks:
        if check.id in ids:
            issues.append(Issue(check.path, "id", f"{check.id!r} is used twice. Every rule has its own."))
        if check.code in codes:
            issues.append(Issue(check.path, "code", f"{check.code!r} is used twice. Every check has its own."))
        ids.add(check.id)
        codes.add(check.code)
    return issues


def _between_rules(rules: list[Rule]) -> list[Issue]:
    issues = []
    ids = {rule.id for rule in rules}
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            issues.append(Issue(rule.path, "id", f"{rule.id!r} is used twice. Every rule has its own."))
        seen.add(rule.id)
        issues += [
            Issue(rule.path, "inhibited_by", f"{cause!r} is no rule of this rulebook.")
            for cause in rule.inhibited_by
            if cause not in ids
        ]
        for n, parent in enumerate(rule.parents):
            if parent.rule and parent.rule not in ids:
                issues.append(Issue(rule.path, f"parent[{n}].rule", f"{parent.rule!r} is no rule of this rulebook."))
    return issues
