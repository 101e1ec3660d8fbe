"""Run the tests that rule files carry, and say where the fold and the file disagree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import Judgement, judge
from zhunsheng.core.rule import Rule, RuleTest
from zhunsheng.core.story import events_of

INSTANT_KEYS: Final = ("due", "outer", "stopped")


@dataclass(frozen=True)
class Failure:
    """A test whose clocks are not what it expects."""

    rule: str
    test: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.test!r}: {self.text}"


@dataclass(frozen=True)
class Answers:
    """What the fold said of tests judged together: clocks by rule and number of the test, findings by clock."""

    clocks: Mapping[tuple[str, int], list[dict[str, Any]]]
    findings: Mapping[tuple[Any, ...], list[str]]


def run_rule_tests(rulebook: Rulebook, rules: Sequence[Rule] | None = None) -> list[Failure]:
    """Every test of the given rules (default: all) against the fold; the failures, in order. Rules that are draft or
    off are judged too."""
    return [
        failure for rule in (rules if rules is not None else rulebook.rules) for failure in check_rule(rulebook, rule)
    ]


def check_rule(rulebook: Rulebook, rule: Rule) -> list[Failure]:
    """The tests of one rule, judged together: each test is a group of cases of its own with its own instant of
    judgement."""
    answers = ask(rulebook, rule, (rule,))
    return [
        Failure(rule.id, test.name, text)
        for n, test in enumerate(rule.tests)
        for text in differences(answers, rule.id, n, test, rulebook)
    ]


def ask(rulebook: Rulebook, rule: Rule, judged: Sequence[Rule], tests: Sequence[RuleTest] | None = None) -> Answers:
    """What the fold says of tests (default: the rule's own), by each of the rules `judged` (the rule itself, or others
    of its shape with ids of their own) beside the parents of the rule."""
    needed = {parent.rule for parent in rule.parents}
    parents = [other for other in rulebook.rules if other.id in needed and other.id not in {one.id for one in judged}]
    rules = tuple(replace(r, enabled=True, status="stable") for r in (*parents, *judged))
    alone = replace(rulebook, rules=rules, checks=())
    by_known: dict[datetime | date | None, list[tuple[int, RuleTest]]] = defaultdict(list)
    for n, test in enumerate(rule.tests if tests is None else tests):
        by_known[test.known_at].append((n, test))
    clocks: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    findings: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for batch in by_known.values():
        judgement = _judge_together(alone, batch)
        for clock in judgement.clocks.sort("case", "incident", "subject", "epoch").iter_rows(named=True):
            clocks[clock["rule"], _number(clock)].append(clock)
        for finding in judgement.findings.iter_rows(named=True):
            findings[_key(finding)].append(f"{finding['kind']} {finding['level']}")
    return Answers(clocks, findings)


def _judge_together(rulebook: Rulebook, batch: Sequence[tuple[int, RuleTest]]) -> Judgement:
    frames: list[pl.DataFrame] = []
    as_of: dict[str, datetime] = {}
    for n, test in batch:
        events = events_of(test.given, rulebook.vocabulary, case_facts=test.case)
        events = events.with_columns(
            pl.concat_str(pl.lit(_mark(n)), name).alias(name) for name in ("case", "incident", "id")
        )
        instant = _instant(test.as_of, rulebook) if test.as_of else events["at"].max()
        as_of |= dict.fromkeys(
            events["case"].drop_nulls().to_list() + events["incident"].drop_nulls().to_list(), instant
        )
        frames.append(events)
    known_at = batch[0][1].known_at
    known = _instant(known_at, rulebook) if known_at else None
    return judge(pl.concat(frames), rulebook, as_of=as_of, known_at=known, threads=1)


def _mark(n: int) -> str:
    """What stands before the cases of a test while many are judged together."""
    return f"{n:04d}/"


def _number(clock: Mapping[str, Any]) -> int:
    """The number of the test whose case or incident a clock is about."""
    return int((clock["case"] or clock["incident"]).partition("/")[0])


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("rule", "case", "incident", "subject", "epoch"))


def differences(answers: Answers, rule_id: str, n: int, test: RuleTest, rulebook: Rulebook) -> list[str]:
    """What differs between the expectation of test `n` and the answers of a rule, one sentence each."""
    clocks = answers.clocks.get((rule_id, n), [])
    if len(test.expect) == 1 and "clocks" in test.expect[0]:
        wanted = test.expect[0]["clocks"]
        return [] if len(clocks) == wanted else [f"expected {wanted} clocks, found {len(clocks)}."]
    if len(test.expect) == 1:
        if not clocks:
            return ["expected a clock, found none."]
        last = max(reversed(clocks), key=lambda clock: int(clock["epoch"]))
        return _differences(test.expect[0], last, answers, rulebook)
    if len(clocks) != len(test.expect):
        return [f"expected {len(test.expect)} clocks, found {len(clocks)}."]
    pairs = zip(test.expect, clocks, strict=True)
    return [
        f"clock {m + 1}: {text}" for m, (e, c) in enumerate(pairs) for text in _differences(e, c, answers, rulebook)
    ]


def _differences(
    expect: Mapping[str, Any], clock: Mapping[str, Any], answers: Answers, rulebook: Rulebook
) -> list[str]:
    texts = []
    for key, stated in expect.items():
        wanted, found = stated, clock.get(key)
        if key in INSTANT_KEYS:
            wanted = None if stated in ("unknown", "none") else _instant(stated, rulebook)
        elif key == "findings":
            wanted, found = sorted(stated), sorted(answers.findings.get(_key(clock), ()))
        if found != wanted:
            texts.append(f"{key}: expected {_shown(wanted, rulebook)}, found {_shown(found, rulebook)}.")
    return texts


def _instant(moment: date | datetime, rulebook: Rulebook) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), ZoneInfo(rulebook.vocabulary.zone)).astimezone(UTC)


def _shown(value: Any, rulebook: Rulebook) -> str:
    if not isinstance(value, datetime):
        return repr(value)
    local = value.astimezone(ZoneInfo(rulebook.vocabulary.zone))
    if local.time() == time():
        return f"{(local - timedelta(days=1)).date()} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
