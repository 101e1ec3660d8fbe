"""A draft: begun from the rulebook in force, changed by sentences, tried, and given back as a file."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhunsheng.apps.audit.services import record
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.models import Draft, Trial
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.models import Release
from zhunsheng.core.check import Check
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.story import events_of
from zhunsheng.core.toml_table import Issue
from zhunsheng.rulecheck.drafting import FOLDER
from zhunsheng.rulecheck.inside import check_rule
from zhunsheng.rulecheck.inside_checks import run_check_tests
from zhunsheng.rulecheck.lint import lint_rule
from zhunsheng.rulecheck.lint_checks import lint_check
from zhunsheng.rulecheck.sentences import NotInFile, Value, written

LIMITS: Final = "deadlines/"
FOLDERS: Final = (LIMITS, "checks/")
INSTRUMENTS: Final = "instruments.toml"


class NoSuchRule(DomainError):
    """Limits and checks are written as sentences, and nothing else."""

    text = "规则库中没有规则“{rule}”。请从规则列表打开。"


class CannotBeWritten(DomainError):
    """The file has no place for a sentence."""

    text = "规则文件里没有这一项的位置（{why}），没有保存。请直接修改规则文件。"


class NotAcceptable(DomainError):
    """A file that was proposed elsewhere has issues."""

    text = "规则“{rule}”的文件有问题，没有收作草稿：{why}。请先改正。"


@dataclass(frozen=True)
class Looked:
    """A draft read: the limit or check, if it can be read at all, and every issue of it."""

    text: str
    path: str
    rule: Rule | Check | None
    issues: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it could be tried and proposed."""
        return self.rule is not None and not self.issues


def file_in_force(rule: str) -> tuple[str, str, str]:
    """
    Path and text of a limit or check in the rulebook in force, and the digest of that.

    :raises NoSuchRule: it has none of this name.
    """
    release = Release.objects.get(pk=rulebooks.in_force().pk)
    for name, text in release.files.items():
        if name.startswith(FOLDERS) and name.endswith(f"/{rule}.toml"):
            return name, text, release.sha256
    raise NoSuchRule(rule=rule)


def instruments() -> str:
    """The text of the instruments that the rulebook in force watches; nothing where it has none."""
    return str(Release.objects.get(pk=rulebooks.in_force().pk).files.get(INSTRUMENTS, ""))


def draft_text(rule: str) -> tuple[str, str, Draft | None]:
    """Path and text of a rule as it is being changed, else as it is in force; a new check is only a draft yet. Raises
    NoSuchRule."""
    draft = Draft.objects.filter(pk=rule).first()
    try:
        path, text, _ = file_in_force(rule)
    except NoSuchRule:
        if draft is None:
            raise
        return f"{FOLDER}/{rule}.toml", draft.text, draft
    return path, draft.text if draft else text, draft


def text_in_force(rule: str) -> str:
    """The text of a rule in force; nothing for one that is only a draft yet."""
    try:
        return file_in_force(rule)[1]
    except NoSuchRule:
        return ""


def changed(rule: str, values: Mapping[str, Value]) -> Looked:
    """The draft of a rule with other sentences, read and linted; nothing is kept. Raises NoSuchRule,
    CannotBeWritten."""
    path, text, _ = draft_text(rule)
    try:
        return looked(path, written(text, values))
    except NotInFile as problem:
        raise CannotBeWritten(why=str(problem)) from problem


def looked(path: str, text: str) -> Looked:
    """Read a file within the rulebook in force: what the parser refuses, what the lint finds, which of its own tests no
    longer hold. Where a test tells what cannot be, the file is no rule yet."""
    rulebook, _ = rulebooks.current()
    rule: Rule | Check | None
    parse = parse_rule if path.startswith(LIMITS) else parse_check
    rule, refused = parse(text, rulebook.vocabulary, path=path)
    if rule is None or refused:
        return Looked(text, path, None, tuple(map(_words, refused)))
    if untold := tuple(_untold(rule, rulebook)):
        return Looked(text, path, None, untold)
    return Looked(text, path, rule, (*_linted(rule, text, rulebook), *_failures(rule, rulebook)))


