"""The tests inside a rule file, computed again."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle.book import Rule, Vocabulary, read_vocabulary, rule_of
from tests.oracle.days import DAY, Calendar, read_calendar
from tests.oracle.judge import Verdict, judge

COLUMNS: Final = (
    "source",
    "id",
    "version",
    "void",
    "recorded_at",
    "case",
    "incident",
    "person",
    "item",
    "visit",
    "order",
    "dossier",
    "document",
    "place",
    "unit",
    "officers",
    "document_no",
)
EXPECTED: Final = ("outcome", "due", "outer", "stopped", "question", "findings", "clocks")


def check_rule_file(path: Path, rulebook: Path | None = None) -> list[str]:
    """Judge every [[test]] of a rule file; one line for each answer that differs, none if all agree.

    `rulebook` is the folder with vocabulary.toml and calendar/; by default the nearest one above the file.
    """
    folder = rulebook if rulebook is not None else _rulebook_of(path)
    vocabulary, calendar = read_vocabulary(folder / "vocabulary.toml"), read_calendar(folder / "calendar")
    rule = rule_of(tomllib.loads(path.read_text(encoding="utf-8")))
    rules = [rule, *_parents_of(rule, folder)]
    failures: list[str] = []
    for test in rule.tests:
        lines = check_test(rule, rules, test, vocabulary, calendar)
        failures += [f"{path.name}: {test['name']}: {line}" for line in lines]
    return failures


def _rulebook_of(path: Path) -> Path:
    for folder in path.resolve().parents:
        if (folder / "vocabulary.toml").exists():
            return folder
    raise FileNotFoundError(f"no vocabulary.toml above {path}")


def _parents_of(rule: Rule, rulebook: Path) -> list[Rule]:
    names = {f"{parent.rule}.toml" for parent in rule.parents if parent.rule is not None}
    files = [file for file in sorted(rulebook.glob("deadlines/**/*.toml")) if file.name in names]
    return [rule_of(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files]


def check_test(
    rule: Rule, rules: Sequence[Rule], test: Mapping[str, Any], vocabulary: Vocabulary, calendar: Calendar
) -> list[str]:
    """What differs in one test: empty if nothing."""
    rows = rows_of(rule, test, calendar.zone)
    as_of = instant(test.get("as_of", max(row["at"] for row in rows)), calendar.zone)
    known_at = test.get("known_at")
    judged = judge(rules, vocabulary, calendar, rows, as_of, known_at, with_disabled=True)
    found = [verdict for verdict in judged.verdicts if verdict.rule == rule.id]
    expect = test["expect"]
    if isinstance(expect, list):
        if len(expect) != len(found):
            return [f"{len(found)} clocks, expected {len(expect)}"]
        pairs = zip(expect, found, strict=True)
        return [line for one, verdict in pairs for line in _differences(one, verdict, calendar.zone)]
    if "clocks" in expect:
        return [] if len(found) == expect["clocks"] else [f"{len(found)} clocks, expected {expect['clocks']}"]
    if not found:
        return ["no clock"]
    return _differences(expect, max(found, key=lambda v: v.epoch), calendar.zone)


def rows_of(rule: Rule, test: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The `given` of a test as rows of the event table; the facts of [test.case] are stated before all of them."""
    rows = [_row(rule, n, given, zone) for n, given in enumerate(test["given"], start=1)]
    if test.get("case"):
        stated = {"type": "test.case", "at": min(row["at"] for row in rows), **test["case"]}
        for case in sorted({row["case"] for row in rows if row["case"] is not None}):
            incidents = [row["incident"] for row in rows if row["incident"] is not None]
            row = _row(rule, 0, {**stated, "case": case}, zone)
            rows.append({**row, "id": f"case-{case}", "incident": incidents[0] if incidents else None})
    return rows


def _row(rule: Rule, n: int, given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    row = event_row(given, zone)
    row["source"] = row["source"] or "test"
    row["id"] = row["id"] or f"e{n}"
    row["case"] = row["case"] or "C1"
    if rule.subject in ("incident", "shift"):
        row["incident"] = row["incident"] or "I1"
    return row


def event_row(given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What a test gives as a row of the event table: facts beside the columns, days with their precision."""
    known = {*COLUMNS, "at", "type", "until"}
    row: dict[str, Any] = {column: given.get(column) for column in COLUMNS}
    row["type"] = given["type"]
    row["at"] = instant(given["at"], zone)
    row["at_precision"] = "minute" if isinstance(given["at"], datetime) else "day"
    until = given.get("until")
    if until is not None:
        is_instant = isinstance(until, datetime)
        row["until"] = until if is_instant else instant(until + DAY, zone)
        row["until_precision"] = "minute" if is_instant else "day"
    row["facts"] = {name: _plain(value) for name, value in given.items() if name not in known}
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def instant(value: Any, zone: ZoneInfo) -> datetime:
    """A bare date stands at the start of its day."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(0), zone)


def _differences(expect: Mapping[str, Any], verdict: Verdict, zone: ZoneInfo) -> list[str]:
    found: dict[str, Any] = {
        "outcome": verdict.outcome,
        "due": _time(verdict.due, verdict, zone),
        "outer": _time(verdict.outer, verdict, zone),
        "stopped": _time(verdict.stopped, verdict, zone) if verdict.stopped else "none",
        "question": verdict.question or "none",
        "findings": sorted(f"{f.kind} {f.level}" for f in verdict.findings),
    }
    lines = []
    for name, wanted in expect.items():
        if name not in EXPECTED:
            lines.append(f"expect.{name}: unknown key")
            continue
        right = _comparable(wanted, zone)
        if found[name] != right:
            where = f"{verdict.subject or 'no subject'} epoch {verdict.epoch}"
            lines.append(f"{where}: {name} is {found[name]}, expected {right}")
    return lines


def _comparable(wanted: Any, zone: ZoneInfo) -> Any:
    if isinstance(wanted, datetime):
        return wanted.astimezone(zone).isoformat()
    return sorted(wanted) if isinstance(wanted, list) else wanted


def _time(at: datetime | None, verdict: Verdict, zone: ZoneInfo) -> str:
    """An instant in local time; `none` where no limit runs, `unknown` where it cannot be said."""
    if at is None:
        return "none" if verdict.waits else "unknown"
    return at.astimezone(zone).isoformat()
