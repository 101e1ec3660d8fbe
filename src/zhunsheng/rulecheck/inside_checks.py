"""Run the tests that check files carry, and say where the engine and the file disagree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import RuleTest
from zhunsheng.core.story import events_of
from zhunsheng.rulecheck.inside import Failure

MARKED: Final = ("case", "incident", "id", "person", "place", "unit")
INSTANTS: Final = ("found_at", "closed_at")
LISTS: Final = ("events", "cases")
STORY: Final = "story/"


def run_check_tests(rulebook: Rulebook, checks: Sequence[Check] | None = None) -> list[Failure]:
    """Every test of the given checks (default: all) against the engine; the failures, in order. Checks that are draft
    or off are judged too."""
    return [
        failure for check in (checks if checks is not None else rulebook.checks) for failure in _check(rulebook, check)
    ]


def _check(rulebook: Rulebook, check: Check) -> list[Failure]:
    answers = verdicts_of_tests(rulebook, check)
    return [
        Failure(check.id, test.name, text)
        for n, test in enumerate(check.tests)
        for text in differences(test, answers[n], rulebook.vocabulary.zone)
    ]


def verdicts_of_tests(rulebook: Rulebook, check: Check) -> dict[int, list[dict[str, Any]]]:
    """What the engine says of each test of a check: rows of schemas.VERDICTS in canonical order."""
    rules = rulebook.rules if counts_findings(check) else ()
    alone = replace(rulebook, rules=rules, checks=(replace(check, enabled=True, status="stable"),))
    return verdicts_of_cases(alone, check.tests)


def verdicts_of_cases(rulebook: Rulebook, cases: Sequence[RuleTest]) -> dict[int, list[dict[str, Any]]]:
    """What the checks that count say of each of some cases, judged together, none touching another. Checks that count
    findings would count those of all of them."""
    by_known: dict[Any, list[tuple[int, RuleTest]]] = defaultdict(list)
    for n, test in enumerate(cases):
        by_known[test.known_at].append((n, test))
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for batch in by_known.values():
        for row in _judged(rulebook, batch):
            answers[int(row["event"].removeprefix(STORY).partition("/")[0])].append(_unmarked(row))
    return answers


def counts_findings(check: Check) -> bool:
    """Whether a check reads the findings of deadlines, which then have to be judged too."""
    return not check.events


def _judged(rulebook: Rulebook, batch: Sequence[tuple[int, RuleTest]]) -> list[dict[str, Any]]:
    frames: list[pl.DataFrame] = []
    as_of: dict[str, datetime] = {}
    zone = rulebook.vocabulary.zone
    for n, test in batch:
        events = events_of(test.given, rulebook.vocabulary, case_facts=test.case)
        mark = pl.lit(f"{n:04d}/")
        officers = pl.col("officers").list.eval(pl.concat_str(mark, pl.element()))
        events = events.with_columns(*(pl.concat_str(mark, name).alias(name) for name in MARKED), officers)
        instant = _instant(test.as_of, zone) if test.as_of else events["at"].max()
        groups = events["case"].drop_nulls().to_list() + events["incident"].drop_nulls().to_list()
        as_of |= dict.fromkeys(groups, instant)
        frames.append(events)
    known = batch[0][1].known_at
    known_at = _instant(known, zone) if known is not None else None
    judged = judge(pl.concat(frames), rulebook, as_of=as_of, known_at=known_at, threads=1)
    return judged.verdicts.to_dicts()


def _unmarked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without the mark of its test."""
    mark = row["event"].removeprefix(STORY).partition("/")[0] + "/"

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(plain(one) for one in value)
        return value.replace(mark, "").removeprefix(STORY) if isinstance(value, str) else value

    return {name: plain(value) for name, value in row.items()}


def differences(test: RuleTest, found: Sequence[Mapping[str, Any]], zone: str) -> list[str]:
    """What differs between the expectation of a test and the verdicts, one sentence each."""
    expected: Sequence[Any] = test.expect
    wanted = [{"finding": one} if isinstance(one, str) else one for one in expected]
    said = [f"{row['kind']} {row['level']}" for row in found]
    if len(wanted) != len(found):
        return [f"expected {[one.get('finding') for one in wanted]}, found {said}."]
    return [
        f"finding {n + 1}: {text}"
        for n, (one, row) in enumerate(zip(wanted, found, strict=True))
        for text in _differences(one, row, zone)
    ]


def _differences(wanted: Mapping[str, Any], row: Mapping[str, Any], zone: str) -> list[str]:
    texts = []
    for key, stated in wanted.items():
        expected = stated
        found = f"{row['kind']} {row['level']}" if key == "finding" else row.get(key)
        if key in INSTANTS:
            expected = None if stated == "none" else _instant(stated, zone)
        elif key in LISTS:
            expected = sorted(stated)
        if found != expected:
            texts.append(f"{key}: expected {_shown(expected, zone)}, found {_shown(found, zone)}.")
    return texts


def _instant(moment: date | datetime, zone: str) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), ZoneInfo(zone)).astimezone(UTC)


def _shown(value: Any, zone: str) -> str:
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else repr(value)
