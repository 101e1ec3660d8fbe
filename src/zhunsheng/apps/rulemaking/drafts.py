"""A draft: begun from the rulebook in force, changed by sentences, tried, and given back as a file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhunsheng.apps.audit.services import record
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.models import Draft, Trial
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.models import Release
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.toml_table import Issue
from zhunsheng.rulecheck.inside import check_rule
from zhunsheng.rulecheck.lint import lint_rule
from zhunsheng.rulecheck.sentences import NotInFile, Value, written

FOLDER: Final = "deadlines/"


class NoSuchLimit(DomainError):
    """Only limits are written as sentences."""

    text = "规则库中没有期限规则“{rule}”。核查规则请直接修改规则文件。"


class CannotBeWritten(DomainError):
    """The file has no place for a sentence."""

    text = "规则文件里没有这一项的位置（{why}），没有保存。请直接修改规则文件。"


@dataclass(frozen=True)
class Looked:
    """A draft read: the rule, if it can be read at all, and every issue of it."""

    text: str
    path: str
    rule: Rule | None
    issues: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it could be tried and proposed."""
        return self.rule is not None and not self.issues


def file_in_force(rule: str) -> tuple[str, str, str]:
    """
    Path and text of a limit in the rulebook in force, and the digest of that.

    :raises NoSuchLimit: it has none of this name.
    """
    release = Release.objects.get(pk=rulebooks.in_force().pk)
    for name, text in release.files.items():
        if name.startswith(FOLDER) and name.endswith(f"/{rule}.toml"):
            return name, text, release.sha256
    raise NoSuchLimit(rule=rule)


def draft_text(rule: str) -> tuple[str, str, Draft | None]:
    """Path and text of a limit as it is being changed, else as it is in force. Raises NoSuchLimit."""
    path, text, _ = file_in_force(rule)
    draft = Draft.objects.filter(pk=rule).first()
    return path, draft.text if draft else text, draft


def changed(rule: str, values: Mapping[str, Value]) -> Looked:
    """The draft of a limit with other sentences, read and linted; nothing is kept. Raises NoSuchLimit,
    CannotBeWritten."""
    path, text, _ = draft_text(rule)
    try:
        return looked(path, written(text, values))
    except NotInFile as problem:
        raise CannotBeWritten(why=str(problem)) from problem


def looked(path: str, text: str) -> Looked:
    """Read a file within the rulebook in force: what the parser refuses, what the lint finds, which of its own tests no
    longer hold."""
    rulebook, _ = rulebooks.current()
    rule, refused = parse_rule(text, rulebook.vocabulary, path=path)
    if rule is None or refused:
        return Looked(text, path, None, tuple(map(_words, refused)))
    others = {one.id: one for one in rulebook.rules} | {rule.id: rule}
    issues = [_words(issue) for issue in lint_rule(rule, text, rulebook.vocabulary, others)]
    issues += [str(failure) for failure in check_rule(with_rule(rulebook, rule), rule)]
    return Looked(text, path, rule, tuple(issues))


def _words(issue: Issue | str) -> str:
    return str(issue) if isinstance(issue, str) else f"{issue.key}: {issue.text}"


def with_rule(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """The rulebook with one rule as it is drafted."""
    rest = [one for one in rulebook.rules if one.id != rule.id]
    return replace(rulebook, rules=tuple(sorted((*rest, rule), key=lambda one: one.id)))


@transaction.atomic
def save(rule: str, values: Mapping[str, Value], *, by: str, at: datetime) -> Looked:
    """
    Keep the draft of a limit with other sentences. A draft may have issues: it is not a rule yet.

    :raises NoSuchLimit, CannotBeWritten: see there.
    """
    draft = changed(rule, values)
    _, _, base = file_in_force(rule)
    Draft.objects.update_or_create(rule=rule, defaults={"text": draft.text, "base": base, "by": by, "at": at})
    record(action="save", kind="rule_draft", key=rule, detail={"sha256": digest(draft.text)})
    return draft


def keep_trial(
    rule: str, text: str, *, asked: Mapping[str, Any], answer: Mapping[str, Any], by: str, at: datetime
) -> Trial:
    """Keep what came of a back-test."""
    _, _, against = file_in_force(rule)
    return Trial.objects.create(
        rule=rule, text_sha256=digest(text), against=against, asked=dict(asked), answer=dict(answer), by=by, at=at
    )


def trials_of(rule: str, text: str) -> list[tuple[Trial, bool]]:
    """The last back-tests of a limit, the newest first, and whether each was of this very text."""
    rows = Trial.objects.filter(rule=rule).order_by("-at", "pk")[:5]
    return [(row, row.text_sha256 == digest(text)) for row in rows]


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
