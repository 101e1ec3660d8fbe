"""Lint of check files: law, recipients, messages, tests, and facts that the judged events can state."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from zhunsheng.core import check as c
from zhunsheng.core.story import COLUMNS
from zhunsheng.core.toml_table import Issue, line_of
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import CHECK_PLACEHOLDERS, SMS_LENGTH, placeholders
from zhunsheng.rulecheck.lint_messages import LONGEST_MOMENT, private_words

ALWAYS_TOLD: Final = "case_officer"
TOLD_OF_RED: Final = ("legal_officer", "unit_head")
WHY_NOT: Final = "不通知"
EXPECTED: Final = (
    "finding",
    "subject",
    "found_at",
    "closed_at",
    "reason",
    "events",
    "cases",
    "event",
    "start_event",
    "person",
    "unit",
)
Found = Iterator[tuple[str, str]]


def lint_check(check: c.Check, text: str, vocabulary: Vocabulary) -> list[Issue]:
    """What is wrong with one check that could be read."""
    found = dict.fromkeys(pair for lint in LINTS for pair in lint(check, vocabulary))
    issues = [Issue(check.path, key, why) for key, why in found]
    issues = [replace(issue, line=line_of(text, issue.key)) for issue in issues]
    return sorted(issues, key=lambda issue: (issue.line, issue.key, issue.text))


def _law(check: c.Check, _vocabulary: Vocabulary) -> Found:
    for n, version in enumerate(check.versions):
        if not version.basis:
            yield f"version[{n}].basis", "missing. Name the instrument and the article that the check stands in."
        for row in version.basis:
            if not (row.article.strip() and row.instrument.strip() and row.gist.strip()):
                yield f"version[{n}].basis", "is not whole. Write instrument, article and, in your own words, the gist."
        if version.in_force is None and n > 0:
            yield f"version[{n}].in_force", "always, after a dated version. Write the date from which it holds."
        if version.in_force is not None and version.in_force < date(1949, 10, 1):
            yield f"version[{n}].in_force", f"{version.in_force} is before any law of this rulebook. Check the year."


def _status(check: c.Check, _vocabulary: Vocabulary) -> Found:
    if check.source in ("secondary", "memory", "local") and check.status == "stable":
        yield "status", f"stable, though the text was not read whole (source = {check.source}). Write trial."
    if not check.mends.strip():
        yield "mends", "empty. Say what puts it right."


def _recipients(check: c.Check, vocabulary: Vocabulary) -> Found:
    if WHY_NOT in check.note:  # the file says who is left out and why
        return
    for level, told in check.recipients.items():
        for role in (ALWAYS_TOLD, *TOLD_OF_RED) if level == "red" else (ALWAYS_TOLD,):
            asks_its_head = level == "ask" and not check.events  # what is counted over a unit has no case officer
            if role not in told and not asks_its_head:
                yield (
                    f"recipients.{level}",
                    f"{role} ({vocabulary.roles.get(role, role)}) is not told. Add the role, or say why in `note` "
                    f"with the word {WHY_NOT}.",
                )


def _messages(check: c.Check, _vocabulary: Vocabulary) -> Found:
    for kind in ("unknown",) if check.is_asking else ("broken", "unknown"):
        if kind not in check.messages:
            yield f"message.{kind}", "missing. Write what the officer reads."
    for kind, text in check.messages.items():
        key = f"message.{kind}"
        if kind not in ("broken", "unknown"):
            yield key, "is no kind of message. Use broken, unknown."
        for name in placeholders(text):
            if name not in CHECK_PLACEHOLDERS:
                yield key, f"{{{name}}} is not filled by anything. Use {', '.join(CHECK_PLACEHOLDERS)}."
        longest = text.replace("{case}", "案件（尾号0000）").replace("{at}", LONGEST_MOMENT)
        if len(longest) > SMS_LENGTH:
            yield key, f"has {len(longest)} characters with the longest values, more than {SMS_LENGTH}. Shorten it."
        yield from private_words(key, text)


def _facts(check: c.Check, vocabulary: Vocabulary) -> Found:
    """Every fact of an event that a check tests can be stated by each event that it judges."""
    tables = {"unless": check.unless} | {
        f"version[{n}].{name}": getattr(version, name)
        for n, version in enumerate(check.versions)
        for name in ("applies", "require")
    }
    own = {name: set(vocabulary.event_types[name].facts) for name in check.events}
    for key, alternatives in tables.items():
        for tested in {test.fact for tests in alternatives for test in tests} & vocabulary.facts.keys():
            if vocabulary.facts[tested].of != "event":
                continue
            without = [name for name in check.events if tested not in own[name]]
            if len(without) == len(check.events) or (without and key.endswith("require")):
                yield key, f"{tested} can never be stated by {', '.join(without)}. Add it to their facts."
    fact = check.body.fact if isinstance(check.body, c.Order) else None
    if fact is not None:
        without = [name for name in check.events if fact not in own[name]]
        if without and vocabulary.facts[fact].of == "event":
            yield "order.fact", f"{fact} can never be stated by {', '.join(without)}. Add it to their facts."


def _tests(check: c.Check, vocabulary: Vocabulary) -> Found:
    for wanted in c.SHOWS:
        if wanted not in check.shows and (wanted != "unknown" or _may_ask(check)):
            yield "test", f'none shows = "{wanted}". Add one.'
    names: set[str] = set()
    for n, (test, shows) in enumerate(zip(check.tests, check.shows, strict=True)):
        if test.name in names:
            yield f"test[{n}].name", f"{test.name!r} is used twice. Every test has its own sentence."
        names.add(test.name)
        if not test.why.strip():
            yield f"test[{n}].why", "missing. Work the expected value out in words; it is never pasted from a run."
        yield from _expected(n, test.expect, shows, check)
        for event in test.given:
            for name in event.keys() - COLUMNS:
                if name not in vocabulary.facts:
                    yield f"test[{n}].given", f"{name!r} is neither a column nor a fact. Use one of the vocabulary."


def _may_ask(check: c.Check) -> bool:
    """Whether anything can be missing: a fact that is compared, a key, another record. Counted findings are there or
    not, and so is what is only tested for being present."""
    tests = [one for version in check.versions for name in (version.applies, version.require) for one in name]
    compared = any(test.op not in ("present", "not") for one in (*tests, *check.unless) for test in one)
    return bool(check.events) and (compared or check.needs_key or check.kind != "fact")


def _expected(n: int, expect: tuple[Any, ...], shows: str, check: c.Check) -> Found:
    findings = [one if isinstance(one, str) else str(one.get("finding", "")) for one in expect]
    for one in expect:
        if isinstance(one, Mapping):
            for key in one.keys() - set(EXPECTED):
                yield f"test[{n}].expect", f"{key!r} is no key. Use {', '.join(EXPECTED)}."
    allowed = {f"broken {check.level}", "unknown ask"} - ({"broken ask"} if check.is_asking else set())
    for finding in findings:
        if finding not in allowed:
            yield f"test[{n}].expect", f"{finding!r} is no finding of this check. Use {', '.join(sorted(allowed))}."
    inferred = [one for one in expect if isinstance(one, Mapping) and one.get("reason") == "inferred"]
    breaks = any(finding.startswith("broken") for finding in findings) or bool(inferred)
    if shows == "kept" and findings:
        yield f"test[{n}].shows", "kept, though findings are expected."
    if shows == "broken" and not breaks:
        yield f"test[{n}].shows", "broken, though no broken finding is expected."
    if shows == "unknown" and (breaks or "unknown ask" not in findings):
        yield f"test[{n}].shows", "unknown, though something else is expected."


LINTS: Final[tuple[Callable[[c.Check, Vocabulary], Found], ...]] = (
    _law,
    _status,
    _recipients,
    _messages,
    _facts,
    _tests,
)
