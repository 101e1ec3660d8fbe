"""A draft on its own test cases: how each due time would be reached, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.apps.supervision import rulebooks
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import Rule, RuleTest
from zhunsheng.core.story import events_of
from zhunsheng.core.tables import CLOCK_ORDER
from zhunsheng.explanation import Explainer
from zhunsheng.rulecheck.track import track

SHOWN: Final = 3


@dataclass(frozen=True)
class Sample:
    """One test case of a rule, and how its first clock runs under the draft."""

    name: str
    sentences: Sequence[str]


def computation(rule: Rule) -> list[tuple[str, str]]:
    """What starts a limit, how long it runs, what moves and what ends it: pairs of what and how."""
    rulebook, _ = rulebooks.current()
    return [(line[2:4], line[6:]) for line in track(rule, rulebook.vocabulary)]


def samples(rule: Rule) -> list[Sample]:
    """The first test cases of a rule under its draft."""
    rulebook, _ = rulebooks.current()
    needed = {parent.rule for parent in rule.parents}
    parents = [one for one in rulebook.rules if one.id in needed and one.id != rule.id]
    alone = tuple(replace(one, enabled=True, status="stable") for one in (*parents, rule))
    book = replace(rulebook, rules=alone, checks=())
    found = [_sample(test, rule, book) for test in rule.tests[:SHOWN]]
    return [sample for sample in found if sample.sentences]


def _sample(test: RuleTest, rule: Rule, book: Rulebook) -> Sample:
    events = events_of(test.given, book.vocabulary, case_facts=test.case)
    as_of = _instant(test.as_of, book.vocabulary.zone) if test.as_of else events["at"].max()
    if not isinstance(as_of, datetime):
        return Sample(test.name, ())
    judged = judge(events, book, as_of=as_of, with_steps=True, threads=1)
    clocks = judged.clocks.filter(pl.col("rule") == rule.id).head(1)
    steps = judged.steps.join(clocks.select(CLOCK_ORDER), on=CLOCK_ORDER, how="semi", nulls_equal=True).sort("n")
    types = dict(events.select(EVENT_KEY.alias("key"), "type").iter_rows())
    explainer = Explainer(rule, book.vocabulary, book.calendar)
    return Sample(test.name, explainer.sentences(steps.iter_rows(named=True), types))


def _instant(moment: date | datetime, zone: str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), ZoneInfo(zone))
