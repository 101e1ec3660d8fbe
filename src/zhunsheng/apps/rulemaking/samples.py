"""A draft on its own test cases: how each due time would be reached, or what the check would say, in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.words import in_page_language
from zhunsheng.apps.desk.explanations import PageExplainer, Part, parts_of
from zhunsheng.apps.desk.rule_tests import Given, given_words, test_name
from zhunsheng.apps.desk.track_words import PageWording
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.rule import Rule, RuleTest
from zhunsheng.core.story import events_of
from zhunsheng.core.wording import check_message_text
from zhunsheng.explanation import check_question_words
from zhunsheng.report.mini import mini_svg
from zhunsheng.report.rows import Row, key_of, rows_of
from zhunsheng.rulecheck.check_words import COLONS, says
from zhunsheng.rulecheck.inside_checks import counts_findings
from zhunsheng.rulecheck.track import steps

SHOWN: Final = 3
MOMENT: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Verdict:
    """What a check would say of a case: its level, when, and the words that an officer would read."""

    level: str
    at: datetime
    text: str
    why: str


@dataclass(frozen=True)
class Sample:
    """One test case of a rule under its draft. Of a limit: its first clock as a small track, the two lines beside it,
    and the numbered parts of its computation; of a check: what it would say."""

    name: str
    given: Given
    picture: SafeString | None = None
    lines: tuple[str, str] = ("", "")
    parts: Sequence[Part] = ()
    verdicts: Sequence[Verdict] = ()
    is_check: bool = False


def computation(rule: Rule | Check) -> list[tuple[str | Promise, str]]:
    """What a rule asks, line by line: pairs of what and how."""
    rulebook, _digest = rulebooks.current()
    if isinstance(rule, Rule):
        vocabulary = in_page_language(rulebook.vocabulary)
        return [(step.label, step.text) for step in steps(rule, vocabulary, language=formats.page_language())]
    language = formats.page_language()
    pairs = [line.partition(COLONS[language]) for line in says(rule, in_page_language(rulebook.vocabulary), language)]
    return [(what, how) if how else (_("须符合"), what) for what, _colon, how in pairs]


def samples(rule: Rule | Check) -> list[Sample]:
    """The first test cases of a rule under its draft; those of which a limit has no clock are passed over."""
    rulebook, _digest = rulebooks.current()
    if isinstance(rule, Check):
        rules = rulebook.rules if counts_findings(rule) else ()
        book = replace(rulebook, rules=rules, checks=(replace(rule, enabled=True, status="stable"),))
        return [_checked(test, rule, book) for test in _telling(rule)]
    needed = {parent.rule for parent in rule.parents}
    parents = [one for one in rulebook.rules if one.id in needed and one.id != rule.id]
    alone = tuple(replace(one, enabled=True, status="stable") for one in (*parents, rule))
    book = replace(rulebook, rules=alone, checks=())
    return list(_counted(rule.tests[:SHOWN], rule, book))


def _telling(check: Check) -> list[RuleTest]:
    """One test of each kind that shows something: kept, broken, unknown."""
    first = dict(reversed(list(zip(check.shows, check.tests, strict=True))))
    return [first[shows] for shows in ("kept", "broken", "unknown") if shows in first]


def _counted(tests: Iterable[RuleTest], rule: Rule, book: Rulebook) -> Iterator[Sample]:
    vocabulary = in_page_language(book.vocabulary)
    explainer = PageExplainer(rule, vocabulary, book.calendar, language=formats.page_language())
    for test in tests:
        events, as_of = _case(test, book)
        judged = judge(events, book, as_of=as_of, with_steps=True, threads=1)
        found = _row(judged, events, rule, book, as_of)
        if found is None:
            continue
        row, steps = found
        types = dict(events.select(EVENT_KEY.alias("key"), "type").iter_rows())
        told = list(zip(steps, explainer.sentences(steps, types), strict=True))
        # The tree was built as elements: every text in it is escaped.
        picture = mark_safe(mini_svg(row, as_of, PageWording(now=as_of)))  # noqa: S308
        yield Sample(test_name(test, vocabulary), given_words(test, vocabulary), picture, row.lines, parts_of(told))


def _row(
    judged: Judgement, events: pl.DataFrame, rule: Rule, book: Rulebook, as_of: datetime
) -> tuple[Row, list[dict[str, Any]]] | None:
    """The rail of the first clock of a rule, with the warnings that are still to come, and its steps."""
    clock = next(judged.clocks.filter(pl.col("rule") == rule.id).iter_rows(named=True), None)
    if clock is None or clock["start"] is None:
        return None
    steps = [step for step in judged.steps.sort("n").iter_rows(named=True) if key_of(step) == key_of(clock)]
    findings = [found for found in judged.findings.iter_rows(named=True) if key_of(found) == key_of(clock)]
    wording = PageWording(now=as_of)
    (row,) = rows_of([clock], {key_of(clock): findings}, {key_of(clock): steps}, {rule.id: rule}, wording, as_of)
    end = max((at for at in (clock["due"], clock["outer"], as_of) if at), default=as_of)
    later = judge(events, book, as_of=end + MOMENT, threads=1).findings.filter(pl.col("kind") == "approaching")
    marks = [(one["level"], one["found_at"]) for one in later.iter_rows(named=True) if key_of(one) == key_of(clock)]
    return replace(row, marks=tuple(marks)), steps


def _checked(test: RuleTest, check: Check, book: Rulebook) -> Sample:
    events, as_of = _case(test, book)
    judged = judge(events, book, as_of=as_of, threads=1)
    verdicts = [_verdict(row, check, book) for row in judged.verdicts.iter_rows(named=True) if row["rule"] == check.id]
    vocabulary = in_page_language(book.vocabulary)
    given = given_words(test, vocabulary)
    return Sample(test_name(test, vocabulary), given, verdicts=verdicts, is_check=True)


def _verdict(row: dict[str, Any], check: Check, book: Rulebook) -> Verdict:
    zone, reason = book.vocabulary.zone, row["reason"] or ""
    return Verdict(
        level=row["level"],
        at=row["found_at"],
        text=check_message_text(check.messages.get(row["kind"], ""), row, zone=zone),
        why=check_question_words(reason, book.vocabulary, formats.page_language()) if reason else "",
    )


def _case(test: RuleTest, book: Rulebook) -> tuple[pl.DataFrame, datetime]:
    """The events of a test that had happened when it is judged, and that instant."""
    events = events_of(test.given, book.vocabulary, case_facts=test.case)
    as_of = _instant(test.as_of, book.vocabulary.zone) if test.as_of else events["at"].max()
    assert isinstance(as_of, datetime)  # every test gives an event
    return events.filter(pl.col("at") <= as_of), as_of


def _instant(moment: date | datetime, zone: str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), ZoneInfo(zone))
