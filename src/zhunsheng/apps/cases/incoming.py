"""Rows of other systems → events, judged by the vocabulary. A row that is no event is refused with its reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.facts import FactWrong, fact_value, json_text
from zhunsheng.files.times import FIRST_YEAR, LAST_YEAR, Clockwork

DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
TEXT_COLUMNS: Final = (
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
    "document_no",
)
LONGEST_ID: Final = 120
LONGEST: Final = {
    **dict.fromkeys(("case", "incident"), 40),
    **dict.fromkeys(("person", "item", "visit", "dossier", "document"), 80),
    "unit": 12,
}
"""What an event names is registered where it is not known yet: no longer than its table takes."""
UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # control characters, and halves of characters
HIGHEST_VERSION: Final = 2**31 - 1


@dataclass(frozen=True)
class Refusal:
    """A row that is not taken. `reason` is one of the quarantine's; `text` says what to correct, without the value."""

    reason: str
    body: Mapping[str, Any]
    text: str


def printable(value: Any) -> str:
    """A text that the database can keep, of whatever was sent; nothing of what is not a text."""
    return UNPRINTABLE.sub("", value)[:LONGEST_ID] if isinstance(value, str) else ""


class _Refused(Exception):
    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def read_rows(
    rows: Iterable[Mapping[str, Any]], *, source: str, zone: str, vocabulary: Vocabulary
) -> tuple[pl.DataFrame, tuple[Refusal, ...]]:
    """Every row is either an event or a refusal.

    Takes   zone: how to read the source's times without zone; empty refuses them.
    Returns events (schemas.EVENTS) and the refusals.
    """
    events: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for row in rows:
        try:
            events.append(_event(row, source=source, zone=zone, vocabulary=vocabulary))
        except _Refused as problem:
            refusals.append(Refusal(problem.reason, {**row, "source": source}, str(problem)))
    return event_frame(events), tuple(refusals)


def event_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows with columns of schemas.EVENTS, absent ones null, as a frame. `facts` may be a mapping."""
    complete = [
        {
            **dict.fromkeys(schemas.EVENTS.names()),
            "version": 1,
            "void": False,
            "at_precision": "minute",
            **row,
            "facts": _facts_text(row.get("facts")),
        }
        for row in rows
    ]
    return pl.DataFrame(complete, schema=schemas.EVENTS, orient="row")


def _event(row: Mapping[str, Any], *, source: str, zone: str, vocabulary: Vocabulary) -> dict[str, Any]:
    at, at_precision = _instant(row.get("at"), "at", zone, vocabulary.zone)
    event: dict[str, Any] = {
        "source": source,
        "id": _text(row.get("id"), "id", required=True),
        "version": _version(row.get("version")),
        "void": row.get("void") is True,
        "type": _type(row.get("type"), vocabulary),
        "at": at,
        "at_precision": at_precision,
        "officers": [_text(one, "officers", required=True) for one in row.get("officers") or ()],
        "facts": _facts(row.get("facts") or {}, _type(row.get("type"), vocabulary), vocabulary),
    }
    event |= {name: _text(row.get(name), name) for name in TEXT_COLUMNS}
    event["until"], event["until_precision"] = _until(row.get("until"), zone, vocabulary.zone)
    if event["case"] is None and event["incident"] is None:
        raise _Refused("malformed", "case 和 incident 都没有。请至少写一个。")
    return event


def _text(value: Any, name: str, *, required: bool = False) -> str | None:
    if value is None or value == "":
        if required:
            raise _Refused("malformed", f"{name} 没有值。请补上。")
        return None
    longest = LONGEST.get(name, LONGEST_ID)
    if not isinstance(value, str) or len(value) > longest or UNPRINTABLE.search(value):
        raise _Refused("malformed", f"{name} 应为不超过 {longest} 字、没有控制字符的文本。")
    return value


def _version(value: Any) -> int:
    if value is None:
        return 1
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_VERSION:
        raise _Refused("malformed", "version 应为 1 起的整数。")
    return value


def _type(value: Any, vocabulary: Vocabulary) -> str:
    if value not in vocabulary.event_types:
        raise _Refused("unknown_code", "type 不在词汇表里。请在来源的对照表里写明它对应哪一类事件。")
    return str(value)


def _instant(value: Any, name: str, zone: str, legal_zone: str) -> tuple[datetime, str]:
    """An instant to the minute, or the local midnight of a bare date."""
    if not isinstance(value, str):
        raise _Refused("malformed", f"{name} 应为时间文本，例如 2026-03-01T14:35:00+08:00 或 2026-03-01。")
    try:
        if DATE.fullmatch(value):
            instant, precision = datetime.combine(date.fromisoformat(value), time(), ZoneInfo(legal_zone)), "day"
        else:
            instant, precision = datetime.fromisoformat(value), "minute"
    except ValueError:
        raise _Refused("malformed", f"{name} 不是时间。请写成 2026-03-01T14:35:00+08:00 或 2026-03-01。") from None
    if not FIRST_YEAR <= instant.year < LAST_YEAR:
        raise _Refused("malformed", f"{name} 的年份不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。请更正。")
    if instant.tzinfo is None:
        if not zone:
            raise _Refused("no_zone", f"{name} 没有时区。请加上时区，或为来源登记它所用的时区。")
        instant = instant.replace(tzinfo=ZoneInfo(zone))
    return instant, precision


def _until(value: Any, zone: str, legal_zone: str) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, None
    instant, precision = _instant(value, "until", zone, legal_zone)
    # A bare date ends with its day: stored as the next midnight.
    return (instant + timedelta(days=1) if precision == "day" else instant), precision


def _facts(stated: Any, type_id: str, vocabulary: Vocabulary) -> dict[str, Any]:
    if not isinstance(stated, Mapping):
        raise _Refused("malformed", "facts 应为名称和值的对照。")
    own = vocabulary.event_types[type_id].facts
    facts: dict[str, Any] = {}
    for name, value in stated.items():
        fact = vocabulary.facts.get(name)
        if fact is None or (fact.of == "event" and name not in own):
            raise _Refused("unknown_code", f"{type_id} 没有事实 {str(name)[:40]}。请在来源的对照表里写明它对应哪一项。")
        if value is None:
            continue
        try:
            facts[name] = fact_value(fact, value, Clockwork(vocabulary.zone))
        except FactWrong as wrong:
            raise _Refused("unknown_code" if fact.values else "malformed", f"facts.{name}：{wrong}") from wrong
        if isinstance(facts[name], str) and UNPRINTABLE.search(facts[name]):
            raise _Refused("malformed", f"facts.{name} 含控制字符。请删去。")
    return facts


def _facts_text(facts: Any) -> str | None:
    if facts is None or isinstance(facts, str):
        return facts
    return json_text(facts) if facts else None