def _linted(rule: Rule | Check, text: str, rulebook: Rulebook) -> tuple[str, ...]:
    if isinstance(rule, Check):
        return tuple(map(_words, lint_check(rule, text, rulebook.vocabulary)))
    others = {one.id: one for one in with_rule(rulebook, rule).rules}
    return tuple(map(_words, lint_rule(rule, text, rulebook.vocabulary, others)))


def _untold(rule: Rule | Check, rulebook: Rulebook) -> Iterator[str]:
    for number, test in enumerate(rule.tests):
        try:
            events_of(test.given, rulebook.vocabulary, case_facts=test.case)
        except (KeyError, TypeError, ValueError) as problem:
            yield f"test[{number}].given: {problem.args[0]}"


def _failures(rule: Rule | Check, rulebook: Rulebook) -> Iterator[str]:
    book = with_rule(rulebook, rule)
    yield from map(str, run_check_tests(book, (rule,)) if isinstance(rule, Check) else check_rule(book, rule))


def _words(issue: Issue | str) -> str:
    return str(issue) if isinstance(issue, str) else f"{issue.key}: {issue.text}"


def with_rule(rulebook: Rulebook, rule: Rule | Check) -> Rulebook:
    """The rulebook with one limit or check as it is drafted."""
    if isinstance(rule, Check):
        checks = [one for one in rulebook.checks if one.id != rule.id]
        return replace(rulebook, checks=tuple(sorted((*checks, rule), key=lambda one: one.id)))
    rules = [one for one in rulebook.rules if one.id != rule.id]
    return replace(rulebook, rules=tuple(sorted((*rules, rule), key=lambda one: one.id)))


@transaction.atomic
def save(rule: str, values: Mapping[str, Value], *, by: str, at: datetime) -> Looked:
    """
    Keep the draft of a rule with other sentences. A draft may have issues: it is not a rule yet.

    :raises NoSuchRule, CannotBeWritten: see there.
    """
    draft, base = changed(rule, values), rulebooks.in_force().sha256
    Draft.objects.update_or_create(rule=rule, defaults={"text": draft.text, "base": base, "by": by, "at": at})
    record(action="save", kind="rule_draft", key=rule, detail={"sha256": digest(draft.text)})
    return draft


@transaction.atomic
def keep_check(rule: str, path: str, text: str, *, by: str, at: datetime) -> None:
    """
    Keep the draft of a check that was proposed elsewhere. One that is there already stays as somebody changed it.

    :raises NotAcceptable: the parser or the lint refuses it, or one of its tests does not hold.
    """
    draft = looked(path, text)
    if not draft.is_sound:
        raise NotAcceptable(rule=rule, why=draft.issues[0])
    base = Release.objects.get(pk=rulebooks.in_force().pk).sha256
    Draft.objects.get_or_create(rule=rule, defaults={"text": text, "base": base, "by": by, "at": at})
    record(action="save", kind="rule_draft", key=rule, detail={"sha256": digest(text)})


def check_drafts() -> list[Draft]:
    """Drafts of new checks, by id: those of which nothing is in force yet."""
    rulebook, _sha256 = rulebooks.current()
    known = {one.id for one in rulebook.rules} | {one.id for one in rulebook.checks}
    return [row for row in Draft.objects.order_by("rule") if row.rule not in known]


def title_in(text: str) -> str:
    """What a file calls itself."""
    return str(tomllib.loads(text).get("title", ""))


def keep_trial(
    rule: str, text: str, *, asked: Mapping[str, Any], answer: Mapping[str, Any], by: str, at: datetime
) -> Trial:
    """Keep what came of a back-test."""
    against = rulebooks.in_force().sha256
    return Trial.objects.create(
        rule=rule, text_sha256=digest(text), against=against, asked=dict(asked), answer=dict(answer), by=by, at=at
    )


def trials_of(rule: str, text: str) -> list[tuple[Trial, bool]]:
    """The last back-tests of a rule, the newest first, and whether each was of this very text."""
    rows = Trial.objects.filter(rule=rule).order_by("-at", "pk")[:5]
    return [(row, row.text_sha256 == digest(text)) for row in rows]


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
