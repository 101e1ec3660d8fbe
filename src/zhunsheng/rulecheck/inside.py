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

INSTANT_KEYS: Final = ("due", "outer", "stopped")


@dataclass(frozen=True)
class Failure:
    """A test whose clocks are not what it expects."""

    rule: str
    test: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.test!r}: {self.text}"


def run_rule_tests(rulebook: Rulebook, rules: Sequence[Rule] | None = None) -> list[Failure]:
    """Every test of the given rules (default: all) against the fold; the failures, in order. Rules that are draft or
    off are judged too."""
    return [
        failure for rule in (rules if rules is not None else rulebook.rules) for failure in check_rule(rulebook, rule)
    ]


def check_rule(rulebook: Rulebook, rule: Rule) -> list[Failure]:
    """The tests of one rule, judged together: each test is a group of cases of its own with its own instant of
    judgement."""
    alone = replace(rulebook, rules=_with_parents(rulebook, rule))
    failures = []
    plain = [(n, test) for n, test in enumerate(rule.tests) if test.known_at is None]
    known = [[(n, test)] for n, test in enumerate(rule.tests) if test.known_at is not None]
    for batch in [plain, *known] if plain else known:
        judged = _judge_together(alone, batch)
        for n, test in batch:
            failures += [Failure(rule.id, test.name, text) for text in _check(judged, rule, n, test, rulebook)]
    return failures


def _with_parents(rulebook: Rulebook, rule: Rule) -> tuple[Rule, ...]:
    needed = {parent.rule for parent in rule.parents} | {rule.id}
    return tuple(replace(r, enabled=True, status="stable") for r in rulebook.rules if r.id in needed)


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


def _check(judged: Judgement, rule: Rule, n: int, test: RuleTest, rulebook: Rulebook) -> list[str]:
    """What differs between a test's expectation and the fold, one sentence each."""
    own = pl.coalesce("case", "incident").str.starts_with(_mark(n))
    clocks = judged.clocks.filter(own & (pl.col("rule") == rule.id)).sort("case", "incident", "subject", "epoch")
    found = judged.findings.filter(own & (pl.col("rule") == rule.id))
    if len(test.expect) == 1 and "clocks" in test.expect[0]:
        wanted = test.expect[0]["clocks"]
        return [] if clocks.height == wanted else [f"expected {wanted} clocks, found {clocks.height}."]
    if len(test.expect) == 1:
        if clocks.is_empty():
            return ["expected a clock, found none."]
        return _differences(test.expect[0], clocks.sort("epoch").tail(1).row(0, named=True), found, rulebook)
    if clocks.height != len(test.expect):
        return [f"expected {len(test.expect)} clocks, found {clocks.height}."]
    rows = zip(test.expect, clocks.iter_rows(named=True), strict=True)
    return [f"clock {m + 1}: {text}" for m, (e, c) in enumerate(rows) for text in _differences(e, c, found, rulebook)]


def _differences(
    expect: Mapping[str, Any], clock: Mapping[str, Any], findings: pl.DataFrame, rulebook: Rulebook
) -> list[str]:
    texts = []
    for key, stated in expect.items():
        wanted, found = stated, clock.get(key)
        if key in INSTANT_KEYS:
            wanted = None if stated in ("unknown", "none") else _instant(stated, rulebook)
        elif key == "findings":
            wanted, found = sorted(stated), _findings_of(clock, findings)
        if found != wanted:
            texts.append(f"{key}: expected {_shown(wanted, rulebook)}, found {_shown(found, rulebook)}.")
    return texts


def _findings_of(clock: Mapping[str, Any], findings: pl.DataFrame) -> list[str]:
    keys = ("case", "incident", "subject", "epoch")
    rows = findings.select(*keys, "kind", "level").iter_rows()
    return sorted(f"{row[4]} {row[5]}" for row in rows if row[:4] == tuple(clock[key] for key in keys))


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
