"""Random histories of one rule: every event that it reads, at instants that lie on and beside its thresholds."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhunsheng.core.rule import FactTest, Rule
from zhunsheng.core.vocabulary import Fact, Vocabulary

SUBJECT_NAMES: Final = {"person": ("P1", "P2"), "item": ("I1", "I2"), "visit": ("V1", "V2"), "order": ("O1", "O2")}
BARE_SHARE: Final = 0.12
MISSING_SHARE: Final = 0.04
FIRST_DAY: Final = date(2024, 11, 1)
SPAN_DAYS: Final = 690
EDGE_MINUTES: Final = (-1, 0, 1)


def event_types(rule: Rule) -> list[str]:
    """Every event type that a rule reads, starts twice as often."""
    types: list[str] = []
    for version in rule.versions:
        types += [*version.start, *version.start]
        types += [e.event for e in version.extensions if e.event]
        for pause in version.pauses:
            types += [pause.begins, *pause.ends]
    for restart in rule.restarts:
        types += [restart.event, *([restart.waits_from] if restart.waits_from else []), *restart.waits_end]
    stop = rule.stop
    return [*types, *stop.satisfying, *stop.moot_by, *stop.excused_by]


def facts_read(rule: Rule) -> set[str]:
    """Every fact that a rule's tests read, with tier and days where it has extensions."""
    tests: list[FactTest] = list(rule.applies)
    for version in rule.versions:
        for limit in version.limits:
            tests += limit.tests
        for extension in version.extensions:
            tests += [*extension.tests, *extension.start_fact]
        for pause in version.pauses:
            tests += pause.tests
    for restart in rule.restarts:
        tests += restart.waits_if
    named = {test.fact for test in tests} | {parent.fact for parent in rule.parents if parent.fact}
    return named | ({rule.stop.recipients} if rule.stop.recipients else set())


class Histories:
    """A stream of cases for a rule, the same for the same seed."""

    def __init__(self, rule: Rule, parents: list[Rule], vocabulary: Vocabulary, seed: int) -> None:
        self.rule, self.vocabulary = rule, vocabulary
        self.random = random.Random(f"{rule.id}/{seed}")
        self.zone = ZoneInfo(vocabulary.zone)
        self.types = event_types(rule) + [t for parent in parents for t in event_types(parent)]
        self.types += list(vocabulary.custody_takes[:1] + vocabulary.custody_ends[:1])
        self.tiers = sorted({e.tier for r in [rule, *parents] for v in r.versions for e in v.extensions})
        self.facts = sorted(facts_read(rule).union(*(facts_read(parent) for parent in parents)))

    def cases(self, count: int) -> Iterator[list[dict[str, Any]]]:
        """So many cases of two to nine events; each row has at, type, subjects and facts beside them."""
        for n in range(count):
            yield self.case(f"A{n:05d}")

    def case(self, number: str) -> list[dict[str, Any]]:
        first = FIRST_DAY + timedelta(days=self.random.randrange(SPAN_DAYS))
        moment = datetime.combine(first, time(self.random.randrange(24), self.random.randrange(60)), self.zone)
        rows: list[dict[str, Any]] = []
        facts = {fact: self._value(self.vocabulary.facts[fact]) for fact in self.facts}
        for n in range(self.random.randrange(2, 10)):
            rows.append(self._event(number, n, moment, facts))
            moment = self._later(moment)
        return rows

    def _later(self, moment: datetime) -> datetime:
        kind = self.random.random()
        if kind < 0.15:
            return moment
        if kind < 0.35:
            return moment + timedelta(minutes=self.random.randrange(1, 600))
        if kind < 0.7:
            return self._beside_a_threshold(moment)
        return moment + timedelta(minutes=self.random.randrange(1, 60 * 24 * 40))

    def _beside_a_threshold(self, moment: datetime) -> datetime:
        """A day's end or a whole number of days or hours on, give or take a minute."""
        edge = timedelta(minutes=self.random.choice(EDGE_MINUTES))
        days = self.random.choice((1, 2, 3, 5, 7, 10, 15, 20, 30, 31, 60, 90))
        if self.random.random() < 0.4:
            return moment + timedelta(hours=self.random.choice((4, 8, 12, 24, 48))) + edge
        day = (moment + timedelta(days=days)).astimezone(self.zone).date()
        if self.random.random() < 0.5:
            return datetime.combine(day, time(), self.zone) + edge
        return datetime.combine(day, moment.astimezone(self.zone).time(), self.zone) + edge

    def _event(self, case: str, n: int, moment: datetime, facts: dict[str, Any]) -> dict[str, Any]:
        event_type = self.random.choice(self.types if n else self.types[:4] + self.types)
        row: dict[str, Any] = {"id": f"{case}-{n}", "case": case, "type": event_type, "at": moment}
        if self.random.random() < BARE_SHARE:
            row["at"] = moment.astimezone(self.zone).date()
        for column, names in SUBJECT_NAMES.items():
            if self.random.random() < 0.7:
                row[column] = names[0] if self.random.random() < 0.8 else names[1]
        for fact, value in facts.items():
            if self.random.random() >= MISSING_SHARE and self._may_state(event_type, fact):
                row[fact] = value if self.random.random() < 0.9 else self._value(self.vocabulary.facts[fact])
        self._extension_facts(row)
        if self.random.random() < 0.06:
            end = moment + timedelta(days=self.random.randrange(-1, 60))
            row["until"] = end if self.random.random() < 0.5 else end.astimezone(self.zone).date()
        return row

    def _may_state(self, event_type: str, fact: str) -> bool:
        known = self.vocabulary.facts[fact]
        return known.of != "event" or fact in self.vocabulary.event_types[event_type].facts

    def _extension_facts(self, row: dict[str, Any]) -> None:
        allowed = self.vocabulary.event_types[row["type"]].facts
        if "tier" in allowed and self.tiers and self.random.random() < 0.9:
            row["tier"] = self.random.choice(self.tiers)
        if "days" in allowed and self.random.random() < 0.9:
            row["days"] = self.random.randrange(1, 30)

    def _value(self, fact: Fact) -> Any:
        if fact.type == "bool":
            return self.random.random() < 0.6
        if fact.type == "integer":
            return self.random.randrange(1, 40)
        if fact.type == "enum":
            wanted = [v for t in self.rule.applies if t.fact == fact.id and t.op == "one_of" for v in t.values]
            return self.random.choice([*wanted, *wanted, *fact.values][: max(4, len(fact.values))])
        if fact.type == "set":
            return sorted(self.random.sample(fact.values, self.random.randrange(len(fact.values) + 1)))
        if fact.type == "instant":
            return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=self.random.randrange(60 * 24 * 700))
        return "x"
