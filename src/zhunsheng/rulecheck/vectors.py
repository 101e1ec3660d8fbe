"""Vectors: one due time a row, written with short names that a names file explains."""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import Rule
from zhunsheng.core.story import events_of

SUBJECTS: Final = ("person", "visit", "item", "order", "document", "dossier", "incident")
TIMED: Final = re.compile(r"(?P<name>[^=]+)=(?P<time>\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?)")
COLUMNS: Final = ("id", "rule_id", "events", "expected_due", "why")
ADMINISTRATION: Final = ("type", "start")


@dataclass(frozen=True)
class VectorResult:
    """What became of a row: ok, or what differs; `no such rule` where the rulebook lacks it."""

    id: str
    rule: str
    text: str

    @property
    def ok(self) -> bool:
        """Whether the row passes."""
        return self.text == "ok"


class VectorsRefused(ValueError):
    """A vectors or names file cannot be read: file, row and remedy are in the message."""


class UnknownName(ValueError):
    """A short name that the names file does not explain."""


def run_vectors(path: Path, names_path: Path, rulebook: Rulebook) -> list[VectorResult]:
    """Judge every row of a vectors file. Raises VectorsRefused where the file lacks a column or a row is torn."""
    names = tomllib.loads(names_path.read_text("utf-8"))
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise VectorsRefused(
                f"{path.name}: columns {missing} are missing. A vectors file has {', '.join(COLUMNS)}."
            )
        rows = list(reader)
    for n, row in enumerate(rows):
        if None in row or None in row.values():
            raise VectorsRefused(
                f"{path.name}: row {n + 2} has not {len(COLUMNS)} cells. Quote cells that hold a comma."
            )
    return [_run(row, names, rulebook) for row in rows]


def _run(row: Mapping[str, str], names: Mapping[str, Any], rulebook: Rulebook) -> VectorResult:
    rule_id, _, marker = row["rule_id"].partition("@")
    rule = next((rule for rule in rulebook.rules if rule.id == rule_id), None)
    if rule is None:
        return VectorResult(row["id"], row["rule_id"], "no such rule")
    if marker and f"@{marker}" not in names["markers"]:
        return VectorResult(row["id"], row["rule_id"], f"unknown marker @{marker}")
    try:
        given = _events(row["events"], rule, names, ZoneInfo(rulebook.vocabulary.zone))
    except UnknownName as problem:
        return VectorResult(row["id"], row["rule_id"], str(problem))
    found = _judged(rulebook, rule, given, names["markers"].get(f"@{marker}"), names["reading"])
    expected = row["expected_due"]
    return VectorResult(row["id"], row["rule_id"], "ok" if found == expected else f"expected {expected}, found {found}")


def _judged(
    rulebook: Rulebook, rule: Rule, given: list[dict[str, Any]], marked: str | None, reading: Mapping[str, str]
) -> str:
    needed = {parent.rule for parent in rule.parents} | {rule.id}
    rules = tuple(replace(r, enabled=True, status="stable") for r in rulebook.rules if r.id in needed)
    events = events_of(given, rulebook.vocabulary)
    as_of = events["at"].max()
    assert isinstance(as_of, datetime)  # a vector has at least one event
    clocks = judge(events, replace(rulebook, rules=rules, checks=()), as_of=as_of, threads=1).clocks
    own = clocks.filter(clocks["rule"] == rule.id).sort("start", "epoch")
    if own.is_empty():
        return "no clock"
    clock = own.tail(1).row(0, named=True)
    if clock["outcome"] == "moot":
        return "TERMINATED"
    rolls = any(limit.roll != "never" for version in rule.versions for limit in version.limits)
    side = marked or reading["rolled" if rolls else "unrolled"]
    due, at_end = ("outer", "outer_at_end") if side == "outer" else ("due", "due_at_end")
    if clock[due] is None:
        return "unknown"
    local = clock[due].astimezone(ZoneInfo(rulebook.vocabulary.zone))
    return f"{local.date() - timedelta(days=1)}T24:00" if clock[at_end] else f"{local:%Y-%m-%dT%H:%M}"


def _events(text: str, rule: Rule, names: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    of_rule = names.get("rules", {}).get(rule.id, {})
    words = {**names["names"], **of_rule.get("names", {})}
    stated: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for part in (piece.strip() for piece in text.split(";")):
        timed = TIMED.fullmatch(part)
        name = timed["name"] if timed else part
        if name in words:
            entry = words[name]
            rows.append({**entry, "at": _moment(timed["time"], zone) if timed else _just_after(rows, zone)})
            stated |= entry.get("start", {})
        elif "=" in part:
            fact, _, value = part.partition("=")
            stated[fact] = {"true": True, "false": False}.get(value, value)
        else:
            raise UnknownName(f"{name!r} is not explained for {rule.id}. Add it to the names file.")
    first = {**_holding(rule), **of_rule.get("facts", {}), **stated}
    same = dict.fromkeys(SUBJECTS, "V")
    events = [
        {**same, "case": "V", **{k: v for k, v in row.items() if k not in ADMINISTRATION}, "type": row["type"]}
        for row in rows
    ]
    events[0] = {**events[0], **first}
    return events


def _holding(rule: Rule) -> dict[str, Any]:
    """Facts with which the rule applies."""
    return {test.fact: test.values[0] for test in rule.applies if test.op == "one_of"}


def _moment(text: str, zone: ZoneInfo) -> date | datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone) if "T" in text else date.fromisoformat(text)


def _just_after(rows: list[dict[str, Any]], zone: ZoneInfo) -> datetime:
    last = rows[-1]["at"]
    moment = last if isinstance(last, datetime) else datetime.combine(last, time(), zone)
    return (moment.astimezone(UTC) + timedelta(minutes=1)).astimezone(zone)
