"""A rulebook on disk → its values: vocabulary, calendar, rules. The core never opens a file."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from zhunsheng.core.calendar import Calendar, CalendarRefused, parse_calendar
from zhunsheng.core.check import Check
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.toml_table import Issue
from zhunsheng.core.vocabulary import Vocabulary, VocabularyRefused, parse_vocabulary
from zhunsheng.value_words import with_value_words, words_of

Texts = tuple[tuple[str, str], ...]
"""Files: path inside the rulebook, text. Values depend on nothing else, so that the same texts are read once."""


class RulebookRefused(ValueError):
    """A rulebook has issues; all of them are in the message, one a line."""

    def __init__(self, issues: Iterable[Issue | str]) -> None:
        self.issues = list(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


def load_rulebook(folder: Path) -> Rulebook:
    """Read a rulebook folder: vocabulary.toml, calendar/*.toml, deadlines/**/*.toml, checks/**/*.toml.

    Raises  RulebookRefused with every issue of every file at once.
    """
    load_vocabulary(folder)
    words = (folder / "vocabulary.toml").read_text("utf-8")
    files = [_texts(folder, pattern) for pattern in ("calendar/*.toml", "deadlines/**/*.toml", "checks/**/*.toml")]
    return _rulebook(words, *files)


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read vocabulary.toml of a rulebook folder. Raises RulebookRefused."""
    path = folder / "vocabulary.toml"
    if not path.is_file():
        raise RulebookRefused([f"{path}: there is no such file. Name a rulebook folder with --rules."])
    try:
        return _vocabulary(path.read_text("utf-8"))
    except VocabularyRefused as refused:
        raise RulebookRefused(f"{folder}/{issue}" for issue in refused.issues) from refused


def load_calendar(folder: Path) -> Calendar:
    """Read the calendar of a rulebook folder. Raises RulebookRefused."""
    try:
        return _calendar(_texts(folder, "calendar/*.toml"))
    except CalendarRefused as refused:
        raise RulebookRefused(refused.issues) from refused


def _texts(folder: Path, pattern: str) -> Texts:
    return tuple((str(path.relative_to(folder)), path.read_text("utf-8")) for path in sorted(folder.glob(pattern)))


@lru_cache(maxsize=4)
def _rulebook(words: str, calendar_files: Texts, rule_files: Texts, check_files: Texts) -> Rulebook:
    issues: list[Issue | str] = []
    calendar = None
    try:
        calendar = _calendar(calendar_files)
    except CalendarRefused as refused:
        issues += refused.issues
    rules = _rules(rule_files, words, issues)
    checks = _checks(check_files, words, issues)
    issues += _between_rules(rules)
    issues += _between_checks(checks, rules)
    if issues or calendar is None:
        raise RulebookRefused(issues)
    return Rulebook(tuple(rules), _vocabulary(words), calendar, tuple(checks))


@lru_cache(maxsize=8)
def _vocabulary(words: str) -> Vocabulary:
    return with_value_words(parse_vocabulary(words), words_of(words))


@lru_cache(maxsize=8)
def _calendar(files: Texts) -> Calendar:
    return parse_calendar({Path(path).name: text for path, text in files})


@lru_cache(maxsize=1024)
def _rule(text: str, words: str, path: str) -> tuple[Rule | None, list[Issue]]:
    return parse_rule(text, _vocabulary(words), path=path)


@lru_cache(maxsize=1024)
def _check(text: str, words: str, path: str) -> tuple[Check | None, list[Issue]]:
    return parse_check(text, _vocabulary(words), path=path)


def _rules(files: Texts, words: str, issues: list[Issue | str]) -> list[Rule]:
    rules = []
    for path, text in files:
        rule, found = _rule(text, words, path)
        issues += found
        if rule is not None:
            rules.append(rule)
            if Path(path).stem != rule.id:
                issues.append(Issue(path, "id", f"{rule.id!r} is not the file's name. Rename one."))
    return sorted(rules, key=lambda rule: rule.id)


def _checks(files: Texts, words: str, issues: list[Issue | str]) -> list[Check]:
    checks = []
    for path, text in files:
        check, found = _check(text, words, path)
        issues += found
        if check is not None:
            checks.append(check)
            if Path(path).stem != check.id:
                issues.append(Issue(path, "id", f"{check.id!r} is not the file's name. Rename one."))
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
