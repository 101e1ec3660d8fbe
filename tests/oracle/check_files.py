"""The tests inside a check file, computed again."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle.book import Rule, Vocabulary, read_rules, read_vocabulary
from tests.oracle.check_book import Check, check_of
from tests.oracle.check_findings import count_findings
from tests.oracle.checks import CheckVerdict, judge_checks
from tests.oracle.days import Calendar, read_calendar
from tests.oracle.events import rows_that_count
from tests.oracle.judge import judge
from tests.oracle.rule_files import event_row, instant

SOURCE: Final = "story"
EXPECTED: Final = (
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


def check_check_files(rulebook: Path) -> list[str]:
    """Judge every [[test]] of every check file; one line for each answer that differs."""
    vocabulary, calendar = read_vocabulary(rulebook / "vocabulary.toml"), read_calendar(rulebook / "calendar")
    rules = read_rules(sorted((rulebook / "deadlines").rglob("*.toml")))
    lines: list[str] = []
    for path in sorted((rulebook / "checks").rglob("*.toml")):
        check = check_of(tomllib.loads(path.read_text(encoding="utf-8")))
        for test in check.tests:
            found = verdicts_of(check, test, rules, vocabulary, calendar)
            lines += [f"{path.name}: {test['name']}: {line}" for line in differences(test, found, vocabulary.zone)]
    return lines


def verdicts_of(
    check: Check, test: Mapping[str, Any], rules: Sequence[Rule], vocabulary: Vocabulary, calendar: Calendar
) -> list[CheckVerdict]:
    """What the oracle says of one test."""
    zone = ZoneInfo(vocabulary.zone)
    rows = rows_of(test, zone)
    as_of = instant(test["as_of"], zone) if "as_of" in test else max(row["at"] for row in rows)
    known_at = instant(test["known_at"], zone) if "known_at" in test else None
    if check.acts:
        return judge_checks([check], vocabulary, rows, as_of, known_at, with_disabled=True)
    clocks = judge(rules, vocabulary, calendar, rows, as_of, known_at).verdicts
    return sorted(count_findings(check, clocks, [], rows_that_count(rows, known_at), as_of), key=lambda v: v.order)


def rows_of(test: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The `given` of a test in order of time; what names neither case nor incident belongs to one case."""
    rows: list[dict[str, Any]] = []
    given = sorted(test["given"], key=lambda one: instant(one["at"], zone))
    for n, one in enumerate(given):
        row = event_row({"source": SOURCE, "id": f"{n:04d}", **one}, zone)
        if row["case"] is None and row["incident"] is None:
            row["case"] = "case"
        row["recorded_at"] = instant(row["recorded_at"], zone) if row["recorded_at"] else row["at"]
        if row["case"] not in [other["case"] for other in rows]:
            row["facts"] = {**test.get("case", {}), **row["facts"]}
        rows.append(row)
    return rows


def differences(test: Mapping[str, Any], found: Sequence[CheckVerdict], zone: str) -> list[str]:
    """What differs between the expectation of a test and the verdicts, one line each."""
    wanted = [{"finding": one} if isinstance(one, str) else one for one in test["expect"]]
    if len(wanted) != len(found):
        return [f"found {[f'{v.kind} {v.level}' for v in found]}, expected {[one['finding'] for one in wanted]}"]
    lines = []
    for n, (one, verdict) in enumerate(zip(wanted, found, strict=True), start=1):
        for name, stated in one.items():
            right, shown = _comparable(stated, ZoneInfo(zone)), _shown(name, verdict)
            if shown != right:
                lines.append(f"finding {n}: {name} is {shown}, expected {right}")
    return lines


def _comparable(stated: Any, zone: ZoneInfo) -> Any:
    if isinstance(stated, list):
        return sorted(stated)
    return stated if isinstance(stated, str) else instant(stated, zone)


def _shown(name: str, verdict: CheckVerdict) -> Any:
    if name == "finding":
        return f"{verdict.kind} {verdict.level}"
    if name not in EXPECTED:
        raise ValueError(f"expect.{name}: unknown key")
    value = getattr(verdict, name)
    if isinstance(value, tuple):
        return sorted(one.removeprefix(f"{SOURCE}/") for one in value)
    if value is None or isinstance(value, datetime):
        return "none" if value is None else value
    return value.removeprefix(f"{SOURCE}/")
