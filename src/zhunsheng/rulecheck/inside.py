"""Run the tests that rule files carry, and say where the fold and the file disagree."""

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

INSTANT_KEYS: Final = {"due": "due", "outer": "outer", "stopped": "stopped"}


@dataclass(frozen=True)
class Failure:
    """A test whose clocks are not what it expects."""

    rule: str
    test: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.test!r}: {self.text}"


def run_rule_tests(rulebook: Rulebook, rules: Sequence[Rule] | None = None) -> list[Failure]:
    """Every test of the given rules (default: all) against the fold; the failures, in order. Rules that are draft or off are judged too."""
    failures = []
    for rule in rules if rules is not None else rulebook.rules:
        alone = replace(rulebook, rules=_with_parents(rulebook, rule))
        for test in rule.tests:
            failures += [Failure(rule.id, test.name, text) for text in check_test(alone, rule, test)]
    return failures


def _with_parents(rulebook: Rulebook, rule: Rule) -> tuple[Rule, ...]:
    needed = {parent.rule for parent in rule.parents} | {rule.id}
    return tuple(replace(r, enabled=True, status="stable") for r in rulebook.rules if r.id in needed)


def judge_test(rulebook: Rulebook, test: RuleTest) -> Judgement:
    """Judge a test's events as of its instant, by default the last of them."""
    events = events_of(test.given, rulebook.vocabulary, case_facts=test.case)
    as_of = _instant(test.as_of, rulebook) if test.as_of else events["at"].max()
    known_at = _instant(test.known_at, rulebook) if test.known_at else None
    assert isinstance(as_of, datetime)  # a test has at least one event
    return judge(events, rulebook, as_of=as_of, known_at=known_at, threads=1)


def check_test(rulebook: Rulebook, rule: Rule, test: RuleTest) -> list[str]:
    """What differs between a test's expectation and the fold, one sentence each."""
    judged = judge_test(rulebook, test)
    clocks = judged.clocks.filter(pl.col("rule") == rule.id).sort("case", "incident", "subject", "epoch")
    if len(test.expect) == 1 and "clocks" in test.expect[0]:
        wanted = test.expect[0]["clocks"]
        return [] if clocks.height == wanted else [f"expected {wanted} clocks, found {clocks.height}."]
    if len(test.expect) == 1:
        if clocks.is_empty():
            return ["expected a clock, found none."]
        return _differences(test.expect[0], clocks.sort("epoch").tail(1).row(0, named=True), judged, rulebook)
    if clocks.height != len(test.expect):
        return [f"expected {len(test.expect)} clocks, found {clocks.height}."]
    rows = zip(test.expect, clocks.iter_rows(named=True), strict=True)
    return [f"clock {n + 1}: {text}" for n, (e, c) in enumerate(rows) for text in _differences(e, c, judged, rulebook)]


def _differences(expect: Mapping[str, Any], clock: Mapping[str, Any], judged: Judgement, rulebook: Rulebook) -> list[str]:
    texts = []
    for key, wanted in expect.items():
        if key in INSTANT_KEYS:
            found: Any = clock[INSTANT_KEYS[key]]
            wanted = None if wanted in ("unknown", "none") else _instant(wanted, rulebook)
        elif key == "findings":
            found = _findings_of(clock, judged)
            wanted = sorted(wanted)
        else:
            found = clock[key]
        if found != wanted:
            texts.append(f"{key}: expected {_shown(wanted, rulebook)}, found {_shown(found, rulebook)}.")
    return texts


def _findings_of(clock: Mapping[str, Any], judged: Judgement) -> list[str]:
    found = judged.findings
    for name in ("rule", "case", "incident", "subject", "epoch"):
        found = found.filter(pl.col(name).eq_missing(pl.lit(clock[name], dtype=found.schema[name])))
    return sorted(f"{kind} {level}" for kind, level in found.select("kind", "level").iter_rows())


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
